"""The report: one HTML file that a controller reads without a network, a program or a script.

What it shows is in `overview`; here it becomes sections. Every value of a record goes through `html_markup`, which escapes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from p2c_assets.reports.balance import Money, TaskCounts, cents
from p2c_assets.reports.html_markup import Markup, joined, table, tag
from p2c_assets.reports.html_plots import Bar, Share, columns, length, shares
from p2c_assets.reports.html_style import STYLE
from p2c_assets.reports.overview import AGES, Difference, Overview, Run
from p2c_assets.reports.quarantine import Cause, days
from p2c_assets.reports.quarantine_text import counts, number
from p2c_assets.warehouse.ledger import OUTCOMES

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing may be loaded or run, whatever somebody typed into a record."""

SECTIONS = (
    ("money", "Money on both sides"),
    ("differences", "Differences by class and age"),
    ("quarantine", "Quarantine by cause"),
    ("outcomes", "Outcomes by flow and company"),
    ("throughput", "Throughput"),
)


def page(found: Overview, now: datetime) -> str:
    """The whole file. Only the line with `now` differs between two reports of one warehouse."""
    head = tag(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        tag("title", "Prospect to cash"),
        tag("style", STYLE),
    )
    titles = dict(SECTIONS)
    body = tag(
        "body",
        _head(found, now),
        _section("money", titles, _money(found.balance.money)),
        _section("differences", titles, _differences(found)),
        _section("quarantine", titles, _quarantine(found)),
        _section("outcomes", titles, _outcomes(found.balance.tasks)),
        _section("throughput", titles, _throughput(found.runs)),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _section(name: str, titles: dict[str, str], content: Markup) -> Markup:
    return tag("section", tag("h2", titles[name]), content, id=name)


def _head(found: Overview, now: datetime) -> Markup:
    links = joined(tag("a", title, href=f"#{name}") for name, title in SECTIONS)
    as_of = f"As of the run of {found.as_of:%Y-%m-%d %H:%M} UTC ({found.run}); ages count until then."
    return joined(
        [
            tag("h1", "Prospect to cash: Sales and SCM"),
            tag("p", as_of, class_="soft"),
            "\n",
            tag("p", f"Written {now:%Y-%m-%d %H:%M:%S} UTC", class_="soft", id="written"),
            "\n",
            tag("nav", links),
            tag("div", *_tiles(found), class_="tiles"),
        ]
    )


def _tiles(found: Overview) -> Iterator[Markup]:
    unexplained = sum(money.unexplained for money in found.balance.money)
    is_good = found.balance.is_explained
    verdict = "Everything is explained" if is_good else "Not everything is explained"
    yield _tile(verdict, f"{number(unexplained, 'record')} without an explanation", "good" if is_good else "bad")
    causes = number(len(found.quarantine.causes), "cause")
    yield _tile(number(found.quarantine.total, "document"), f"stopped, by {causes}")
    yield _tile(_amounts(found.quarantine.money) or "no money", "at stake in them")
    lost = [task for task in found.balance.tasks if not task.adds_up]
    yield _tile("Every row has its outcome" if not lost else f"{len(lost)} tasks do not add up", "rows in = outcomes")


def _tile(value: object, what: str, kind: str | None = None) -> Markup:
    return tag("div", tag("b", value, class_=kind), tag("span", what), class_="tile")


def _amounts(found: Mapping[str, Decimal]) -> Markup:
    """One currency to a line."""
    return joined(tag("div", f"{_grouped(amount)} {currency}") for currency, amount in found.items())


def _grouped(value: Decimal) -> str:
    """`12,345.60`."""
    return f"{Decimal(cents(value)):,}"


def _money(found: Sequence[Money]) -> Markup:
    words = "Sales total + every class of difference = SCM total, in the document's currency."
    parts: list[Markup] = [tag("p", words, class_="soft")]
    for flow, group in groupby(found, lambda money: money.flow):
        parts += [tag("h3", flow), _money_table(list(group))]
    return joined(parts)


def _money_table(found: Sequence[Money]) -> Markup:
    head = ("company", "currency", "Sales", "", "SCM", "", "difference", "of it unexplained", "")
    most = {
        currency: max(max(abs(one.sales_total), abs(one.scm_total)) for one in found if one.currency == currency)
        for currency in {one.currency for one in found}
    }
    return table(head, (_money_row(one, most[one.currency]) for one in found), (2, 4, 6, 7))


def _money_row(one: Money, most: Decimal) -> tuple[object, ...]:
    explained = tag("span", "explained", class_="good")
    unexplained = tag("span", number(one.unexplained, "record"), class_="bad")
    return (
        one.company,
        one.currency,
        _grouped(one.sales_total),
        length(one.sales_total, most, f"Sales {cents(one.sales_total)} {one.currency}"),
        _grouped(one.scm_total),
        length(one.scm_total, most, f"SCM {cents(one.scm_total)} {one.currency}"),
        _grouped(one.scm_total - one.sales_total),
        _grouped(one.unexplained_amount),
        unexplained if one.unexplained else explained,
    )


def _differences(found: Overview) -> Markup:
    words = "Records that do not have the same amount on both sides, by why; SCM minus Sales. How old: whole days."
    head = ("company", "currency", "class", "records", "amount", "since", *(name for name, _ in AGES))
    numeric = (3, 4, *range(6, 6 + len(AGES)))
    parts: list[Markup] = [tag("p", words, class_="soft")]
    for flow, group in groupby(found.differences, lambda one: one.flow):
        parts += [tag("h3", flow), table(head, (_difference_row(one) for one in group), numeric)]
    return joined(parts)


def _difference_row(one: Difference) -> tuple[object, ...]:
    since = "unknown" if one.since_utc is None else f"{one.since_utc:%Y-%m-%d}"
    name = tag("code", one.name, class_="bad" if one.unexplained else None)
    ages = (count or "" for count in one.ages)
    return one.company, one.currency, name, one.rows, _grouped(one.amount), tag("span", since, class_="w"), *ages


def _quarantine(found: Overview) -> Markup:
    words = "What is rejected, held or refused, most money first. Documents that wait for a stopped one stand with it."
    head = ("cause", "company", "documents", "waiting for it", "at stake", "since", "who and what to do")
    most = max((len(cause.documents) + len(cause.waiting) for cause in found.quarantine.causes), default=0)
    rows = (_cause_row(cause, found.as_of, most) for cause in found.quarantine.causes)
    return joined([tag("p", words, class_="soft"), table(head, rows, (4,))])


def _cause_row(cause: Cause, as_of: datetime, most: int) -> tuple[object, ...]:
    stopped = len(cause.documents) + len(cause.waiting)
    dipv = f" (DIPV {cause.reason.dipv})" if cause.reason.dipv else ""
    why = joined([cause.reason.cause, " ", tag("code", cause.reason.code)])
    named = joined([tag("b", cause.about or cause.reason.code), tag("div", why)])
    since = f"{cause.since_utc:%Y-%m-%d} ({days(cause.since_utc, as_of)} d)"
    bar = length(Decimal(stopped), Decimal(most), f"{stopped} documents")
    return (
        named,
        ", ".join(cause.companies),
        joined([counts(cause.documents), bar]),
        counts(cause.waiting),
        _amounts(cause.money),
        tag("span", since, class_="w"),
        joined([tag("b", cause.reason.owner), tag("div", cause.reason.fix + dipv)]),
    )


def _outcomes(found: Sequence[TaskCounts]) -> Markup:
    key = joined(joined([tag("span", class_=f"key k-{name}"), name]) for name in OUTCOMES)
    parts: list[Markup] = [tag("p", "Every source row has one outcome in each task.", class_="soft"), tag("p", key)]
    for flow, group in groupby(found, lambda task: task.flow):
        head = ("task", "company", "", "in", *OUTCOMES)
        rows = (_outcome_row(task) for task in group)
        parts += [tag("h3", flow), table(head, rows, range(3, 4 + len(OUTCOMES)))]
    return joined(parts)


def _outcome_row(task: TaskCounts) -> tuple[object, ...]:
    parts = [Share(name, task.outcomes[name]) for name in OUTCOMES]
    said = ", ".join(f"{part.name} {part.value}" for part in parts if part.value)
    bar = shares(parts, sum(part.value for part in parts), f"{task.task} of {task.company}: {said}")
    rows_in = task.rows_in if task.adds_up else tag("span", task.rows_in, class_="bad")
    return task.task, task.company, bar, rows_in, *(part.value or "" for part in parts)


def _throughput(runs: Sequence[Run]) -> Markup:
    words = (
        "The last runs, oldest first: rows that were mapped, and requests to both systems (without those for tokens)."
    )
    head = (
        "run",
        "started (UTC)",
        "companies",
        "rows",
        "written",
        "requests",
        "writes",
        "asked to wait (s)",
        "in systems (s)",
    )
    rows = (
        (
            run.number,
            f"{run.started_utc:%Y-%m-%d %H:%M:%S}",
            run.companies,
            run.rows,
            run.written,
            run.requests,
            run.writes,
            f"{run.throttled_s:.1f}",
            f"{run.seconds:.1f}",
        )
        for run in runs
    )
    return joined(
        [
            tag("p", words, class_="soft"),
            tag("h3", "rows"),
            columns([_bar(run, run.rows, "rows") for run in runs], "rows by run"),
            tag("h3", "requests"),
            columns([_bar(run, run.requests, "requests") for run in runs], "requests by run"),
            table(head, rows, (0, 3, 4, 5, 6, 7, 8)),
        ]
    )


def _bar(run: Run, value: int, what: str) -> Bar:
    return Bar(
        f"{run.started_utc:%m-%d %H:%M}",
        f"run {run.number}, {run.started_utc:%Y-%m-%d %H:%M}, {run.companies}: {value} {what}",
        value,
    )
