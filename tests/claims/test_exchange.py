"""Two schemes tell each other of trips by file: nobody is paid by both, nothing is kept twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from tanhui.behaviours.double_paid import ClaimsRecount, recount_claims
from tanhui.behaviours.exchange import (
    ImportResult,
    export_claims,
    import_claims,
    register_scheme,
)
from tanhui.behaviours.recount import recount
from tanhui.claims.lines import FORMAT, Claim, header, token
from tanhui.config.database import Database
from tanhui.identity.consents.commands import withdraw
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Forbidden, Invalid, NotFound
from tests.behaviours.telling import City, balance
from tests.cast import BIKE_DESK, LIN_XIAO, NOW, OPERATOR, ZHOU_SHIFU, ride, seat

pytestmark = pytest.mark.database

OTHER = "CHENGDU-JIAOTONG"
KEY = bytes(range(32))
DAY = date(2026, 3, 20)
LATER = NOW + timedelta(hours=1)
EIGHT = datetime(2026, 3, 20, 8, tzinfo=CITY_ZONE)


@pytest.fixture
def city(books: Database, settings: Settings, tmp_path: Path) -> City:
    """The cast in fresh books, and the other scheme registered."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    seated = seat()
    register_scheme(actor=OPERATOR, name=OTHER, key=KEY.hex(), at=NOW)
    return City(seated, tmp_path, books)


def claim(start: int, end: int, phone: str = LIN_XIAO.phone, **changed: Any) -> str:
    """A line of the other scheme; slots of five minutes from midnight."""
    told = Claim(token(KEY, DAY, phone), DAY, start, end, "cycling", NOW)
    return replace(told, **changed).line()


def hear(city: City, *lines: str, name: str = "theirs", maker: str = OTHER) -> ImportResult:
    """Reads a file of the other scheme with these lines."""
    path = city.folder / f"{name}.ndjson"
    path.write_text("\n".join([header(FORMAT, maker, NOW), *lines, ""]), encoding="utf-8")
    answer = city.folder / f"{name}.answer.ndjson"
    return import_claims(actor=OPERATOR, scheme=OTHER, path=path, answer=answer, at=LATER)


def lines(path: str | Path) -> list[dict[str, Any]]:
    """The lines of a file of ours."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def kept() -> int:
    """How many trips of other schemes are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_foreign")
        return int(cursor.fetchall()[0][0])


def test_our_trips_are_told_by_tokens_and_slots_and_nothing_else(city: City) -> None:
    city.ingest([ride("a", started_at=EIGHT), ride("b", started_at=EIGHT, rider="jc-zhou")])
    path = city.folder / "ours.ndjson"
    result = export_claims(actor=OPERATOR, scheme=OTHER, first=DAY, last=DAY, path=path, at=LATER)
    head, *told = lines(path)
    assert (result.lines, result.people) == (2, 2)
    assert (head["format"], head["scheme"]) == (FORMAT, "TANHUI")
    assert {line["token"] for line in told} == {
        token(KEY, DAY, phone) for phone in (LIN_XIAO.phone, ZHOU_SHIFU.phone)
    }
    assert {(line["start"], line["end"], line["group"]) for line in told} == {(96, 98, "cycling")}
    assert told == sorted(told, key=lambda line: str(line["token"]))
    assert path.stat().st_mode & 0o077 == 0
    assert LIN_XIAO.phone not in path.read_text(encoding="utf-8")


def test_what_the_other_scheme_claimed_first_is_not_paid_by_us(city: City) -> None:
    heard = hear(city, claim(96, 99), claim(150, 152))
    assert (heard.lines, heard.kept, heard.taken) == (2, 2, 0)
    result = city.ingest([ride("a", started_at=EIGHT + timedelta(minutes=3))])
    assert (result.recorded, result.points) == (1, 0)
    assert balance(city.seated.lin) == (0, 0)
    # Another person, and another time of the same one, are paid.
    city.ingest([ride("b", started_at=EIGHT, rider="jc-zhou")])
    city.ingest([ride("c", started_at=EIGHT + timedelta(hours=2))])
    assert balance(city.seated.lin)[0] > 0
    assert balance(city.seated.zhou)[0] > 0
    assert recount().matches
    assert recount_claims() == ClaimsRecount(differing_time=0, double_paid=0)


def test_a_second_payment_of_one_time_is_counted_by_the_recount(city: City) -> None:
    city.ingest([ride("a", started_at=EIGHT), ride("b", started_at=EIGHT + timedelta(hours=9))])
    assert recount_claims().matches
    city.tamper(
        "UPDATE behaviours_behaviour SET started_at = started_at + interval '3 minutes',"
        " ended_at = ended_at + interval '3 minutes', reference_digest = 1"
        " WHERE started_at = '2026-03-20 00:00Z'",
        "INSERT INTO behaviours_behaviour SELECT citizen_id, started_at - interval '1 minute',"
        " 2, ended_at, reduction_mg, chunk_id, partner_id, amount, points, points_uncapped,"
        " rule_id, scene, grade, detail, state FROM behaviours_behaviour"
        " WHERE reference_digest = 1",
    )
    assert recount_claims() == ClaimsRecount(differing_time=1, double_paid=1)


