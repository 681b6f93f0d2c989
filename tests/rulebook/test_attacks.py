"""Raw SQL as the application's role: what the book refuses, and what nobody may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
DIGEST = "sha256:" + "0" * 64
_PUBLISH = (
    "INSERT INTO rulebook_publication (kind, document, version, digest, effective_from, basis,"
    " proposal_id, proposer_id, seconder_id, publisher_id, decided, salts, outbox_id, path, body,"
    " title_zh, title_en, published_at) VALUES ('tariff', 'x', '{version}', '{digest}',"
    " '{begins}', '{basis}', {proposal}, {persons}, '[]', '{{}}', {outbox}, 'p', {body}, 'x', 'x',"
    " '2026-03-20T04:00Z')"
)


def _publish(**changed: object) -> str:
    facts: dict[str, object] = {
        "version": "2.0.0",
        "digest": "sha256:" + "1" * 64,
        "begins": "2026-03-25",
        "basis": "decision",
        "proposal": 7,
        "persons": "1, 2, 3",
        "outbox": 901,
        "body": "'text'",
    }
    return _PUBLISH.format(**{**facts, **changed})


@pytest.fixture
def application(database_url: DatabaseUrl) -> Iterator[Connection]:
    """The application's role with one founded rule and one proposal; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        connection.execute(
            _publish(
                version="1.0.0",
                digest=DIGEST,
                begins="2026-01-01",
                basis="founding",
                proposal="NULL",
                persons="NULL, NULL, NULL",
                body="NULL",
                outbox=900,
            )
        )
        connection.execute(
            "INSERT INTO rulebook_proposal (id, case_id, kind, document, version, digest,"
            " replaces, effective_from, path, body, title_zh, title_en, reason, actor,"
            " proposed_at) OVERRIDING SYSTEM VALUE VALUES (7, gen_random_uuid(), 'tariff', 'x',"
            f" '2.0.0', '{DIGEST}', 'x@1.0.0', '2026-03-25', 'p', 'text', 'x', 'x', 'x', 'x',"
            " '2026-03-20T04:00Z')"
        )
        connection.execute(
            "INSERT INTO rulebook_replay (proposal_id, digest, first_day, last_day, actor,"
            f" asked_at) VALUES (7, '{DIGEST}', '2026-03-01', '2026-03-02', 'x', now())"
        )
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("rulebook_publication_version", _publish(version="1.0.0")),
        ("rulebook_publication_digest", _publish(digest=DIGEST)),
        ("rulebook_publication_begins", _publish(begins="2026-01-01", basis="decision")),
        ("rulebook_publication_future", _publish(begins="2026-03-20")),
        ("rulebook_publication_three_persons", _publish(persons="1, 1, 3")),
        ("rulebook_publication_three_persons", _publish(persons="1, 2, 1")),
        ("rulebook_publication_three_persons", _publish(persons="1, 2, 2")),
        ("rulebook_publication_three_persons", _publish(persons="1, 2, NULL")),
        ("rulebook_publication_basis", _publish(body="NULL")),
        ("rulebook_publication_basis", _publish(proposal="NULL")),
        ("rulebook_publication_basis", _publish(basis="founding")),
        ("rulebook_publication_outbox_id_key", _publish(outbox=900)),
        (
            "rulebook_replay_days",
            "INSERT INTO rulebook_replay (proposal_id, digest, first_day, last_day, actor,"
            f" asked_at) VALUES (7, '{DIGEST}', '2026-03-03', '2026-03-02', 'x', now())",
        ),
        ("rulebook_replay_result", "UPDATE rulebook_replay SET state = 'done'"),
    ],
)
def test_a_constraint_refuses(application: Connection, constraint: str, attack: str) -> None:
    with pytest.raises(errors.IntegrityError) as caught:
        application.execute(attack)
    found = caught.value.diag.constraint_name
    # A beginning that is taken lies in the past as well; either says no.
    assert found == constraint or (constraint.endswith("begins") and "future" in str(found))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE rulebook_publication SET effective_from = '2025-01-01'",
        "UPDATE rulebook_publication SET digest = 'x'",
        "DELETE FROM rulebook_publication",
        "TRUNCATE rulebook_publication",
        "UPDATE rulebook_proposal SET body = 'another'",
        "DELETE FROM rulebook_proposal",
        "UPDATE rulebook_replay SET digest = 'another'",
        "UPDATE rulebook_replay SET proposal_id = 1",
        "DELETE FROM rulebook_replay",
    ],
)
def test_what_is_written_stays(application: Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)
