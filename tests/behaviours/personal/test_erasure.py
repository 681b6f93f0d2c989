"""A person is told everything, and forgotten; the books keep a number alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tanhui.behaviours.holds import release_hold
from tanhui.behaviours.personal.erasure import erase_person, finish_erasures
from tanhui.behaviours.personal.export import export_person
from tanhui.identity.commands import log_in, seat_personas, send_login_code
from tanhui.identity.consents import commands as consents
from tanhui.identity.queries import actor_of
from tanhui.identity.sms import SimulatedSms
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Conflict, Forbidden, NotFound
from tanhui.partners.binding import bind_rider
from tests.behaviours.telling import JULY, City, balance, pending, proved, told
from tests.cast import BIKE, LIN_RIDER, LIN_XIAO, OPERATOR, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
NINE = JULY.replace(hour=9)
LATER = JULY + timedelta(hours=1)
FAST = {"minutes": 10, "distance_m": 4_400}
SECRETS = ("13800000001", "林晓", "JC-canary")


def citizen(person_id: int) -> Actor:
    return Actor(f"person:{person_id}", frozenset({"citizen"}), person_id, None, Assurance.PHONE)


def log_in_as(phone: str) -> str:
    sms = SimulatedSms()
    send_login_code(phone=phone, at=LATER, sms=sms, address="203.0.113.7")
    return log_in(phone=phone, code=str(sms.code_for(phone)), at=LATER)


def lived(city: City) -> str:
    """林晓 rides, is held once, logs in, and a reviewer writes; answers the session's token."""
    city.tell(
        BIKE,
        ride("JC-canary-1", started_at=EIGHT),
        ride("JC-canary-2", started_at=NINE, **FAST),
        ride("JC-canary-3", started_at=JULY.replace(hour=10), **FAST),
        ride("JC-canary-bad", started_at=EIGHT, minutes=-5),
        ride("JC-zhou-1", started_at=EIGHT, rider=ZHOU_RIDER),
    )
    (hold_id,) = city.rows("SELECT id FROM behaviours_hold WHERE started_at = %s", NINE)
    release_hold(actor=OPERATOR, hold_id=hold_id[0], reason="林晓 rode it", at=JULY)
    return log_in_as(LIN_XIAO.phone)


def erase(person_id: int) -> bool:
    return erase_person(actor=citizen(person_id), at=LATER)


def test_everything_is_told(city: City) -> None:
    lived(city)
    document = export_person(actor=citizen(city.seated.lin), at=LATER)
    kept = document["kept"]
    assert (document["format"], document["person_id"]) == ("tanhui-personal/1", city.seated.lin)
    assert (kept["person"][0]["phone"], kept["person"][0]["display_name"]) == SECRETS[:2]
    assert "phone_index" not in kept["person"][0]
    assert len(kept["behaviours"]) == len(kept["references"]) == 3
    assert {row["reference"] for row in kept["references"]} == {
        f"JC-canary-{number}" for number in (1, 2, 3)
    }
    assert [row["reason"] for row in kept["hold_ends"]] == ["林晓 rode it"]
    assert {row["purpose"] for row in kept["consents"]} == {"records", "location"}
    assert kept["texts_agreed_to"][0]["text_zh"]
    for name in ("riders", "sessions", "accounts", "transfers_in", "claimed_times", "rules"):
        assert kept[name], name
    assert json.loads(json.dumps(document, ensure_ascii=False)) == document
    assert "JC-zhou-1" not in json.dumps(document)
    assert document["not_told"]["identity_person.phone_index"]


def test_what_was_personal_is_gone_and_the_books_still_prove(city: City) -> None:
    token = lived(city)
    assert actor_of(token, LATER) is not None
    (before,) = city.rows("SELECT count(*) FROM ledger_transfer")[0]
    waiting = sum(amount > 0 for amount in pending(city, city.seated.lin))
    assert waiting
    proved(city)
    assert erase(city.seated.lin)
    assert actor_of(token, LATER) is None
    everything = json.dumps(
        [
            city.rows(f"SELECT to_jsonb(t)::text FROM {table} AS t")
            for (table,) in city.rows(
                "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
                " AND relnamespace = 'public'::regnamespace"
            )
        ],
        ensure_ascii=False,
    )
    assert not [secret for secret in SECRETS if secret in everything]
    (person,) = city.rows(
        "SELECT display_name_sealed, phone_sealed, phone_index, erased_at FROM identity_person"
        " WHERE id = %s",
        city.seated.lin,
    )
    assert person == (None, None, None, LATER)
    for table in ("identity_session", "identity_logincode", "identity_loginlink"):
        assert city.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    # What was held goes back; nothing else moves.
    assert pending(city, city.seated.lin) == (0, 0)
    assert city.rows("SELECT count(*) FROM ledger_transfer") == [(before + waiting,)]
    proved(city)


