"""Reads a formula. A grammar and a parser of our own; nothing is handed to the host language.

formula   = logic
logic     = clause (("and" | "or") clause)*            (one word per level; else parentheses)
clause    = "not" clause | relation
relation  = sum (("<=" | "<" | ">=" | ">" | "==") sum)? | scenario "is" option
sum       = product (("+" | "-") product)*
product   = unary (("*" | "/") unary)*
unary     = "-" unary | atom
atom      = number | name | function "(" argument ("," argument)* ")" | "(" logic ")"
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.expression import (
    CONDITIONS,
    FUNCTIONS,
    RESERVED,
    Binary,
    Call,
    Compare,
    ExpressionRefused,
    If,
    Is,
    Logic,
    Name,
    Negate,
    Node,
    Number,
)

MAX_CHARACTERS = 1_000
MAX_TOKENS = 300
MAX_DEPTH = 40
RELATIONS = ("<=", "<", ">=", ">", "==")

# The molar mass ratios that people write as bare numbers, with the conversion that means them.
BARE_RATIOS = {
    (44, 12): "carbon_as_co2",
    (16, 12): "carbon_as_ch4",
    (44, 28): "nitrogen_as_n2o",
}

# What people write who know formulas from elsewhere.
HINTS = {
    "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "（": "(", "）": ")", "，": ",",
    "^": "pow(x, 2)", "%": "0.5", "=": "==", "≤": "<=", "≥": ">=", "[": "(", "{": "(",
}  # fmt: skip

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?)"
    r"|(?P<mark><=|>=|==|[-+*/(),<>])"
)


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
            hint = HINTS.get(source[position], "")
            raise ExpressionRefused(
                "unexpected_character",
                position + 1,
                zh="不能识别的字符 {character}" + ("，可写 {hint}" if hint else ""),
                en="unexpected character {character}" + ("; write {hint}" if hint else ""),
                character=repr(source[position]),
                hint=hint,
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
    def __init__(self, source: str, conversions: Collection[str]) -> None:
        self.tokens = _tokens(source)
        self.conversions = conversions
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def advance(self) -> _Token:
        token = self.token
        self.position += 1
        return token

    def refuse(self, zh: str, en: str, at: int = 0) -> ExpressionRefused:
        found = self.token.text
        return ExpressionRefused(
            "syntax_error",
            at or self.token.at,
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

    def value(self, node: Node) -> Node:
        """`node`, which must be a value and not a condition."""
        if isinstance(node, CONDITIONS):
            raise ExpressionRefused(
                "syntax_error",
                node.at,
                zh="应为数值，实为条件",
                en="expected a value, found a condition",
            )
        return node

    def condition(self, node: Node) -> Node:
        """`node`, which must be a condition and not a value."""
        if not isinstance(node, CONDITIONS):
            raise ExpressionRefused(
                "syntax_error",
                node.at,
                zh="应为条件，实为数值",
                en="expected a condition, found a value",
            )
        return node

    def logic(self) -> Node:
        self.deeper()
        node = self.clause()
        operator = self.token.text
        if operator in ("and", "or"):
            clauses, at = [self.condition(node)], self.token.at
            while self.token.text == operator:
                self.advance()
                clauses.append(self.condition(self.clause()))
            if self.token.text in ("and", "or"):
                raise self.refuse("括号，以分清 and 与 or", "parentheses between `and` and `or`")
            node = Logic(operator, tuple(clauses), at)
        self.depth -= 1
        return node

    def clause(self) -> Node:
        if self.token.text != "not":
            return self.relation()
        self.deeper()
        at = self.advance().at
        node = Logic("not", (self.condition(self.clause()),), at)
        self.depth -= 1
        return node

    def relation(self) -> Node:
        left = self.sum()
        operator = self.token
        if operator.text == "is":
            if not isinstance(left, Name):
                raise self.refuse("情景名称", "the name of a scenario", left.at)
            self.advance()
            if self.token.kind != "name":
                raise self.refuse("选项名称", "the name of an option")
            return Is(left.name, self.advance().text, left.at)
        if operator.text not in RELATIONS:
            return left
        self.advance()
        node = Compare(operator.text, self.value(left), self.value(self.sum()), operator.at)
        if self.token.text in RELATIONS:
            raise self.refuse(
                " and（比较只有两边，如 0 < x and x < 3）", "`and`: a comparison has two sides"
            )
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.token.text in ("+", "-"):
            operator = self.advance()
            right = self.value(self.product())
            node = Binary(operator.text, self.value(node), right, operator.at)
        return node

    def product(self) -> Node:
        node = self.unary()
        while self.token.text in ("*", "/"):
            operator = self.advance()
            right = self.value(self.unary())
            node = Binary(operator.text, self.value(node), right, operator.at)
            self.typed(node)
        return node

    def typed(self, node: Binary) -> None:
        """Refuse a molar mass ratio written as bare numbers."""
        match node:
            case Binary("/", Number(value=top), Number(value=bottom)) | Binary(
                "/", Binary("*", _, Number(value=top)), Number(value=bottom)
            ):
                ratio = (top.numerator, bottom.numerator)
                if ratio in BARE_RATIOS:
                    raise ExpressionRefused(
                        "untyped_conversion",
                        node.at,
                        zh="{top}/{bottom} 不能写成数字，请用转换 {conversion}(…)",
                        en="{top}/{bottom} is no number here; use the conversion {conversion}(…)",
                        top=ratio[0],
                        bottom=ratio[1],
                        conversion=BARE_RATIOS[ratio],
                    )

    def unary(self) -> Node:
        if self.token.text != "-":
            return self.atom()
        self.deeper()
        at = self.advance().at
        node = Negate(self.value(self.unary()), at)
        self.depth -= 1
        return node

    def atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.advance()
            return Number(Fraction(token.text), token.text, token.at)
        if token.kind == "name" and token.text not in ("and", "or", "not", "is"):
            self.advance()
            return self.call(token) if self.token.text == "(" else Name(token.text, token.at)
        if token.text == "(":
            self.advance()
            node = self.logic()
            self.expect(")")
            return node
        raise self.refuse("数字、符号或括号", "a number, a symbol or a parenthesis")

    def call(self, name: _Token) -> Node:
        shape = "x" if name.text in self.conversions else FUNCTIONS.get(name.text, "")
        if not shape:
            known = sorted({*FUNCTIONS, *self.conversions})
            raise ExpressionRefused(
                "unknown_function",
                name.at,
                zh="没有函数 {name}，可用：{known}",
                en="no function {name}; there are: {known}",
                name=name.text,
                known=", ".join(known),
            )
        self.expect("(")
        arguments, word = self.arguments(name, shape)
        self.expect(")")
        if name.text == "if":
            return If(arguments[0], arguments[1], arguments[2], name.at)
        return Call(name.text, tuple(arguments), name.at, word)

    def arguments(self, name: _Token, shape: str) -> tuple[list[Node], str]:
        """The arguments of a function of this shape: its values, and its word if it takes one."""
        sorts = [sort for sort in shape if sort in "xcw"]
        least = len(sorts) - shape.count("?")
        found: list[Node] = []
        word, count = "", 0
        while True:
            if count == len(sorts) and not shape.endswith("+"):
                raise ExpressionRefused(
                    "too_many_arguments",
                    name.at,
                    zh="{name} 最多 {most} 个参数",
                    en="{name} takes at most {most} argument(s)",
                    name=name.text,
                    most=count,
                )
            sort = sorts[min(count, len(sorts) - 1)]
            if sort == "w":
                word = self.word()
            else:
                node = self.logic()
                found.append(self.condition(node) if sort == "c" else self.value(node))
            count += 1
            if self.token.text != ",":
                break
            self.advance()
        if count < least:
            raise ExpressionRefused(
                "too_few_arguments",
                name.at,
                zh="{name} 至少要 {least} 个参数",
                en="{name} needs at least {least} arguments",
                name=name.text,
                least=least,
            )
        return found, word

    def word(self) -> str:
        if self.token.kind not in ("name", "number") or self.token.text in RESERVED:
            raise self.refuse("名称", "a name")
        return self.advance().text


def parse(source: str, conversions: Collection[str] = ()) -> Node:
    """The syntax tree of a formula; `conversions` are the typed conversions it may call.

    Refuses: `unexpected_character`, `syntax_error`, `unknown_function`, `too_few_arguments`,
    `too_many_arguments`, `untyped_conversion`, `expression_too_long`, `expression_too_deep`,
    each with its column.
    """
    return _whole(source, conversions, condition=False)


def parse_condition(source: str, conversions: Collection[str] = ()) -> Node:
    """The syntax tree of a condition. Refuses as `parse` does."""
    return _whole(source, conversions, condition=True)


def _whole(source: str, conversions: Collection[str], *, condition: bool) -> Node:
    parser = _Parser(source, conversions)
    node = parser.logic()
    if parser.token.kind != "end":
        raise parser.refuse("运算符", "an operator")
    return parser.condition(node) if condition else parser.value(node)
