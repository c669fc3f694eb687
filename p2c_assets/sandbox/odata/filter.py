"""`$filter` text to its tree, for both dialects. Precedence as in OData 4.0, 5.1.1.9."""

import json
from collections.abc import Callable, Mapping

from p2c_assets.sandbox.messages import Unsupported
from p2c_assets.sandbox.odata.expression import (
    Binary,
    Call,
    EnumLiteral,
    Expression,
    Lambda,
    ListLiteral,
    Literal,
    Not,
    Property,
)
from p2c_assets.sandbox.odata.lexer import ODataSyntaxError, Token, number, tokenize, unquote_string

_COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le", "has", "in"})
MOST_LEVELS = 40
"""Parentheses, negations, lists and aliases within each other. The systems allow more, the stack here does not."""

_WORDS: Mapping[str, Literal] = {
    "null": Literal(None, "null"),
    "true": Literal(True, "boolean"),
    "false": Literal(False, "boolean"),
}


def parse_filter(text: str, aliases: Mapping[str, str] | None = None, level: int = 0) -> Expression:
    """Parse a whole filter. aliases: `@p1` -> text of its expression; one without a value is null.

    Raises ODataSyntaxError or Unsupported.
    """
    parser = Parser(text, aliases or {}, level)
    expression = parser.expression()
    parser.expect_end()
    return expression


class Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, aliases: Mapping[str, str], level: int) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._place = 0
        self._aliases = aliases
        self._level = level

    def expression(self) -> Expression:
        """The lowest precedence: or."""
        return self._chain(frozenset({"or"}), self._and)

    def expect_end(self) -> None:
        """Raises ODataSyntaxError when something is left."""
        if self._peek().kind != "end":
            raise self._error()

    def _and(self) -> Expression:
        return self._chain(frozenset({"and"}), self._comparison)

    def _comparison(self) -> Expression:
        return self._chain(_COMPARISONS, self._sum)

    def _sum(self) -> Expression:
        return self._chain(frozenset({"add", "sub"}), self._product)

    def _product(self) -> Expression:
        return self._chain(frozenset({"mul", "div", "divby", "mod"}), self._unary)

    def _chain(self, operators: frozenset[str], operand: Callable[[], Expression]) -> Expression:
        left = operand()
        while self._peek().kind == "name" and self._peek().text in operators:
            op = self._take().text
            right = self._list(")") if op == "in" and self._at("(") else operand()
            left = Binary(op, left, right)
        return left

    def _unary(self) -> Expression:
        if self._peek().kind == "name" and self._peek().text == "not":
            self._take()
            return Not(self._within(self._unary))
        return self._primary()

    def _primary(self) -> Expression:
        if self._at("("):
            self._take()
            inner = self._within(self.expression)
            self._expect(")")
            return inner
        if self._at("["):
            return self._list("]")
        if self._peek().kind == "name":
            return self._named()
        return self._constant()

    def _constant(self) -> Expression:
        token = self._take()
        match token.kind:
            case "string":
                return Literal(unquote_string(token.text), "string")
            case "quoted":
                return Literal(self._quoted(token), "string")
            case "number":
                return self._number(token)
            case "guid":
                return Literal(token.text.lower(), "guid")
            case "datetime":
                return Literal(token.text, "datetime")
            case "date":
                return Literal(token.text, "date")
            case _:
                self._place -= 1
                raise self._error()

    def _quoted(self, token: Token) -> str:
        try:
            return str(json.loads(token.text))
        except ValueError as error:
            raise self._unrecognized("Edm.String", token) from error

    def _number(self, token: Token) -> Literal:
        value = number(token.text)
        if value is None:
            raise self._unrecognized("Edm.Double", token)
        return Literal(value, "integer" if isinstance(value, int) else "decimal")

    def _named(self) -> Expression:
        token = self._take()
        following = self._peek()
        if following.kind == "string" and following.position == token.position + len(token.text):
            return EnumLiteral(token.text, unquote_string(self._take().text))
        if token.text in _WORDS:
            return _WORDS[token.text]
        if token.text.startswith("@"):
            text = self._aliases.get(token.text, "null")
            return self._within(lambda: parse_filter(text, self._aliases, self._level))
        if self._at("("):
            return self._call(token.text)
        return self._path(token.text)

    def _path(self, first: str) -> Expression:
        path = [first]
        while self._at("/"):
            self._take()
            name = self._expect_kind("name").text
            if name in {"any", "all"} and self._at("("):
                return self._lambda(tuple(path), name)
            path.append(name)
        return Property(tuple(path))

    def _lambda(self, path: tuple[str, ...], operator: str) -> Expression:
        self._expect("(")
        if self._at(")"):
            self._take()
            return Lambda(path, operator, "", None)
        variable = self._expect_kind("name").text
        self._expect(":")
        body = self._within(self.expression)
        self._expect(")")
        return Lambda(path, operator, variable, body)

    def _call(self, name: str) -> Expression:
        self._expect("(")
        args: list[Expression] = []
        named: dict[str, Expression] = {}
        while not self._at(")"):
            self._argument(args, named)
            if not self._at(")"):
                self._expect(",")
        self._expect(")")
        return Call(name, tuple(args), named)

    def _argument(self, args: list[Expression], named: dict[str, Expression]) -> None:
        ahead = self._tokens[self._place + 1] if self._place + 1 < len(self._tokens) else self._peek()
        if self._peek().kind == "name" and ahead.text == "=":
            name = self._take().text
            self._take()
            named[name] = self._within(self.expression)
        else:
            args.append(self._within(self.expression))

    def _list(self, closing: str) -> ListLiteral:
        self._take()
        items: list[Expression] = []
        while not self._at(closing):
            items.append(self._within(self.expression))
            if not self._at(closing):
                self._expect(",")
        self._expect(closing)
        return ListLiteral(tuple(items))

    def _within(self, parse: Callable[[], Expression]) -> Expression:
        """What stands one level further in."""
        if self._level == MOST_LEVELS:
            raise Unsupported(f"expressions of more than {MOST_LEVELS} levels")
        self._level += 1
        inner = parse()
        self._level -= 1
        return inner

    def _peek(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        self._place += 1
        return token

    def _at(self, mark: str) -> bool:
        return self._peek().kind == "mark" and self._peek().text == mark

    def _expect(self, mark: str) -> None:
        if not self._at(mark):
            raise self._error()
        self._take()

    def _expect_kind(self, kind: str) -> Token:
        if self._peek().kind != kind:
            raise self._error()
        return self._take()

    def _unrecognized(self, kind: str, token: Token) -> ODataSyntaxError:
        """Source: OData/odata.net Microsoft.OData.Core.txt, UriQueryExpressionParser_UnrecognizedLiteral."""
        text = f"Unrecognized '{kind}' literal '{token.text}' at '{token.position}' in '{self._text}'."
        return ODataSyntaxError(text, token.position)

    def _error(self) -> ODataSyntaxError:
        position = self._peek().position
        return ODataSyntaxError(f"Syntax error at position {position} in '{self._text}'.", position)
