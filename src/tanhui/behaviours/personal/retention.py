"""How long raw values are kept, as `content/<city>/retention.toml` says, and forgetting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours.personal import files
from tanhui.governance.commands import write_audit
from tanhui.identity.commands import platform_actor
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile
from tanhui.runtime.sql import load

_ROOM = "tanhui.behaviours.personal"
# No city may keep raw tracks for longer than this.
RAW_DAYS_MAX = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which each kind of raw value is kept."""

    raw_files: int
    reports: int
    login_codes: int
    ended_sessions: int


def _read(path: Path) -> Retention:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("retention") as head:
            head.text("version", pattern=r"\d+\.\d+\.\d+")
            head.text("source_zh")
            head.text("source_en")
        with root.table("days") as days:
            found = Retention(
                raw_files=days.integer("raw_files"),
                reports=days.integer("reports"),
                login_codes=days.integer("login_codes"),
                ended_sessions=days.integer("ended_sessions"),
            )
            for name in ("raw_files", "reports", "login_codes", "ended_sessions"):
                if not 1 <= getattr(found, name) <= RAW_DAYS_MAX:
                    days.report(
                        name,
                        "kept_too_long",
                        f"应在 1 到 {RAW_DAYS_MAX} 天之间",
                        f"must be 1 to {RAW_DAYS_MAX} days",
                    )
    file.finish()
    return found


def _paths(content_root: Path) -> list[Path]:
    return sorted(content_root.glob("*/retention.toml"))


@cache
def city_retention(content_root: Path) -> Retention:
    """The city's periods, read once for each program; raises ContentRefused."""
    (path,) = _paths(content_root)
    return _read(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the periods."""
    problems: list[Problem] = []
    for path in _paths(content_root):
        try:
            _read(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems


def forget_overdue(*, at: datetime) -> int:
    """Forgets raw files, reports, codes and sessions whose time is over; answers how many.

    Runs as the platform itself; what is forgotten leaves an audit row with the counts.
    """
    keep = city_retention(settings.TANHUI.content_root)
    gone = {
        "raw_files": files.forget_files(files.RAW, before=_before(at, keep.raw_files)),
        "reports": files.forget_files((files.REPORTS,), before=_before(at, keep.reports)),
    }
    with transaction.atomic():
        gone["login_codes"] = _forget("forget_old_codes", _before(at, keep.login_codes))
        ended = _before(at, keep.ended_sessions)
        gone["sessions"] = _forget("forget_old_sessions", ended)
        gone["login_links"] = _forget("forget_old_links", ended)
        if any(gone.values()):
            write_audit(
                actor=platform_actor(),
                action="personal.forget_overdue",
                subject="retention",
                facts={name: count for name, count in gone.items() if count},
                at=at,
            )
    return sum(gone.values())


def _before(at: datetime, days: int) -> datetime:
    return at - timedelta(days=days)


def _forget(name: str, before: datetime) -> int:
    facts: dict[str, Any] = {"before": before}
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return int(cursor.rowcount)
