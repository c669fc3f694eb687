"""`?sql=`: one SELECT over one table, read into a query.

Joins, groups, aggregates and DISTINCT are documented and not here (501 by name); what the platform itself refuses is a
400. Source: MicrosoftDocs/powerapps-docs webapi/query/sql.md.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from p2c_assets.sandbox.dataverse import errors
from p2c_assets.sandbox.dataverse.assumptions import SQL_TOP_IS_TAKEN
from p2c_assets.sandbox.dataverse.columns import Column, Table
from p2c_assets.sandbox.dataverse.fetchxml import constant
from p2c_assets.sandbox.dataverse.paging import SortKey
from p2c_assets.sandbox.dataverse.preferences import MOST_ROWS
from p2c_assets.sandbox.dataverse.query import Output, Query, logical_column
from p2c_assets.sandbox.dataverse.query_functions import CRM
from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import Binary, Call, Expression, Like, ListLiteral, Literal, Not, Property
from p2c_assets.sandbox.odata.filter import MOST_LEVELS
from p2c_assets.sandbox.odata.lexer import unquote_string
from p2c_assets.sandbox.odata.options import natural

_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<string>N?'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_@][\w]*|\[[^\]]+\])"
    r"|(?P<mark><=|>=|<>|!=|[=<>(),.*;])",
    re.DOTALL,
)
_OPERATORS = {"=": "eq", "!=": "ne", "<>": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge"}
_LEFT_OUT = frozenset({"distinct", "join", "inner", "left", "group"})
_REFUSED = frozenset({"right", "full", "cross", "union", "having", "with", "exists", "offset", "case", "over"})
_AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
_CLAUSES = frozenset({"from", "where", "order", "group", "inner", "left", "join", "as", "on"}) | _REFUSED


class Token(NamedTuple):
    """`text` in lower case for names, as written for the others."""

    kind: str
    text: str


def parse_sql(text: str, table: Table) -> Query:
    """Raises DataverseError for what the platform refuses, Unsupported for what the twin leaves out."""
    return _Parser(text, table).statement()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _invalid(f"Incorrect syntax near '{text[place : place + 10]}'.")
        if match.lastgroup == "name":
            tokens.append(Token("name", match.group().strip("[]").lower()))
        elif match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group()))
        place = match.end()
    return [*tokens, Token("end", "")]


def _invalid(message: str) -> errors.DataverseError:
    return errors.invalid_argument(f"The SQL query is not valid: {message}")


class _Parser:
    """Recursive descent over the tokens of one SELECT."""

    def __init__(self, text: str, table: Table) -> None:
        self._tokens = _tokens(text)
        self._place = 0
        self._table = table
        self._qualifiers = {table.logical}
        self._level = 0

    def statement(self) -> Query:
        """The whole text."""
        self._word("select", "Only SELECT statements are supported.")
        top = self._top()
        listed = self._columns()
        self._from()
        condition = self._or() if self._taken("where") else None
        order = self._order()
        if self._peek().text in _CLAUSES:
            raise self._unexpected()
        if self._peek().kind != "end":
            raise _invalid(f"Incorrect syntax near '{self._peek().text}'.")
        outputs = tuple(Output(self._resolved(name), alias) for name, alias in listed)
        return Query(outputs, condition, order, top)

    def _top(self) -> int | None:
        if not self._taken("top"):
            return None
        if not SQL_TOP_IS_TAKEN:
            raise _invalid("TOP is not supported.")
        bracketed = self._mark("(")
        token = self._take()
        number = natural(token.text)
        if token.kind != "number" or number is None or number > MOST_ROWS:
            raise _invalid(f"TOP takes a whole number from 0 to {MOST_ROWS}.")
        if bracketed and not self._mark(")"):
            raise _invalid("Incorrect syntax near TOP.")
        return number

    def _columns(self) -> list[tuple[tuple[str, ...], str | None]]:
        """Names and aliases; they are resolved when the table's alias is known."""
        listed = [self._listed()]
        while self._mark(","):
            listed.append(self._listed())
        return listed

    def _listed(self) -> tuple[tuple[str, ...], str | None]:
        if self._peek().text == "*":
            raise _invalid("SELECT * is not supported.")
        if self._peek().text in _AGGREGATES and self._tokens[self._place + 1].text == "(":
            raise Unsupported(f"SQL {self._peek().text.upper()}")
        name = self._name()
        if self._taken("as") or (self._peek().kind == "name" and self._peek().text not in _CLAUSES):
            return name, self._take().text
        return name, None

    def _from(self) -> None:
        self._word("from", "Incorrect syntax: FROM is missing.")
        named = self._take().text
        if named != self._table.logical:
            raise _invalid(f"The table '{named}' is not that of {self._table.entity_set}.")
        if self._taken("as") or (self._peek().kind == "name" and self._peek().text not in _CLAUSES):
            self._qualifiers = {self._take().text}
        if self._peek().text == ",":
            raise Unsupported("SQL join")

    def _order(self) -> tuple[SortKey, ...]:
        if not self._taken("order"):
            return ()
        self._word("by", "Incorrect syntax near ORDER.")
        keys = [self._sort_key()]
        while self._mark(","):
            keys.append(self._sort_key())
        return tuple(keys)

    def _sort_key(self) -> SortKey:
        column = self._column()
        if self._peek().text == "(":
            raise _invalid("ORDER BY can only reference column names.")
        descending = self._taken("desc")
        if not descending:
            self._taken("asc")
        return SortKey(column, descending)

    def _or(self) -> Expression:
        left = self._and()
        while self._taken("or"):
            left = Binary("or", left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._test()
        while self._taken("and"):
            left = Binary("and", left, self._test())
        return left

    def _test(self) -> Expression:
        if self._taken("not"):
            return Not(self._within(self._test))
        if self._mark("("):
            inner = self._within(self._or)
            if not self._mark(")"):
                raise _invalid("A closing parenthesis is missing.")
            return inner
        if self._peek().kind in {"number", "string"}:
            raise _invalid("The comparison must be between a column and a literal value.")
        column = self._column()
        return self._predicate(column, Property((column.stored,)))

    def _within(self, parse: Callable[[], Expression]) -> Expression:
        """One level deeper."""
        self._level += 1
        if self._level > MOST_LEVELS:
            raise Unsupported(f"SQL conditions nested more than {MOST_LEVELS} deep")
        inner = parse()
        self._level -= 1
        return inner

    def _predicate(self, column: Column, subject: Property) -> Expression:
        negated = self._taken("not")
        if self._taken("like"):
            like = Like(subject, self._literal())
            return Not(like) if negated else like
        if self._taken("in"):
            return self._call("NotIn" if negated else "In", column, self._list())
        if self._taken("between"):
            low = self._literal()
            self._word("and", "BETWEEN takes two values.")
            return self._call("NotBetween" if negated else "Between", column, [low, self._literal()])
        if self._taken("is"):
            op = "ne" if self._taken("not") else "eq"
            self._word("null", "IS takes NULL or NOT NULL.")
            return Binary(op, subject, Literal(None, "null"))
        op = _OPERATORS.get(self._take().text)
        if op is None:
            raise _invalid("The comparison must be between a column and a literal value.")
        if self._taken("null"):
            return Binary("gt", subject, Literal(None, "null"))
        return Binary(op, subject, constant(column, self._literal()))

    def _call(self, function: str, column: Column, texts: list[str]) -> Call:
        items = ListLiteral(tuple(Literal(text, "string") for text in texts))
        return Call(f"{CRM}{function}", (), {"PropertyName": Literal(column.stored, "string"), "PropertyValues": items})

    def _list(self) -> list[str]:
        if not self._mark("("):
            raise _invalid("IN takes a list.")
        texts = [self._literal()]
        while self._mark(","):
            texts.append(self._literal())
        if not self._mark(")"):
            raise _invalid("A closing parenthesis is missing.")
        return texts

    def _literal(self) -> str:
        if self._peek().text == "select" or self._peek().text == "(":
            raise _invalid("Subqueries are not supported.")
        token = self._take()
        if token.kind == "string":
            return unquote_string(token.text.removeprefix("N"))
        if token.kind == "number":
            return token.text
        raise _invalid("The comparison must be between a column and a literal value.")

    def _column(self) -> Column:
        return self._resolved(self._name())

    def _resolved(self, name: tuple[str, ...]) -> Column:
        if len(name) == 2 and name[0] not in self._qualifiers:
            raise _invalid(f"The multi-part identifier '{'.'.join(name)}' could not be bound.")
        return logical_column(self._table, name[-1])

    def _name(self) -> tuple[str, ...]:
        token = self._peek()
        if token.kind != "name" or token.text in _CLAUSES or token.text in _LEFT_OUT:
            raise self._unexpected()
        self._take()
        return (token.text, self._take().text) if self._mark(".") else (token.text,)

    def _unexpected(self) -> Exception:
        word = self._peek().text
        if word in _LEFT_OUT:
            return Unsupported(f"SQL {'GROUP BY' if word == 'group' else word.upper()}")
        if word in _REFUSED:
            return _invalid(f"{word.upper()} is not supported.")
        return _invalid(f"Incorrect syntax near '{word}'.")

    def _peek(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return token

    def _taken(self, word: str) -> bool:
        """Take the next token if it is this word."""
        if self._peek() != Token("name", word):
            return False
        self._take()
        return True

    def _word(self, word: str, otherwise: str) -> None:
        if not self._taken(word):
            raise _invalid(otherwise)

    def _mark(self, mark: str) -> bool:
        if self._peek() != Token("mark", mark):
            return False
        self._take()
        return True
