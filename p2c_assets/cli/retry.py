"""`p2c retry`: what a destination refused is forgotten, so that the next run sends it again."""

from collections.abc import Sequence

from p2c_assets.cli import show
from p2c_assets.cli.warehouse import filled, known_company
from p2c_assets.defs.jobs import FLOWS
from p2c_assets.delivery.units import UNITS
from p2c_assets.errors import SettingsError
from p2c_assets.reports.quarantine_text import number
from p2c_assets.settings import Settings, config_path, load
from p2c_assets.warehouse import outbox
from p2c_assets.warehouse.outbox import Forgotten


def retry(companies: Sequence[str], flow: str | None, document: str | None, *, dry_run: bool) -> None:
    """Forget refusals of these companies (none: all), of a flow and of a document where they are given; say which."""
    settings = load(config_path())
    forgotten = forget(settings, companies, flow, document, dry_run=dry_run)
    for found in forgotten:
        show.console.print(f"  {found.company} {found.unit} {found.document}", markup=False)
    if forgotten and dry_run:
        show.console.print(f"{number(len(forgotten), 'document')} would be sent again; dry run: nothing was changed")
    elif forgotten:
        show.console.print(f"{number(len(forgotten), 'document')} for the next run to send again (`p2c run`)")
    else:
        show.console.print(
            "nothing refused fits; `p2c quarantine --reason refused_by_destination` shows what is refused"
        )


def forget(
    settings: Settings,
    companies: Sequence[str],
    flow: str | None = None,
    document: str | None = None,
    *,
    dry_run: bool = False,
) -> list[Forgotten]:
    """The refusals that were (or would be) forgotten. Raises SettingsError for an unknown company or flow."""
    for company in companies:
        known_company(settings, company)
    if flow is not None and flow not in FLOWS:
        raise SettingsError(f"there is no flow {flow!r}; the flows are {', '.join(FLOWS)}")
    units = None if flow is None else [unit.name for unit in UNITS.values() if unit.flow == flow]
    if not settings.paths.warehouse.exists():
        return []
    with filled(settings) as database:
        chosen = list(companies) or list(settings.companies)
        with database.transaction(undone=dry_run):
            return outbox.forget_refusals(database, chosen, units, document)
