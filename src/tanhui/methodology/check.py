"""Checking content as a whole, one of its files, or a file that somebody is still writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from tanhui.methodology import publishing
from tanhui.methodology.conventions import convention_problems
from tanhui.methodology.factors import FactorLibrary, is_factor_table
from tanhui.methodology.library import check_content
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import FACTORS, open_shelf
from tanhui.methodology.tomlfile import TomlFile
from tanhui.methodology.worked import example_problems

Checker = Callable[[Path], list[Problem]]


def check_path(root: Path, path: Path | None, checkers: Sequence[Checker]) -> list[Problem]:
    """Every fault of `path`, or of all content when it is None.

    A content folder (one with `common/units.toml`) is checked as such. A file or folder inside
    `root` gives the faults of `root` that lie there. Any other file is read against the units and
    factors of `root`, as a methodology or as a factor table. `checkers` are the other rooms' own.
    """
    if path is None or (path / "common" / "units.toml").is_file():
        return _everything(root if path is None else path, checkers)
    where = path.resolve()
    if not where.exists():
        zh, en = "没有这个文件或文件夹", "there is no such file or folder"
        return [Problem(path, 0, "", "no_such_path", zh, en)]
    if where.is_relative_to(root.resolve()):
        return [
            problem
            for problem in _everything(root, checkers)
            if problem.path.resolve().is_relative_to(where)
        ]
    return _foreign(root, sorted(path.rglob("*.toml")) if path.is_dir() else [path])


def _everything(root: Path, checkers: Sequence[Checker]) -> list[Problem]:
    problems = check_content(root)
    for checker in checkers:
        problems.extend(checker(root))
    return problems


def _foreign(root: Path, paths: Sequence[Path]) -> list[Problem]:
    try:
        shelf = open_shelf(root)
    except ContentRefused as refusal:
        return list(refusal.problems)
    problems: list[Problem] = []
    for path in paths:
        try:
            file = TomlFile(path)
            if is_factor_table(file):
                FactorLibrary(root / FACTORS, shelf.units, file)
                continue
            methodology = read_methodology(path, shelf, file)
            problems.extend(example_problems(methodology))
            problems.extend(convention_problems(methodology))
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems


_NOW = re.compile(r" is now (sha256:[0-9a-f]{64}),")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pin(
    root: Path, path: Path, *, freeze: bool = False, checkers: Sequence[Checker] = ()
) -> list[str]:
    """Write the present digests of factor rows and modules into the file; what was changed.

    With `freeze`, a published document that is not yet in the lock is added to it; a line that
    stands there is never touched. `checkers` are the other rooms' own.
    """
    changed = []
    for problem in check_path(root, path, ()):
        found = _NOW.search(problem.en)
        if problem.code not in ("factor_row_changed", "module_changed") or found is None:
            continue
        lines = problem.path.read_text(encoding="utf-8").split("\n")
        lines[problem.line - 1] = _DIGEST.sub(found[1], lines[problem.line - 1], count=1)
        problem.path.write_text("\n".join(lines), encoding="utf-8")
        changed.append(f"{problem.key} {found[1]}")
    if freeze:
        files = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
        changed += publishing.freeze(root, files, _everything(root, checkers))
    return changed
