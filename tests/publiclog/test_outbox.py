"""Leaves are written with their facts, in one form, and nothing that was written changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import errors

from tanhui.config.database import Database
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import INTEGER_MAX, LEAF_BYTES_MAX, instant, leaf_bytes
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def test_a_leaf_is_canonical_json() -> None:
    leaf = {"v": 1, "t": "样", "at": instant(AT), "rows": [["a", -3], {"z": 1, "a": 2}]}
    assert leaf_bytes(leaf) == (
        '{"at":"2026-11-22T06:00:00Z","rows":[["a",-3],{"a":2,"z":1}],"t":"样","v":1}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, True, None, b"x", AT, {1: 2}, {"键": 1}, [[0.0]]])
def test_a_leaf_holds_only_text_integers_lists_and_objects(value: object) -> None:
    with pytest.raises(TypeError):
        leaf_bytes({"v": value})


def test_a_leaf_is_neither_too_long_nor_too_exact_for_a_browser() -> None:
    assert len(leaf_bytes({"a": "x" * (LEAF_BYTES_MAX - 8)})) == LEAF_BYTES_MAX
    with pytest.raises(ValueError, match="at most"):
        leaf_bytes({"a": "x" * (LEAF_BYTES_MAX - 7)})
    assert leaf_bytes({"a": -INTEGER_MAX})
    with pytest.raises(ValueError, match="integers"):
        leaf_bytes({"a": INTEGER_MAX + 1})
    with pytest.raises(ValueError, match="zone"):
        instant(AT.replace(tzinfo=None))


@pytest.mark.django_db
def test_a_leaf_is_written_in_the_transaction_of_its_fact() -> None:
    first = append_leaf(leaf={"v": 1}, at=AT)
    assert append_leaf(leaf={"v": 2}, at=AT) > first
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf, position FROM publiclog_outbox ORDER BY id")
        assert [(bytes(leaf), place) for leaf, place in cursor.fetchall()] == [
            (b'{"v":1}', None),
            (b'{"v":2}', None),
        ]


def test_a_leaf_outside_a_transaction_is_a_defect(books: Database) -> None:
    del books
    with pytest.raises(RuntimeError):
        append_leaf(leaf={"v": 1}, at=AT)


def test_a_fact_that_fails_takes_its_leaf_with_it(books: Database) -> None:
    def fail() -> None:
        with transaction.atomic():
            append_leaf(leaf={"v": 1}, at=AT)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with psycopg.connect(books.app_url) as application:
        assert application.execute("SELECT count(*) FROM publiclog_outbox").fetchone() == (0,)


SETUP = """
INSERT INTO publiclog_outbox (at, leaf) VALUES (now(), '{}'), (now(), '{}'), (now(), '{}');
SELECT publiclog_number(2);
INSERT INTO publiclog_tree VALUES (1, sha256('a'), 'note', now());
INSERT INTO publiclog_alarm (at, code, words) VALUES (now(), 'a', 'b');
"""
DENIED = [
    "UPDATE publiclog_outbox SET leaf = '{\"v\":2}'",
    "UPDATE publiclog_outbox SET position = NULL",
    "DELETE FROM publiclog_outbox",
    "TRUNCATE publiclog_outbox",
    "INSERT INTO publiclog_outbox (at, leaf, position) VALUES (now(), '{}', 9)",
    "UPDATE publiclog_tree SET root = sha256('b')",
    "DELETE FROM publiclog_tree",
    "UPDATE publiclog_alarm SET words = ''",
    "DELETE FROM publiclog_alarm",
]
BROKEN = {
    "publiclog_outbox_position_once": "UPDATE publiclog_outbox SET position = 0",
    "publiclog_outbox_position_not_negative": "UPDATE publiclog_outbox SET position = -id",
    "publiclog_outbox_leaf_length": "INSERT INTO publiclog_outbox (at, leaf) VALUES (now(), '')",
    "publiclog_tree_pkey": "INSERT INTO publiclog_tree VALUES (1, sha256('b'), 'note', now())",
    "publiclog_tree_grows": "INSERT INTO publiclog_tree VALUES (0, sha256('b'), 'note', now())",
    "publiclog_tree_has_its_leaves": (
        "INSERT INTO publiclog_tree VALUES (3, sha256('b'), 'note', now())"
    ),
    "publiclog_tree_root_length": "INSERT INTO publiclog_tree VALUES (2, 'b', 'note', now())",
}


@pytest.fixture
def owner(database_url: DatabaseUrl) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url.owner) as opened:
        opened.execute(SETUP)
        yield opened
        opened.rollback()


@pytest.mark.parametrize("attack", DENIED)
def test_the_application_changes_nothing_that_is_written(
    owner: psycopg.Connection[Any], attack: str
) -> None:
    owner.execute("SET LOCAL ROLE tanhui_app")
    with pytest.raises(errors.InsufficientPrivilege):
        owner.execute(attack)


@pytest.mark.parametrize(("constraint", "attack"), BROKEN.items(), ids=list(BROKEN))
def test_what_must_hold_holds_against_the_owner(
    owner: psycopg.Connection[Any], constraint: str, attack: str
) -> None:
    with pytest.raises(errors.IntegrityError) as caught:
        owner.execute(attack)
    assert caught.value.diag.constraint_name == constraint


def test_places_are_given_once_and_without_a_gap(owner: psycopg.Connection[Any]) -> None:
    owner.execute("SET LOCAL ROLE tanhui_app")
    owner.execute("INSERT INTO publiclog_outbox (at, leaf) VALUES (now(), '{}')")
    assert owner.execute("SELECT publiclog_number(100)").fetchone() == (2,)
    assert owner.execute("SELECT publiclog_number(100)").fetchone() == (0,)
    places = owner.execute("SELECT position FROM publiclog_outbox ORDER BY id").fetchall()
    assert places == [(0,), (1,), (2,), (3,)]
