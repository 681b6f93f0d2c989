"""The formula grammar: numbers, names, + - * /, parentheses, min and max. A parser of our own.

    sum     = product (("+" | "-") product)*
    product = unary (("*" | "/") unary)*
    unary   = "-" unary | atom
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

Nothing is ever handed to the host language. Later functions are one entry in `FUNCTIONS` and one
case in each evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid

FUNCTIONS = {"min": 2, "max": 2}
MAX_CHARACTERS = 1_000
MAX_TOKENS = 300
MAX_DEPTH = 40

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<mark>[-+*/(),])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number without unit, exact, as written."""

    value: Fraction
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol of the document."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Negate:
    """The negative of `operand`."""

    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`, the operator one of + - * /."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS` and its arguments."""

    function: str
    arguments: tuple[Node, ...]
    at: int


Node = Number | Name | Negate | Binary | Call


class ExpressionRefused(Invalid):
    """A formula that cannot be read or does not fit; `at` is its column, counted from 1."""

    def __init__(self, code: str, at: int, *, zh: str, en: str, **facts: object) -> None:
        self.at = at
        facts["at"] = at
        sentences = {"zh": "第 {at} 列：" + zh, "en": "column {at}: " + en}
        super().__init__(code, **sentences, **facts)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(source: str) -> list[_Token]:
    if len(source) > MAX_CHARACTERS:
        raise ExpressionRefused(
            "expression_too_long",
            MAX_CHARACTERS + 1,
            zh="公式超过 {limit} 个字符",
            en="the formula is longer than {limit} characters",
            limit=MAX_CHARACTERS,
        )
    tokens: list[_Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise ExpressionRefused(
                "unexpected_character",
                position + 1,
                zh="不能识别的字符 {character}",
                en="unexpected character {character}",
                character=repr(source[position]),
            )
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match[0], position + 1))
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        raise ExpressionRefused(
            "expression_too_long",
            tokens[MAX_TOKENS].at,
            zh="公式超过 {limit} 个词",
            en="the formula has more than {limit} words",
            limit=MAX_TOKENS,
        )
    return [*tokens, _Token("end", "", len(source) + 1)]


class _Parser:
    def __init__(self, source: str) -> None:
        self.tokens = _tokens(source)
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def advance(self) -> _Token:
        token = self.token
        self.position += 1
        return token

    def refuse(self, zh: str, en: str) -> ExpressionRefused:
        found = self.token.text
        return ExpressionRefused(
            "syntax_error",
            self.token.at,
            zh="应为" + zh + ("，实为 {found}" if found else "，公式却已结束"),
            en="expected " + en + (", found {found}" if found else ", found the end"),
            found=found,
        )

    def expect(self, mark: str) -> None:
        if self.token.text != mark:
            raise self.refuse(f" {mark}", mark)
        self.advance()

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionRefused(
                "expression_too_deep",
                self.token.at,
                zh="嵌套超过 {limit} 层",
                en="nested more than {limit} deep",
                limit=MAX_DEPTH,
            )

    def sum(self) -> Node:
        self.deeper()
        node = self.product()
        while self.token.text in ("+", "-"):
            operator = self.advance()
            node = Binary(operator.text, node, self.product(), operator.at)
        self.depth -= 1
        return node

    def product(self) -> Node:
        node = self.unary()
        while self.token.text in ("*", "/"):
            operator = self.advance()
            node = Binary(operator.text, node, self.unary(), operator.at)
        return node

    def unary(self) -> Node:
        if self.token.text != "-":
            return self.atom()
        self.deeper()
        at = self.advance().at
        node = Negate(self.unary(), at)
        self.depth -= 1
        return node

    def atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.advance()
            return Number(Fraction(token.text), token.text, token.at)
        if token.kind == "name":
            self.advance()
            return self.call(token) if self.token.text == "(" else Name(token.text, token.at)
        if token.text == "(":
            self.advance()
            node = self.sum()
            self.expect(")")
            return node
        raise self.refuse("数字、符号或括号", "a number, a symbol or a parenthesis")

    def call(self, name: _Token) -> Call:
        if name.text not in FUNCTIONS:
            raise ExpressionRefused(
                "unknown_function",
                name.at,
                zh="没有函数 {name}，可用：{known}",
                en="no function {name}; there are: {known}",
                name=name.text,
                known=", ".join(sorted(FUNCTIONS)),
            )
        self.expect("(")
        arguments = [self.sum()]
        while self.token.text == ",":
            self.advance()
            arguments.append(self.sum())
        self.expect(")")
        if len(arguments) < FUNCTIONS[name.text]:
            raise ExpressionRefused(
                "too_few_arguments",
                name.at,
                zh="{name} 至少要 {least} 个参数",
                en="{name} needs at least {least} arguments",
                name=name.text,
                least=FUNCTIONS[name.text],
            )
        return Call(name.text, tuple(arguments), name.at)


def parse(source: str) -> Node:
    """The syntax tree of a formula.

    Refuses: `unexpected_character`, `syntax_error`, `unknown_function`, `too_few_arguments`,
    `expression_too_long`, `expression_too_deep`, each with its column.
    """
    parser = _Parser(source)
    node = parser.sum()
    if parser.token.kind != "end":
        raise parser.refuse("运算符", "an operator")
    return node


def names(node: Node) -> Iterator[Name]:
    """Every use of a symbol, from left to right."""
    match node:
        case Name():
            yield node
        case Negate():
            yield from names(node.operand)
        case Binary():
            yield from names(node.left)
            yield from names(node.right)
        case Call():
            for argument in node.arguments:
                yield from names(argument)
        case Number():
            return
