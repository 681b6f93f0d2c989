"""SQL lies in files: no statement in Python, no file that nothing runs, no name without a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.house.tree import (
    SOURCE,
    Fault,
    calls,
    docstrings,
    files,
    found_in,
    module_of,
    name_of,
    parsed,
    report,
)

STATEMENT = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|COPY|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|LOCK|SET|WITH)"
    r"\s+\S"
)


def statement_faults(tree: ast.Module) -> Iterator[Fault]:
    """String literals that are statements."""
    described = docstrings(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in described
            and STATEMENT.match(node.value)
        ):
            yield node.lineno, f"SQL in Python: {node.value.strip()[:40]}"


def texts(tree: ast.AST) -> set[str]:
    """Every string literal."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def never_loaded(statements: Iterable[Path], modules: Iterable[Path]) -> list[str]:
    """Statements whose name occurs in no module of their room, nor beside its name elsewhere."""
    named = [(module_of(path).split("/")[0], texts(parsed(path))) for path in modules]
    lost = []
    for path in statements:
        room = module_of(path).split("/")[0]
        if not any(
            # A migration makes its functions from a list of their names.
            {path.stem, path.stem.removeprefix("function_")} & words
            and (room == owner or f"tanhui.{room}" in words)
            for owner, words in named
        ):
            lost.append(name_of(path))
    return lost


def missing_faults(tree: ast.Module) -> Iterator[Fault]:
    """Names given to `load` that have no file."""
    for call, name in calls(tree):
        words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if name == "load" and len(words) == 2 == len(call.args):
            package, statement = map(str, words)
            room = package.removeprefix("tanhui.").replace(".", "/")
            if not (SOURCE / room / "sql" / f"{statement}.sql").is_file():
                yield call.lineno, f"no statement {package}/{statement}"


def test_no_statement_is_written_in_python() -> None:
    assert not report(files("src"), statement_faults)


def test_every_statement_is_loaded_somewhere() -> None:
    statements = files("src", suffixes=(".sql",))
    assert len(statements) > 20
    assert not never_loaded(statements, files("src"))


def test_every_loaded_statement_has_a_file() -> None:
    assert not report(files("src"), missing_faults)


def test_bad_samples_are_found() -> None:
    assert found_in('x = "SELECT 1"', statement_faults) == ["SQL in Python: SELECT 1"]
    assert found_in('x = f"UPDATE t SET a = {b}"', statement_faults)
    assert not found_in('"""SELECT is what this is about."""', statement_faults)
    assert not found_in('x = "Create the account"', statement_faults)
    assert found_in('load("tanhui.ledger", "nowhere")', missing_faults)
    assert never_loaded([SOURCE / "ledger" / "sql" / "nobody.sql"], files("src")) == [
        "src/tanhui/ledger/sql/nobody.sql"
    ]
