"""Raw SQL against notices as the application's role: what ended stays ended, nothing vanishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
MESSAGE = "00000000-0000-0000-0000-000000000001"


def sending(state: str, **cells: str) -> str:
    """A sending of the one message, with these cells."""
    known = {"channel": "'mail'", "state": f"'{state}'", **cells}
    return (
        "INSERT INTO notices_sending (person_id, message_id, purpose, urgent, at, due_at,"
        f" {', '.join(known)}) SELECT max(id), '{MESSAGE}', 'expiry', false, now(), now(),"
        f" {', '.join(known.values())} FROM identity_person"
    )


@pytest.fixture
def application(database_url: DatabaseUrl) -> Iterator[Connection]:
    """The application's role with one person and one message; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        connection.execute("INSERT INTO identity_person (registered_at) VALUES (now())")
        connection.execute(
            "INSERT INTO notices_message (person_id, id, template, version, purpose, urgent, key,"
            f" link, facts_sealed, at) SELECT max(id), '{MESSAGE}', 'expiry-7', '1.0.0', 'expiry',"
            " false, 'k', '/m/points/', 'x', now() FROM identity_person"
        )
        connection.execute(sending("sent", channel="'sms'", language="'zh'", ended_at="now()"))
        connection.execute(
            "INSERT INTO notices_grant (person_id, template, at, used_at)"
            " SELECT max(id), 'drop-won', now(), now() FROM identity_person"
        )
        connection.execute(
            "INSERT INTO notices_choice (person_id, purpose, channel, wanted, at)"
            " SELECT max(id), 'expiry', 'sms', true, now() FROM identity_person"
        )
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM notices_message",
        "DELETE FROM notices_sending",
        "DELETE FROM notices_choice",
        "DELETE FROM notices_proof",
        "DELETE FROM notices_grant",
        "UPDATE notices_choice SET wanted = false",
        "UPDATE notices_message SET facts_sealed = 'y'",
        "UPDATE notices_message SET at = now() - interval '1 year'",
        "UPDATE notices_sending SET channel = 'mail'",
        "UPDATE notices_grant SET template = 'drop-lost'",
        "UPDATE notices_proof SET code_hash = 'y'",
        "TRUNCATE notices_message CASCADE",
    ],
)
def test_the_application_may_not(application: Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE notices_sending SET state = 'waiting', language = NULL, ended_at = NULL",
        "UPDATE notices_sending SET reference = 'forged'",
        "UPDATE notices_grant SET used_at = NULL",
    ],
)
def test_what_ended_stays_ended(application: Connection, attack: str) -> None:
    with pytest.raises(psycopg.DatabaseError, match="notice_ended"):
        application.execute(attack)


def test_what_was_read_stays_read(application: Connection) -> None:
    application.execute("UPDATE notices_message SET read_at = now()")
    with pytest.raises(psycopg.DatabaseError, match="notice_ended"):
        application.execute("UPDATE notices_message SET read_at = NULL")


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        (sending("sent", ended_at="now()"), "notices_sending_told"),
        (sending("sent", language="'zh'"), "notices_sending_ended"),
        (sending("failed", ended_at="now()"), "notices_sending_reason"),
        (sending("sending"), "notices_sending_leased"),
        (sending("waiting", leased_until="now()"), "notices_sending_leased"),
        (sending("lost"), "notices_sending_state"),
        (sending("waiting", channel="'pigeon'"), "notices_sending_channel"),
        (sending("waiting", attempts="-1"), "notices_sending_attempts"),
        ("UPDATE notices_message SET read_at = at - interval '1 s'", "notices_message_read"),
    ],
)
def test_rows_that_make_no_sense_are_refused(
    application: Connection, attack: str, constraint: str
) -> None:
    with pytest.raises(errors.CheckViolation) as refused:
        application.execute(attack)
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("link", ["https://example.com", "//example.com", "/m/ x", "javascript:x"])
def test_a_link_leads_to_a_page_of_our_own(application: Connection, link: str) -> None:
    with pytest.raises(errors.CheckViolation) as refused:
        application.execute(
            "INSERT INTO notices_message SELECT person_id, gen_random_uuid(), template, version,"
            " purpose, urgent, 'other', %s, facts_sealed, at FROM notices_message",
            [link],
        )
    assert refused.value.diag.constraint_name == "notices_message_link"


def test_a_key_is_told_once(application: Connection) -> None:
    with pytest.raises(errors.UniqueViolation):
        application.execute(
            "INSERT INTO notices_message SELECT person_id, gen_random_uuid(), template, version,"
            " purpose, urgent, key, link, facts_sealed, at FROM notices_message"
        )


def test_young_messages_are_not_forgotten_as_old(application: Connection) -> None:
    with pytest.raises(psycopg.DatabaseError, match="notices_too_young"):
        application.execute("SELECT notices_forget_old(now(), now(), 10)")
