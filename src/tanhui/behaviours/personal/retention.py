"""Forgetting raw values whose period, as the city's content says, is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours.personal import files
from tanhui.behaviours.personal.periods import city_retention
from tanhui.governance.commands import write_audit
from tanhui.identity.commands import platform_actor
from tanhui.runtime.sql import load

_ROOM = "tanhui.behaviours.personal"


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
