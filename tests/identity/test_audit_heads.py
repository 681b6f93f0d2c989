"""The audit's head in the public log: once a day, and what is cut off behind it is found."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from tanhui.config.database import Database
from tanhui.governance import queries as governance
from tanhui.governance.commands import write_audit
from tanhui.governance.models import AuditRow
from tanhui.identity.audit import commands, queries
from tanhui.identity.audit.leaves import head_leaf, read_head
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden
from tests.cast import NOW, OPERATOR

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]

DAY = timedelta(days=1)


def _act(rows: int = 3) -> None:
    with transaction.atomic():
        for number in range(rows):
            write_audit(actor=OPERATOR, action="act", subject=f"s:{number}", facts={}, at=NOW)


def _numbered(books: Database) -> None:
    """What the publisher does first: gives leaves their places in the log."""
    with psycopg.connect(books.app_url) as app:
        app.execute("SELECT publiclog_number(1000)")


def _as_superuser(books: Database, *statements: str) -> None:
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")
        for statement in statements:
            owner.execute(statement)


def test_a_leaf_tells_the_head_and_nothing_else() -> None:
    leaf = head_leaf(7, b"\x01" * 32)
    assert leaf == {"v": 1, "t": "audit", "through": 7, "head": "01" * 32}
    assert read_head(json.dumps(leaf).encode()) == (7, b"\x01" * 32)
    assert read_head(b'{"t":"rule","v":1}') is None


def test_the_first_round_and_then_each_day_publishes_one_head(books: Database) -> None:
    platform = platform_actor()
    assert commands.seal_audit(actor=platform, at=NOW) == 0
    assert governance.last_published() is None
    _act()
    assert commands.seal_audit(actor=platform, at=NOW) == 3
    first = governance.last_published()
    assert first is not None
    assert (first.place, first.at) == (3, NOW)
    _act()
    assert commands.seal_audit(actor=platform, at=NOW + timedelta(hours=1)) == 3
    assert governance.last_published() == first
    assert commands.seal_audit(actor=platform, at=NOW + DAY) == 0
    second = governance.last_published()
    assert second is not None
    assert second.place == 6
    # A day on which nothing happened tells nothing again.
    commands.seal_audit(actor=platform, at=NOW + 2 * DAY)
    assert governance.last_published() == second
    found = queries.check()
    assert found.ok
    assert (found.log_index, found.through) == (None, None)
    _numbered(books)
    found = queries.check()
    assert found.ok
    assert (found.log_index, found.through) == (1, AuditRow.objects.latest("id").id)
    assert queries.state().log_index == 1


def test_the_audit_cut_together_with_every_note_of_it_is_found_by_the_log(
    books: Database,
) -> None:
    _act()
    commands.seal_audit(actor=platform_actor(), at=NOW)
    _act()
    commands.seal_audit(actor=platform_actor(), at=NOW + DAY)
    _numbered(books)
    assert queries.check().ok
    _as_superuser(
        books,
        "DELETE FROM governance_audit WHERE id > 3",
        "DELETE FROM governance_audit_chain WHERE place > 3",
        "DELETE FROM governance_audit_seal WHERE place > 3",
        "DELETE FROM governance_audit_published WHERE place > 3",
    )
    found = queries.check()
    assert found.chain.ok
    assert not found.log_agrees
    assert not found.ok
    assert found.told()["ok"] is False


def test_a_leaf_taken_out_of_the_outbox_is_found(books: Database) -> None:
    _act()
    commands.seal_audit(actor=platform_actor(), at=NOW)
    assert queries.check().ok
    _numbered(books)
    _as_superuser(books, 'UPDATE publiclog_outbox SET leaf = \'{"t":"rule"}\'')
    assert not queries.check().ok


def test_who_may_seal_and_who_may_read() -> None:
    for actor in (OPERATOR, Actor("x", frozenset({"auditor", "security", "sysadmin"}))):
        with pytest.raises(Forbidden):
            commands.seal_audit(actor=actor, at=NOW)
        with pytest.raises(Forbidden):
            commands.publish_head(actor=actor, at=NOW)
    with pytest.raises(Forbidden):
        commands.note_reading(actor=OPERATOR, action="audit.export", facts={}, at=NOW)
    commands.note_reading(
        actor=Actor("person:9", frozenset({"auditor"})), action="audit.export", facts={}, at=NOW
    )
    assert AuditRow.objects.get().action == "audit.export"
