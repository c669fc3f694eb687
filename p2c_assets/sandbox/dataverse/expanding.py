"""`$expand`: related rows inside a row, single ones and collections, nested to any depth.

With one level a collection is not paged and its link repeats its options; a nested `$expand` anywhere makes every
collection paged. Source: MicrosoftDocs/powerapps-docs webapi/query/join-tables.md.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.columns import Table
from p2c_assets.sandbox.dataverse.paging import SortKey, cookie, ordered, sort_keys
from p2c_assets.sandbox.dataverse.predicates import Predicates
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS, Preferences
from p2c_assets.sandbox.dataverse.privileges import check, readable
from p2c_assets.sandbox.dataverse.records import Records
from p2c_assets.sandbox.dataverse.relationships import OWNER, Relationship, collections, members
from p2c_assets.sandbox.dataverse.rendering import Renderer, Shown, renderer, shown, target_of
from p2c_assets.sandbox.dataverse.schema import BY_LOGICAL
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.filter import parse_filter
from p2c_assets.sandbox.odata.options import Expand, natural, parse_expand, render_query
from p2c_assets.sandbox.table import Row

Put = Callable[[Row, dict[str, Any]], None]
MOST_EXPANDS = 15
REFERENCE = "/$ref"
_OPTIONS = frozenset({"$select", "$filter", "$orderby", "$top", "$expand"})
_NESTED_ONLY = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested"
)


class Site(NamedTuple):
    """Where rows are rendered: `root` begins their links, `nested` says that the query expands in an expand."""

    records: Records
    prefer: Preferences
    root: str
    nested: bool


def full_renderer(table: Table, records: Records, what: Shown, prefer: Preferences, root: str) -> Renderer:
    """A renderer with everything that is expanded. Raises before any row is read."""
    if not what.expands:
        return renderer(table, records, what, prefer)
    below = [inner for expand in what.expands for inner in _nested(expand)]
    if len(what.expands) + len(below) > MOST_EXPANDS:
        raise errors.bad_url(f"The number of $expand options is limited to {MOST_EXPANDS}.")
    return _renderer(table, what, Site(records, prefer, root, bool(below)))


def _nested(expand: Expand) -> Iterable[Expand]:
    for inner in parse_expand(expand.options["$expand"]) if "$expand" in expand.options else ():
        yield inner
        yield from _nested(inner)


def _renderer(table: Table, what: Shown, site: Site) -> Renderer:
    referenced = [_navigation(expand) for expand in what.expands if expand.navigation.endswith(REFERENCE)]
    stored = (table.navigations[name][0].stored for name in referenced if name in table.navigations)
    names = tuple(dict.fromkeys((*what.names, *stored)))
    render = renderer(table, site.records, what._replace(names=names), site.prefer)
    puts = [_put(table, expand, site) for expand in what.expands]

    def show(row: Row) -> dict[str, Any]:
        shown_row = render(row)
        for put in puts:
            put(row, shown_row)
        return shown_row

    return show


def _navigation(expand: Expand) -> str:
    return expand.navigation.removesuffix(REFERENCE)


def _put(table: Table, expand: Expand, site: Site) -> Put:
    unknown = set(expand.options) - _OPTIONS
    if unknown:
        raise errors.bad_url(f"The query option {sorted(unknown)[0]} is not supported in $expand.")
    name = _navigation(expand)
    if expand.navigation.endswith(REFERENCE):
        if name not in table.navigations:
            raise errors.bad_url("Expand with $ref is only supported on lookup type navigation property.")
        return _reference(table, name, site)
    if name in table.navigations:
        return _single(table, expand, site)
    if name in collections(table.logical):
        return _collection(table, collections(table.logical)[name], expand, site)
    if name.casefold() in {
        known.casefold() for known in (*table.navigations, *table.by_name, *collections(table.logical))
    }:
        raise errors.unknown_property(name, table.logical)
    raise Unsupported(f"$expand of {name}")


def _reference(table: Table, name: str, site: Site) -> Put:
    """The address of the related row instead of its values."""
    column, _ = table.navigations[name]

    def put(row: Row, into: dict[str, Any]) -> None:
        target = target_of(column, row)
        into[name] = None
        if target is not None and target.navigation == name and target.logical in BY_LOGICAL:
            other = BY_LOGICAL[target.logical]
            into[name] = {"@odata.id": f"{site.root}/{other.entity_set}({row[column.stored]})"}

    return put


def _single(table: Table, expand: Expand, site: Site) -> Put:
    """The row that a lookup points to, or null."""
    if {"$top", "$orderby"} & set(expand.options):
        raise errors.bad_url(f"{_NESTED_ONLY} one-to-many relationship.")
    if "$filter" in expand.options:
        raise Unsupported("$filter in $expand of a single-valued navigation property")
    column, targets = table.navigations[expand.navigation]
    renderers = {target.logical: _of_target(target.logical, expand, site) for target in targets}

    def put(row: Row, into: dict[str, Any]) -> None:
        target = target_of(column, row)
        into[expand.navigation] = None
        if target is not None and target.navigation == expand.navigation:
            there = BY_LOGICAL[target.logical]
            other = site.records.get(there, row[column.stored])
            seen = () if other is None else readable(site.records, there, [other])
            into[expand.navigation] = next(map(renderers[target.logical], seen), None)

    return put


def _of_target(logical: str, expand: Expand, site: Site) -> Renderer:
    """Related rows have no etag. An owner, user or team, is selected by what both have."""
    if logical not in BY_LOGICAL:
        raise Unsupported(f"$expand of {expand.navigation}")
    table = BY_LOGICAL[logical]
    check(site.records, table, "Read")
    select = expand.options.get("$select")
    if expand.navigation == OWNER.navigation and select is not None:
        raise Unsupported("$select in $expand of ownerid")
    return _without_etag(_renderer(table, shown(table, select, expand.options.get("$expand")), site))


def _without_etag(render: Renderer) -> Renderer:
    return lambda row: {name: value for name, value in render(row).items() if name != "@odata.etag"}


class Members(NamedTuple):
    """How the rows of a collection are chosen, sorted and cut."""

    keep: Callable[[Row], bool]
    keys: tuple[SortKey, ...]
    most: int


def _collection(table: Table, found: Relationship, expand: Expand, site: Site) -> Put:
    """The rows that point here, with the link to them as a collection of their own."""
    if site.nested and {"$top", "$orderby"} & set(expand.options):
        raise errors.bad_url(f"{_NESTED_ONLY} one-to-many relationship.")
    check(site.records, found.many, "Read")
    how = _members(found.many, expand.options, site)
    what = shown(found.many, expand.options.get("$select"), expand.options.get("$expand"))
    if not site.nested:
        what = what._replace(names=tuple(dict.fromkeys((*what.names, found.column.stored))))
    render = _renderer(found.many, what, site)
    show = _without_etag(render) if site.nested else render

    def put(row: Row, into: dict[str, Any]) -> None:
        there = readable(site.records, found.many, members(site.records, found, row[table.key]))
        rows = [member for member in there if how.keep(member)]
        rows = ordered(rows, how.keys)[: how.most]
        into[expand.navigation] = [show(member) for member in rows]
        options = _link_options(expand.options, how, rows, nested=site.nested)
        if options is not None:
            address = f"{site.root}/{table.entity_set}({row[table.key]})/{expand.navigation}"
            into[f"{expand.navigation}@odata.nextLink"] = f"{address}?{render_query(options)}" if options else address

    return put


def _any_row(row: Row) -> bool:  # noqa: ARG001 - the shape of a predicate
    return True


def _members(table: Table, options: Mapping[str, str], site: Site) -> Members:
    text, top = options.get("$filter"), options.get("$top", str(MOST_ROWS))
    most = natural(top)
    if not most:
        raise errors.bad_url(f"Invalid value '{top}' for $top query option found.")
    keep = _any_row if text is None else Predicates(table, site.records).of(parse_filter(text))
    paged = site.prefer.page_size or MOST_ROWS
    return Members(keep, sort_keys(table, options.get("$orderby")), paged if site.nested else min(most, MOST_ROWS))


def _link_options(
    options: Mapping[str, str], how: Members, rows: list[Row], *, nested: bool
) -> Mapping[str, str] | None:
    """One level: the options alone. Nested: to the next page, None behind a page that is not full."""
    if not nested:
        return options
    if len(rows) < how.most:
        return None
    return {**options, "$skiptoken": cookie(2, how.keys, rows)}
