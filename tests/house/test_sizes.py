"""A file has at most 400 lines, a function 70, a line 100: then it is divided by noun."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.tree import Fault, files, found_in, name_of, parsed

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_CHARACTERS_MAX = 100
FOLDERS = ("src", "tests", "benchmarks", "scripts")
_PRAGMA = re.compile(r"  # (?:type: ignore|noqa|pragma).*$")
SIZED = (".py", ".sql", ".html", ".css", ".js")


def file_faults(text: str, *, lines_too: bool) -> Iterator[Fault]:
    """A file that is too long, and its lines that are."""
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        yield len(lines), f"{len(lines)} lines in one file"
    if lines_too:
        for number, line in enumerate(lines, start=1):
            # A word to the tools is not part of the sentence, and one word cannot be broken.
            told = _PRAGMA.sub("", line)
            if len(told) > LINE_CHARACTERS_MAX and " " in told.strip():
                yield number, f"{len(line)} characters in one line"


def function_faults(tree: ast.Module) -> Iterator[Fault]:
    """Functions that are too long."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield node.lineno, f"{node.name} has {lines} lines"


def test_files_and_lines() -> None:
    # A line of a template or a style sheet is as long as its sentence or its selector.
    assert not [
        f"{name_of(path)}:{line}: {fault}"
        for path in files(*FOLDERS, suffixes=SIZED)
        for line, fault in file_faults(
            path.read_text(encoding="utf-8"), lines_too=path.suffix in {".py", ".sql"}
        )
    ]


def test_functions() -> None:
    assert not [
        f"{name_of(path)}:{line}: {fault}"
        for path in files(*FOLDERS)
        for line, fault in function_faults(parsed(path))
    ]


def test_a_long_file_a_long_line_and_a_long_function_are_found() -> None:
    assert len(list(file_faults("x\n" * 401, lines_too=True))) == 1
    assert len(list(file_faults("x " * 51, lines_too=True))) == 1
    assert not list(file_faults("x = 1" + " " * 2 + "# noqa: " + "A" * 100, lines_too=True))
    assert not list(file_faults("x" * 100 + "\n" + "x\n" * 399, lines_too=True))
    assert found_in("def f():\n" + "    x = 1\n" * 70, function_faults) == ["f has 71 lines"]
