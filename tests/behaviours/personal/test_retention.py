"""Raw values go when their time is over; the time is content, and no city may keep longer."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tanhui.behaviours.personal.periods import check_content, city_retention
from tanhui.behaviours.personal.retention import forget_overdue
from tanhui.cli.working import once
from tanhui.governance.models import AuditRow
from tanhui.identity.commands import log_in, send_login_code
from tanhui.identity.sms import SimulatedSms
from tests.behaviours.telling import JULY, City
from tests.cast import LIN_XIAO

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


def lay(city: City, name: str) -> Path:
    """A file under `var/`, written at noon of 20 July 2026."""
    path = city.folder / "var" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"rider": "jc-lin", "start_lat": 30.65}\n', encoding="utf-8")
    os.utime(path, (JULY.timestamp(), JULY.timestamp()))
    return path


def test_raw_tracks_are_gone_after_thirty_days_and_not_before(city: City) -> None:
    tracks = [lay(city, f"{folder}/bike.ndjson") for folder in ("demo", "uploads", "inbox")]
    report = lay(city, "reports/bike.csv")
    kept = lay(city, "log/checkpoint")
    once(JULY + 29 * DAY)
    assert all(path.exists() for path in (*tracks, report))
    once(JULY + 30 * DAY + timedelta(minutes=1))
    assert not any(path.exists() for path in (*tracks, report))
    assert kept.exists()


def test_codes_and_ended_sessions_go_too(city: City) -> None:
    sms = SimulatedSms()
    send_login_code(phone=LIN_XIAO.phone, at=JULY, sms=sms)
    log_in(phone=LIN_XIAO.phone, code=str(sms.code_for(LIN_XIAO.phone)), at=JULY)
    forget_overdue(at=JULY + timedelta(hours=23))
    assert city.rows("SELECT count(*) FROM identity_logincode") == [(1,)]
    forget_overdue(at=JULY + 2 * DAY)
    assert city.rows("SELECT count(*) FROM identity_logincode") == [(0,)]
    assert city.rows("SELECT count(*) FROM identity_session") == [(1,)]
    forget_overdue(at=JULY + 40 * DAY)
    assert city.rows("SELECT count(*) FROM identity_session") == [(0,)]
    told = AuditRow.objects.filter(action="personal.forget_overdue").values_list("facts", flat=True)
    assert list(told) == [{"login_codes": 1}, {"sessions": 1}]


def test_no_coordinate_of_a_trip_reaches_the_tables(city: City) -> None:
    cells = city.rows(
        "SELECT c.relname || '.' || a.attname FROM pg_class AS c"
        " INNER JOIN pg_attribute AS a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND a.attname ~ '(^|_)(lat|lng|lon|latitude|longitude|geom|point|track)(_|$)'"
        # Where a project of another register lies, as that register publishes it.
        " AND c.relname NOT LIKE 'projects_foreign%'"
    )
    assert cells == []


def test_a_city_may_not_keep_raw_tracks_for_longer(tmp_path: Path) -> None:
    root = settings.TANHUI.content_root
    assert check_content(root) == []
    assert city_retention(root).raw_files <= 30
    text = (root / "chengdu" / "retention.toml").read_text(encoding="utf-8")
    (tmp_path / "chengdu").mkdir()
    longer = text.replace("raw_files = 30", "raw_files = 31")
    (tmp_path / "chengdu" / "retention.toml").write_text(longer, encoding="utf-8")
    assert [problem.code for problem in check_content(tmp_path)] == ["kept_too_long"]
