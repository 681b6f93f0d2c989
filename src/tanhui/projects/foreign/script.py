"""Data that is written as JavaScript, read as data: objects, lists, texts and numbers, no more.

Nothing is run. What is not data, such as a call or a variable, refuses the whole text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tanhui.kernel.refusals import Invalid, Refusal

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\$]|\$(?!\{))*`)
    |(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<mark>[{}\[\]:,;=+.])""",
    re.X | re.S,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_DEEPEST = 60
_END = "end"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def _refuse(token: _Token) -> Refusal:
    return Invalid(
        "script_not_data",
        zh="第 {line} 行的“{text}”不是数据；脚本文件只当数据读，不运行。",
        en="“{text}” in line {line} is no data; a script is read as data and never run.",
        line=token.line,
        text=token.text[:40] or "…",
    )


def _tokens(source: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:
            raise _refuse(_Token("wrong", source[place : place + 20], line))
        kind = found.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, found[0], line)
        line += found[0].count("\n")
        place = found.end()
    yield _Token(_END, "", line)


class _Reader:
    def __init__(self, source: str) -> None:
        self._rest = _tokens(source)
        self.next = next(self._rest)

    def take(self, text: str = "") -> _Token:
        token = self.next
        if text and token.text != text:
            raise _refuse(token)
        if token.kind != _END:
            self.next = next(self._rest)
        return token

    def taken(self, text: str) -> bool:
        if self.next.kind == "text" or self.next.text != text:
            return False
        self.take()
        return True

    def value(self, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise _refuse(self.next)
        token = self.take()
        if token.kind == "text":
            return _text(token) + self._more()
        if token.kind == "number":
            return json.loads(token.text, parse_float=str)
        if token.text in _CONSTANTS:
            return _CONSTANTS[token.text]
        if token.text == "[":
            return self._list(depth)
        if token.text == "{":
            return self._object(depth)
        raise _refuse(token)

    def _more(self) -> str:
        """The parts of a text that are joined to it by a plus."""
        parts = []
        while self.taken("+"):
            token = self.take()
            if token.kind != "text":
                raise _refuse(token)
            parts.append(_text(token))
        return "".join(parts)

    def _list(self, depth: int) -> list[Any]:
        items: list[Any] = []
        while not self.taken("]"):
            items.append(self.value(depth + 1))
            if not self.taken(","):
                self.take("]")
                break
        return items

    def _object(self, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not self.taken("}"):
            key = self.take()
            if key.kind not in ("text", "word", "number"):
                raise _refuse(key)
            self.take(":")
            items[_text(key) if key.kind == "text" else key.text] = self.value(depth + 1)
            if not self.taken(","):
                self.take("}")
                break
        return items


def _text(token: _Token) -> str:
    def unescaped(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            # Half of a pair is no character, and no database keeps it.
            return "\ufffd" if 0xD800 <= int(code, 16) <= 0xDFFF else chr(int(code, 16))
        return _ESCAPED.get(found[3], found[3])

    return _ESCAPE.sub(unescaped, token.text[1:-1])


def read_script(source: str) -> Any:
    """The one value that a script exports; refuses `script_not_data`."""
    reader = _Reader(source.removeprefix("\ufeff"))
    if reader.taken("export"):
        reader.take("default")
    elif reader.taken("module"):
        reader.take(".")
        reader.take("exports")
        reader.take("=")
    value = reader.value()
    while reader.taken(";"):
        pass
    if reader.next.kind != _END:
        raise _refuse(reader.next)
    return value
