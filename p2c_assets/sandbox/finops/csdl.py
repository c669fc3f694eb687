"""`$metadata`: the CSDL document of everything that the twin has. Columns that it answers with 501 are not in it.

Sources: a live environment's $metadata (CSDL 4.0, one namespace, key properties and all numbers and dates not nullable,
texts and enums nullable, the first parameter of a bound action is its binding, named after the entity).
"""

from collections.abc import Iterator
from functools import cache
from xml.sax.saxutils import quoteattr

from p2c_assets.sandbox.finops.action_schema import ACTION_SETS, ACTIONS, COMPLEX_TYPES, Action, ActionSet, ComplexType
from p2c_assets.sandbox.finops.columns import Column, EntitySet, Kind, Navigation
from p2c_assets.sandbox.finops.enums import ENUMS, NAMESPACE
from p2c_assets.sandbox.finops.schema import ENTITY_SETS

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
    "<edmx:DataServices>",
    f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
)
_TAIL = ("</Schema>", "</edmx:DataServices>", "</edmx:Edmx>")
_NULLABLE = frozenset({Kind.TEXT, Kind.ENUM})


@cache
def document() -> bytes:
    """The whole document; it is the same for every request."""
    return "\n".join([*_HEAD, *_schema(), *_TAIL]).encode()


def _schema() -> Iterator[str]:
    for name, members in ENUMS.items():
        yield from _element("EnumType", [_empty("Member", Name=one, Value=str(members[one])) for one in members], name)
    for complex_type in COMPLEX_TYPES:
        yield from _complex_type(complex_type)
    for entity_set in ENTITY_SETS.values():
        yield from _entity_type(entity_set)
    for action_set in ACTION_SETS.values():
        yield from _action_set_type(action_set)
    for action in ACTIONS:
        yield from _action(action)
    sets = [line for entity_set in ENTITY_SETS.values() for line in _entity_set(entity_set)]
    sets += [_empty("EntitySet", Name=one.name, EntityType=_qualified(one.entity)) for one in ACTION_SETS.values()]
    yield from _element("EntityContainer", sets, "Resources")


def _entity_type(entity_set: EntitySet) -> Iterator[str]:
    keys = [_empty("PropertyRef", Name=name) for name in entity_set.keys]
    properties = [_property(entity_set, column) for column in entity_set.columns]
    navigations = [line for name, one in entity_set.navigations.items() for line in _navigation(name, one)]
    yield from _element("EntityType", ["<Key>", *keys, "</Key>", *properties, *navigations], entity_set.entity)


def _property(entity_set: EntitySet, column: Column) -> str:
    nullable = column.kind in _NULLABLE and column.name not in entity_set.keys
    facets = {"MaxLength": str(column.length)} if column.length is not None else {}
    if column.kind is Kind.DECIMAL:
        facets["Scale"] = "variable"
    if not nullable:
        facets["Nullable"] = "false"
    return _empty("Property", Name=column.name, Type=column.edm_type, **facets)


def _navigation(name: str, navigation: Navigation) -> Iterator[str]:
    """Referential constraints stand on the side that holds the other's key: the single navigations."""
    target = _qualified(ENTITY_SETS[navigation.target].entity)
    if navigation.many:
        yield _empty("NavigationProperty", Name=name, Type=f"Collection({target})")
        return
    yield f"<NavigationProperty Name={quoteattr(name)} Type={quoteattr(target)}>"
    for here, there in navigation.link:
        yield _empty("ReferentialConstraint", Property=here, ReferencedProperty=there)
    yield "</NavigationProperty>"


def _action_set_type(action_set: ActionSet) -> Iterator[str]:
    keys = [_empty("PropertyRef", Name=name) for name, _ in action_set.keys]
    properties = [_empty("Property", Name=name, Type=kind, Nullable="false") for name, kind in action_set.keys]
    yield from _element("EntityType", ["<Key>", *keys, "</Key>", *properties], action_set.entity)


def _complex_type(complex_type: ComplexType) -> Iterator[str]:
    properties = [
        _empty("Property", Name=name, Type=kind, **({} if kind == "Edm.String" else {"Nullable": "false"}))
        for name, kind in complex_type.properties
    ]
    yield from _element("ComplexType", properties, complex_type.name)


def _action(action: Action) -> Iterator[str]:
    entity = entity_of(action)
    bound = (entity, f"Collection({_qualified(entity)})")
    parameters = [_empty("Parameter", Name=name, Type=kind) for name, kind in (bound, *action.parameters)]
    result = [_empty("ReturnType", Type=action.returns)] if action.returns else []
    yield f'<Action Name={quoteattr(action.name)} IsBound="true">'
    yield from (*parameters, *result)
    yield "</Action>"


def _entity_set(entity_set: EntitySet) -> Iterator[str]:
    kind = _qualified(entity_set.entity)
    if not entity_set.navigations:
        yield _empty("EntitySet", Name=entity_set.name, EntityType=kind)
        return
    yield f"<EntitySet Name={quoteattr(entity_set.name)} EntityType={quoteattr(kind)}>"
    for name, navigation in entity_set.navigations.items():
        yield _empty("NavigationPropertyBinding", Path=name, Target=navigation.target)
    yield "</EntitySet>"


def entity_of(action: Action) -> str:
    """The entity (in the singular) that an action is bound to."""
    if action.entity_set in ACTION_SETS:
        return ACTION_SETS[action.entity_set].entity
    return ENTITY_SETS[action.entity_set].entity


def _qualified(name: str) -> str:
    return f"{NAMESPACE}.{name}"


def _element(tag: str, inside: list[str], name: str) -> list[str]:
    return [f"<{tag} Name={quoteattr(name)}>", *inside, f"</{tag}>"]


def _empty(tag: str, **attributes: str) -> str:
    text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{tag}{text}/>"
