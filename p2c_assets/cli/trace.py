"""`p2c trace`: one record through both systems, with its total explained."""

from enum import StrEnum

from p2c_assets.cli.warehouse import filled, known_company
from p2c_assets.mappings import catalogue
from p2c_assets.reports.trace import Trace
from p2c_assets.reports.trace import trace as traced
from p2c_assets.reports.trace_text import lines, markdown
from p2c_assets.settings import config_path, load


class Traceable(StrEnum):
    """What can be traced: see `reports.records.KINDS`."""

    ACCOUNT = "account"
    CONTACT = "contact"
    PRODUCT = "product"
    QUOTE = "quote"
    ORDER = "order"
    INVOICE = "invoice"


def trace(kind: Traceable, number: str, company: str | None, as_markdown: bool) -> None:
    """Print the trace. Raises UnknownRecordError with near matches, AmbiguousRecordError with the companies."""
    found = _read(kind, number, company)
    print(markdown(found), end="") if as_markdown else print("\n".join(lines(found)))


def _read(kind: Traceable, number: str, company: str | None) -> Trace:
    settings = load(config_path())
    known_company(settings, company)
    prefixes = {one.id: one.sales_number_prefix for one in settings.companies.values()}
    with filled(settings) as database:
        return traced(database, catalogue.tasks(settings.mapping_settings()), kind.value, number, company, prefixes)
