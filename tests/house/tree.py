"""The files that the house tests look at, and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tanhui"
# A fault of one file: the line, and what is wrong there.
Fault = tuple[int, str]
Checker = Callable[[ast.Module], Iterable[Fault]]


def files(*folders: str, suffixes: Iterable[str] = (".py",)) -> list[Path]:
    """Every file with one of the suffixes below these folders of the checkout."""
    wanted = frozenset(suffixes)
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in wanted and "__pycache__" not in path.parts
    )


def name_of(path: Path) -> str:
    """How a file is called in a report: its path from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """A source file's path within the package, such as `ledger/commands.py`."""
    return path.relative_to(SOURCE).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def report(paths: Iterable[Path], checker: Checker) -> list[str]:
    """Every fault that a checker finds in these files, as `file:line: fault`."""
    return [
        f"{name_of(path)}:{line}: {fault}"
        for path in paths
        for line, fault in checker(parsed(path))
    ]


def found_in(sample: str, checker: Checker) -> list[str]:
    """What a checker says of a sample: how each of them is shown to be able to fail."""
    return [fault for _, fault in checker(ast.parse(sample))]


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the last name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield node, called.attr
            elif isinstance(called, ast.Name):
                yield node, called.id


def docstrings(tree: ast.AST) -> set[int]:
    """The identities of the constants that are docstrings."""
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