def test_what_we_paid_first_is_answered_as_taken(city: City) -> None:
    city.ingest([ride("a", started_at=EIGHT)])
    heard = hear(city, claim(97, 99), claim(120, 122))
    assert (heard.kept, heard.taken, kept()) == (1, 1, 1)
    head, answered = lines(heard.answer)
    assert head["format"] == "tanhui-claims-answer/1"
    assert answered == {**json.loads(claim(97, 99)), "result": "taken"}


def test_reading_a_file_again_keeps_nothing_twice(city: City) -> None:
    told = [claim(96, 99), claim(96, 99), claim(150, 152, group="bus")]
    first, again = hear(city, *told), hear(city, *told, claim(200, 202))
    assert (first.kept, first.exists) == (2, 1)
    assert (again.kept, again.exists, kept()) == (1, 3, 3)
    city.ingest([ride("a", started_at=EIGHT)])
    third = hear(city, *told)
    assert (third.exists, third.kept, third.taken) == (3, 0, 0)


def test_bad_lines_are_told_and_nothing_else_is_lost(city: City) -> None:
    heard = hear(
        city,
        "nonsense",
        claim(96, 99),
        claim(96, 96),
        claim(150, 152, group="flying"),
        claim(150, 152, phone="13900000009"),
        claim(150, 152, day=DAY + timedelta(days=2)),
        "x" * 5_000,
        claim(160, 162),
    )
    assert (heard.lines, heard.kept, heard.unknown) == (8, 2, 1)
    assert heard.bad == {
        "not_json": 2,
        "malformed_slots": 1,
        "unknown_group": 1,
        "in_future": 1,
    }
    assert heard.faults[0] == (2, "not_json")
    assert heard.lines == heard.kept + heard.exists + heard.taken + heard.unknown + sum(
        heard.bad.values()
    )


def test_only_a_file_of_that_scheme_is_read(city: City) -> None:
    with pytest.raises(Invalid, match="wrong_scheme"):
        hear(city, claim(96, 99), maker="ANOTHER")
    empty = city.folder / "empty.ndjson"
    empty.write_bytes(b"")
    for path, code in ((empty, "not_a_claims_file"), (city.folder, "file_unreadable")):
        with pytest.raises(Invalid, match=code):
            import_claims(
                actor=OPERATOR, scheme=OTHER, path=path, answer=city.folder / "a", at=LATER
            )
    assert kept() == 0


def test_only_the_operator_exchanges_with_registered_schemes(city: City) -> None:
    path = city.folder / "out.ndjson"
    with pytest.raises(Forbidden):
        export_claims(actor=BIKE_DESK, scheme=OTHER, first=DAY, last=DAY, path=path, at=LATER)
    with pytest.raises(NotFound, match="no_such_scheme"):
        export_claims(actor=OPERATOR, scheme="NOBODY", first=DAY, last=DAY, path=path, at=LATER)
    with pytest.raises(Invalid, match="days_malformed"):
        export_claims(
            actor=OPERATOR, scheme=OTHER, first=DAY, last=DAY - timedelta(1), path=path, at=LATER
        )
    with pytest.raises(Invalid, match="scheme_name_malformed"):
        register_scheme(actor=OPERATOR, name="TANHUI", key=KEY.hex(), at=NOW)
    with pytest.raises(Invalid, match="scheme_key_malformed"):
        register_scheme(actor=OPERATOR, name="SHORT", key="00" * 31, at=NOW)


def test_two_installations_answer_each_other(city: City) -> None:
    city.ingest([ride("a", started_at=EIGHT), ride("b", started_at=EIGHT + timedelta(hours=3))])
    path = city.folder / "ours.ndjson"
    export_claims(actor=OPERATOR, scheme=OTHER, first=DAY, last=DAY, path=path, at=LATER)
    _, *told = lines(path)
    # What we told comes back as theirs: all of it is ours already.
    heard = hear(city, *[json.dumps(line) for line in told])
    assert (heard.taken, heard.kept) == (2, 0)
    assert datetime.fromisoformat(told[0]["claimed_at"]).astimezone(UTC) == NOW


def test_who_does_not_agree_is_told_of_to_nobody(city: City) -> None:
    city.ingest([ride("a", started_at=EIGHT)])
    citizen = Actor(f"person:{city.seated.lin}", frozenset({"citizen"}), city.seated.lin)
    withdraw(actor=citizen, purpose="exchange", at=LATER)
    path = city.folder / "none.ndjson"
    result = export_claims(actor=OPERATOR, scheme=OTHER, first=DAY, last=DAY, path=path, at=LATER)
    assert (result.lines, result.people) == (0, 0)
