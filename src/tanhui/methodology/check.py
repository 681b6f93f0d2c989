"""Checking content as a whole, one of its files, or a file that somebody is still writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tanhui.methodology.library import (
    check_content,
    example_problems,
    open_shelf,
)
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology

Checker = Callable[[Path], list[Problem]]


def check_path(root: Path, path: Path | None, checkers: Sequence[Checker]) -> list[Problem]:
    """Every fault of `path`, or of all content when it is None.

    A content folder (one with `common/units.toml`) is checked as such. A file or folder inside
    `root` gives the faults of `root` that lie there. Any other file is read as a methodology
    against the units and factors of `root`. `checkers` are the other rooms' own.
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
            problems.extend(example_problems(read_methodology(path, shelf)))
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
