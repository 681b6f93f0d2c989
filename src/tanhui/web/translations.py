"""Chinese is written in the templates; English is `locale/en/LC_MESSAGES/django.po`.

`python -m tanhui.web.translations check` lists what is not translated or no longer used,
`… collect` adds missing strings to the file, `… compile` writes the binary next to it.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

_SOURCE = Path(__file__).resolve().parents[1]
PO = Path(__file__).resolve().parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
_ROOMS = ("web", "citizen", "board", "portal", "console")
_HEAD = (
    "Language: en\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)
_STRING = r"u?'((?:[^'\\]|\\.)*)'|u?\"((?:[^\"\\]|\\.)*)\""
_ONE = re.compile(rf"(?<![a-zA-Z])(?:gettext|_)\((?:{_STRING})\s*\)")
_MANY = re.compile(rf"ngettext\((?:{_STRING}),\s*(?:{_STRING})")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[ds]|\{(\w+)\}")
Entry = tuple[str, ...]


def _literal(text: str) -> str:
    return str(ast.literal_eval(f'"""{text}"""'))


def _in_templates() -> Iterator[tuple[str, str | None]]:
    for room in _ROOMS:
        for path in sorted((_SOURCE / room).rglob("templates/**/*.html")):
            code = templatize(path.read_text(encoding="utf-8"))
            for found in _MANY.finditer(code):
                one, plural = found[1] or found[2], found[3] or found[4]
                yield _literal(one), _literal(plural)
            for found in _ONE.finditer(code):
                yield _literal(found[1] or found[2]), None


def _in_code() -> Iterator[tuple[str, str | None]]:
    for room in _ROOMS:
        for path in sorted((_SOURCE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                texts = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
                if node.func.id in {"gettext", "gettext_lazy"}:
                    yield texts[0], None
                elif node.func.id == "ngettext":
                    yield texts[0], texts[1]


def used_strings() -> dict[str, str | None]:
    """Every string of the pages, with its plural where it has one."""
    found: dict[str, str | None] = {}
    for text, plural in (*_in_templates(), *_in_code()):
        found[text] = plural or found.get(text)
    return found


def read_po(path: Path = PO) -> dict[str, Entry]:
    """What is translated: the Chinese, and its English (two forms where there is a plural)."""
    entries: dict[str, Entry] = {}
    message, forms, target = "", [""], ""
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        keyword, quoted, text = line.partition('"')
        if not quoted:
            if not line.startswith("#"):
                if message:
                    entries[message] = tuple(forms)
                message, forms = "", [""]
            continue
        target = keyword.strip() or target
        piece = _literal(text.rstrip()[:-1])
        if target == "msgid":
            message += piece
        elif target in {"msgstr", "msgstr[0]"}:
            forms[0] += piece
        elif target == "msgstr[1]":
            forms = [forms[0], (forms[1] if len(forms) > 1 else "") + piece]
    return entries


def write_po(entries: dict[str, Entry], path: Path = PO) -> None:
    """The file in a fixed order, one string to a line, so that changes are easy to read."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    head = "".join(f"{quoted(line)}\n" for line in _HEAD.splitlines(keepends=True))
    parts = [f'msgid ""\nmsgstr ""\n{head}']
    plurals = used_strings()
    for message, forms in entries.items():
        plural = plurals.get(message)
        if plural is None:
            parts.append(f"msgid {quoted(message)}\nmsgstr {quoted(forms[0])}\n")
        else:
            one, many = (*forms, "")[:2]
            parts.append(
                f"msgid {quoted(message)}\nmsgid_plural {quoted(plural)}\n"
                f"msgstr[0] {quoted(one)}\nmsgstr[1] {quoted(many)}\n"
            )
    path.write_text("\n".join(parts), encoding="utf-8")


def compiled(entries: dict[str, Entry]) -> bytes:
    """The entries as gettext's binary file."""
    plurals = used_strings()
    pairs = {b"": _HEAD.encode()}
    for message, forms in entries.items():
        plural = plurals.get(message)
        key = message if plural is None else f"{message}\0{plural}"
        pairs[key.encode()] = "\0".join(forms).encode()
    keys = sorted(pairs)
    start = 28 + 16 * len(keys)
    tables: tuple[list[int], list[int]] = ([], [])
    body = b""
    for table, texts in zip(tables, (keys, [pairs[key] for key in keys]), strict=True):
        for text in texts:
            table += [len(text), start + len(body)]
            body += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start)
    return head + struct.pack(f"<{4 * len(keys)}I", *tables[0], *tables[1]) + body


def problems() -> list[str]:
    """What is missing, stale, has other placeholders, or is not compiled."""
    used, written = used_strings(), read_po()
    found = [f"not translated: {text}" for text in used if not all(written.get(text, ("",)))]
    found += [f"no longer used: {text}" for text in written if text not in used]
    for text, forms in written.items():
        wanted = set(_PLACEHOLDER.findall(text))
        found += [
            f"other placeholders: {text}"
            for form in forms
            if set(_PLACEHOLDER.findall(form)) != wanted
        ]
        if used.get(text) is not None and len(forms) != 2:
            found.append(f"no plural: {text}")
    if not MO.is_file() or MO.read_bytes() != compiled(written):
        found.append("not compiled: run `python -m tanhui.web.translations compile`")
    return found


def collect() -> None:
    """Brings the file up to date: missing strings empty, stale ones gone."""
    written = read_po() if PO.is_file() else {}
    write_po({text: written.get(text, ("",)) for text in used_strings()})


def main(verb: str) -> int:
    """Runs one verb of the command line; answers its exit code."""
    if verb == "collect":
        collect()
    elif verb == "compile":
        MO.write_bytes(compiled(read_po()))
    elif verb == "check":
        found = problems()
        sys.stderr.writelines(f"{line}\n" for line in found)
        return 2 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else "check"))
