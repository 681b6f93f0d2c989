"""The files of cases and calendars: reading, checking and listing them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tanhui.cases.calendar import Calendar, check_calendars
from tanhui.cases.kinds import Kind, read_kind
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.library import Entry
from tanhui.methodology.problems import ContentRefused, Problem


class Kinds:
    """Every version of every kind of case of a city, and its calendar. Immutable once loaded."""

    def __init__(self, kinds: Mapping[tuple[str, str], Kind], calendar: Calendar) -> None:
        self._kinds = kinds
        self._newest: dict[str, Kind] = {}
        for kind in sorted(kinds.values(), key=_order):
            self._newest[kind.kind] = kind
        self.calendar = calendar

    @classmethod
    def load(cls, content_root: Path) -> Kinds:
        """Reads `*/cases/*.toml` and the calendar; raises ContentRefused on the first bad file."""
        read = [_read(path) for path in _paths(content_root)]
        return cls({(kind.kind, kind.version): kind for kind in read}, Calendar.load(content_root))

    def newest(self, kind: str) -> Kind:
        """The version under which new cases of `kind` begin; refuses `no_such_case_kind`."""
        if kind not in self._newest:
            raise _no_such_kind(kind)
        return self._newest[kind]

    def version(self, kind: str, version: str) -> Kind:
        """One version, for cases that were opened under it; refuses `no_such_case_kind`."""
        if (kind, version) not in self._kinds:
            raise _no_such_kind(f"{kind}@{version}")
        return self._kinds[kind, version]


def _no_such_kind(kind: str) -> NotFound:
    return NotFound(
        "no_such_case_kind",
        zh="没有“{kind}”这类事项。",
        en="There is no kind of case called “{kind}”.",
        kind=kind,
    )


def _order(kind: Kind) -> tuple[str, tuple[int, ...]]:
    return kind.kind, tuple(int(part) for part in kind.version.split("."))


def _paths(content_root: Path) -> list[Path]:
    return sorted(content_root.glob("*/cases/*.toml"))


def _read(path: Path) -> Kind:
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return read_kind(path, f"sha256:{digest}")


@cache
def city_kinds(content_root: Path) -> Kinds:
    """The city's kinds of cases, read once for each program."""
    return Kinds.load(content_root)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the kinds of cases and of the calendar."""
    problems: list[Problem] = []
    taken: dict[tuple[str, str], Path] = {}
    for path in _paths(content_root):
        try:
            kind = _read(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        first = taken.setdefault((kind.kind, kind.version), path)
        if first != path:
            zh, en = f"这一版本已在 {first.name}", f"this version is in {first.name} already"
            problems.append(Problem(path, 0, "case.version", "version_taken", zh, en))
    return problems + check_calendars(content_root)


def list_content(content_root: Path) -> list[Entry]:
    """The kinds of cases as a listing shows them."""
    return [
        Entry(
            id=kind.kind,
            version=kind.version,
            kind="case",
            digest=kind.digest,
            status="published",
            title_zh=kind.title_zh,
            title_en=kind.title_en,
            path=path.relative_to(content_root),
        )
        for path, kind in ((path, _read(path)) for path in _paths(content_root))
    ]