def test_reports_and_raw_files_name_nobody_any_more(city: City) -> None:
    var = city.folder / "var"
    (var / "demo").mkdir(parents=True)
    raw = var / "demo" / "bike.ndjson"
    rows = [ride("JC-canary-9"), ride("JC-zhou-9", rider=ZHOU_RIDER)]
    raw.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lived(city)
    reports = list((var / "reports").glob("*.csv"))
    assert any("JC-canary-bad" in path.read_text("utf-8") for path in reports)
    erase(city.seated.lin)
    left = [path.read_text("utf-8") for path in var.rglob("*") if path.is_file()]
    assert not [text for text in left if "JC-canary" in text or LIN_RIDER in text]
    # The others' rows, and what a sender needs to find a row, stay.
    assert "JC-zhou-9" in raw.read_text("utf-8")
    assert any("end_before_start" in text for text in left)


def test_again_changes_nothing_and_there_is_nothing_to_tell(city: City) -> None:
    lived(city)
    assert erase(city.seated.lin)
    rows = city.rows("SELECT count(*) FROM governance_audit")
    assert not erase(city.seated.lin)
    assert city.rows("SELECT count(*) FROM governance_audit") == rows
    with pytest.raises(NotFound, match="person_unknown"):
        export_person(actor=citizen(city.seated.lin), at=LATER)


def test_the_phone_makes_a_new_person_and_the_number_is_never_given_again(city: City) -> None:
    lived(city)
    erase(city.seated.lin)
    found = actor_of(log_in_as(LIN_XIAO.phone), LATER)
    assert found is not None
    assert found.person_id is not None
    assert found.person_id > city.seated.zhou
    assert balance(found.person_id) == (0, 0)
    assert city.rows("SELECT count(*) FROM partners_rider WHERE citizen_id = %s", found.person_id)[
        0
    ] == (0,)


def test_what_a_partner_still_sends_is_refused_as_not_bound(city: City) -> None:
    lived(city)
    erase(city.seated.lin)
    result = city.tell(BIKE, ride("JC-new"), ride("JC-canary-1", started_at=EIGHT))
    assert result.refused == {"unknown_rider": 2}
    # Whoever is bound to the rider anew is another person: the old deed stays the old number's.
    new = seat_personas(at=LATER)[0]
    bind_rider(actor=OPERATOR, partner_code=BIKE, rider=LIN_RIDER, phone=LIN_XIAO.phone, at=LATER)
    result = city.tell(BIKE, ride("JC-canary-1", started_at=EIGHT))
    assert result.refused == {"exists_with_different_rider": 1}
    assert told(result) == {1: "exists_with_different_rider"}
    assert balance(new) == (0, 0)
    proved(city)


def test_consents_end_with_the_account(city: City) -> None:
    erase(city.seated.lin)
    last = city.rows(
        "SELECT DISTINCT ON (purpose, partner_id) event, channel FROM identity_consent"
        " WHERE person_id = %s ORDER BY purpose, partner_id, id DESC",
        city.seated.lin,
    )
    assert last == [("withdrawn", "erasure")] * 2
    with pytest.raises(NotFound, match="person_unknown"):
        consents.give(actor=citizen(city.seated.lin), purpose="location", at=LATER)


def test_who_sits_at_a_desk_leaves_it_first(city: City) -> None:
    city.tamper(
        "INSERT INTO identity_membership (person_id, role, since)"
        f" VALUES ({city.seated.lin}, 'operator', now())"
    )
    with pytest.raises(Conflict, match="seat_first"):
        erase(city.seated.lin)


@pytest.mark.usefixtures("city")
def test_nobody_erases_or_reads_another() -> None:
    with pytest.raises(Forbidden, match="not_permitted"):
        erase_person(actor=OPERATOR, at=LATER)
    with pytest.raises(Forbidden, match="not_permitted"):
        export_person(actor=OPERATOR, at=LATER)


def test_a_row_that_was_being_settled_meanwhile_is_forgotten_by_the_next_round(city: City) -> None:
    lived(city)
    erase(city.seated.lin)
    city.tamper(
        "UPDATE behaviours_reference SET reference = 'JC-canary-late'"
        f" WHERE citizen_id = {city.seated.lin} AND started_at = '{EIGHT.isoformat()}'"
    )
    assert finish_erasures(at=LATER + timedelta(minutes=5)) == 1
    assert finish_erasures(at=LATER + timedelta(minutes=5)) == 0
    assert city.rows("SELECT 1 FROM behaviours_reference WHERE reference LIKE 'JC-canary%%'") == []


ATTACKS: dict[str, Any] = {
    "words of the living": "SELECT behaviours_forget_words(%(lin)s)",
    "a reference rewritten": "UPDATE behaviours_reference SET reference = ''",
    "an answer's counts rewritten": "UPDATE partners_delivery SET points = 0",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_itself_refuses(attack: str, city: City) -> None:
    with psycopg.connect(city.books.app_url) as connection:
        connection.execute("SET ROLE tanhui_app")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(ATTACKS[attack], {"lin": city.seated.lin})
    assert refused.value.sqlstate in ("42501", "23514")
