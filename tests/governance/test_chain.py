"""The audit chain: what is edited, removed, added or reordered is found, whoever did it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance import queries
from tanhui.governance.commands import chain_rows, note_published, write_audit
from tanhui.governance.models import AuditRow, ChainLink
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Forbidden
from tests.cast import CITIZEN, NOW, OPERATOR

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]

PLATFORM = Actor("platform", frozenset({"platform"}), assurance=Assurance.MACHINE)
AUDITOR = Actor("person:9", frozenset({"auditor"}), person_id=9)
MINUTE = timedelta(minutes=1)


def _write(subject: str) -> None:
    write_audit(actor=OPERATOR, action="act", subject=subject, facts={"n": 1, "a": "甲"}, at=NOW)


def _chain(rows: int = 5, first: int = 1) -> None:
    with transaction.atomic():
        for number in range(first, first + rows):
            _write(f"subject:{number}")
    assert chain_rows(actor=PLATFORM, at=NOW) == rows


def _check() -> queries.ChainCheck:
    return queries.check_chain()


def _as_superuser(books: Database, *statements: str) -> None:
    """Does what it likes to the tables, foreign keys included; the key it has not."""
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("SET session_replication_role = replica")
        for statement in statements:
            owner.execute(statement)


def test_rows_are_chained_in_order_and_nothing_is_found() -> None:
    assert _check() == queries.ChainCheck(0, 0, 0, None, (), {})
    _chain(3)
    _chain(2, first=4)
    with transaction.atomic():
        _write("subject:6")
    found = _check()
    assert found.ok
    assert (found.rows, found.links, found.waiting) == (6, 5, 1)
    assert found.head is not None
    last = queries.head()
    assert last is not None
    assert (last.place, last.hash, last.at) == (5, found.head.hash, NOW)
    assert queries.waiting() == 1
    assert chain_rows(actor=PLATFORM, at=NOW, most=10) == 1
    assert chain_rows(actor=PLATFORM, at=NOW) == 0


def test_only_the_platform_chains_and_only_the_auditor_reads() -> None:
    for actor in (OPERATOR, CITIZEN, AUDITOR):
        with pytest.raises(Forbidden):
            chain_rows(actor=actor, at=NOW)
    for actor in (OPERATOR, CITIZEN, PLATFORM):
        with pytest.raises(Forbidden):
            queries.search(actor=actor, looked_for=queries.Search())


@pytest.mark.parametrize(
    ("attack", "kind"),
    [
        ("UPDATE governance_audit SET actor = 'someone else' WHERE id = 3", "edited"),
        ("UPDATE governance_audit SET at = at + interval '1 s' WHERE id = 3", "edited"),
        ("UPDATE governance_audit SET facts = '{\"n\": 2}' WHERE id = 3", "edited"),
        (
            "UPDATE governance_audit SET facts = '{}', mac ="
            " (SELECT mac FROM governance_audit WHERE id = 2) WHERE id = 3",
            "edited",
        ),
        ("UPDATE governance_audit SET id = 99 WHERE id = 3", "removed"),
        ("DELETE FROM governance_audit WHERE id = 3", "removed"),
        (
            "INSERT INTO governance_audit (id, at, actor, action, subject, facts, mac)"
            " SELECT 77, at, actor, action, subject, facts, mac FROM governance_audit WHERE id = 3",
            "inserted",
        ),
        ("UPDATE governance_audit_chain SET audit_id = -audit_id", "removed"),
        ("UPDATE governance_audit_chain SET hash = sha256('x') WHERE place = 3", "reordered"),
        ("DELETE FROM governance_audit_chain WHERE place = 3", "cut"),
        ("DELETE FROM governance_audit_chain WHERE place = 5", "cut"),
        ("DELETE FROM governance_audit_seal", "resealed"),
        ("UPDATE governance_audit_seal SET mac = mac || '' , hash = sha256('x')", "resealed"),
        ("UPDATE governance_audit_seal SET mac = set_byte(mac, 9, 255)", "resealed"),
    ],
)
def test_a_superuser_is_found(books: Database, attack: str, kind: str) -> None:
    _chain()
    _as_superuser(books, attack)
    found = _check()
    assert not found.ok
    assert kind in found.found


def test_two_rows_that_change_places_are_found(books: Database) -> None:
    _chain()
    _as_superuser(
        books,
        "UPDATE governance_audit SET id = 1000 WHERE id = 2",
        "UPDATE governance_audit SET id = 2 WHERE id = 3",
        "UPDATE governance_audit SET id = 3 WHERE id = 1000",
    )
    assert _check().found == {"edited": 2}
    _as_superuser(
        books,
        "UPDATE governance_audit SET id = 1000 WHERE id = 2",
        "UPDATE governance_audit SET id = 2 WHERE id = 3",
        "UPDATE governance_audit SET id = 3 WHERE id = 1000",
        "UPDATE governance_audit_chain SET audit_id = 1000 WHERE place = 2",
        "UPDATE governance_audit_chain SET audit_id = 2 WHERE place = 3",
        "UPDATE governance_audit_chain SET audit_id = 3 WHERE place = 2",
    )
    assert _check().found == {"reordered": 2}


def test_a_row_taken_out_and_the_rest_chained_anew_without_the_key_is_found(
    books: Database,
) -> None:
    _chain()
    _as_superuser(
        books,
        "DELETE FROM governance_audit WHERE id = 5",
        "DELETE FROM governance_audit_chain WHERE place = 5",
        "UPDATE governance_audit_seal SET place = 4,"
        " hash = (SELECT hash FROM governance_audit_chain WHERE place = 4)",
    )
    assert _check().found == {"resealed": 1}


def test_a_whole_end_cut_off_is_found_down_to_the_last_published_head(books: Database) -> None:
    _chain()
    _chain(5, first=6)
    last = queries.head()
    assert last is not None
    with transaction.atomic():
        note_published(place=last.place, audit_id=last.audit_id, head=last.hash, leaf=1, at=NOW)
    assert _check().ok
    _as_superuser(
        books,
        "DELETE FROM governance_audit WHERE id > 5",
        "DELETE FROM governance_audit_chain WHERE place > 5",
        "DELETE FROM governance_audit_seal WHERE place > 5",
    )
    assert _check().found == {"cut": 1}


def test_a_row_without_our_code_is_never_chained(books: Database) -> None:
    _chain()
    with psycopg.connect(books.app_url) as app:
        app.execute(
            "INSERT INTO governance_audit (id, at, actor, action, subject, facts, mac)"
            " VALUES (50, now(), 'x', 'y', 'z', '{}', decode(repeat('00', 36), 'hex'))"
        )
        app.execute("INSERT INTO governance_audit_waiting VALUES (50)")
    assert chain_rows(actor=PLATFORM, at=NOW) == 0
    assert _check().found == {"inserted": 1}


def test_a_row_that_waits_is_no_fault_and_one_taken_off_the_list_is(books: Database) -> None:
    with transaction.atomic():
        _write("subject:1")
    assert _check().ok
    assert _check().waiting == 1
    with psycopg.connect(books.app_url) as app:
        app.execute("DELETE FROM governance_audit_waiting")
    assert _check().found == {"unlisted": 1}


def test_a_row_removed_while_it_waits_is_found(books: Database) -> None:
    with transaction.atomic():
        _write("subject:1")
    _as_superuser(books, "DELETE FROM governance_audit")
    assert _check().found == {"removed": 1}


def _in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_row_that_commits_after_later_numbers_were_chained_is_not_skipped() -> None:
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            _write("subject:slow")
            written.set()
            assert go_on.wait(20)

    thread = _in_thread(slow)
    assert written.wait(20)
    _chain(3, first=2)
    assert _check().ok
    go_on.set()
    thread.join()
    assert chain_rows(actor=PLATFORM, at=NOW) == 1
    links = list(ChainLink.objects.order_by("place").values_list("audit_id", flat=True))
    slow_id = AuditRow.objects.get(subject="subject:slow").id
    assert links[-1] == slow_id
    assert slow_id < min(links[:-1])
    assert _check().ok


def test_writers_and_rounds_at_once_lose_nothing() -> None:
    def settle() -> None:
        for number in range(40):
            with transaction.atomic():
                _write(f"subject:{number}")

    def rounds() -> None:
        for _ in range(40):
            chain_rows(actor=PLATFORM, at=NOW, most=7)

    threads = [_in_thread(work) for work in (settle, settle, rounds, rounds, settle)]
    for thread in threads:
        thread.join()
    while chain_rows(actor=PLATFORM, at=NOW):
        pass
    found = _check()
    assert found.ok
    assert (found.rows, found.links, found.waiting) == (120, 120, 0)


def test_while_one_round_holds_the_chain_another_does_nothing_and_writers_do_not_wait() -> None:
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            _write("subject:1")
            chain_rows(actor=PLATFORM, at=NOW)
            held.set()
            assert go_on.wait(20)

    thread = _in_thread(hold)
    assert held.wait(20)
    with transaction.atomic():
        _write("subject:2")
    assert chain_rows(actor=PLATFORM, at=NOW) == 0
    go_on.set()
    thread.join()
    assert chain_rows(actor=PLATFORM, at=NOW) == 1
    assert _check().ok


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE governance_audit SET mac = mac",
        "UPDATE governance_audit_chain SET hash = hash",
        "DELETE FROM governance_audit_chain",
        "TRUNCATE governance_audit_chain",
        "UPDATE governance_audit_seal SET at = now()",
        "DELETE FROM governance_audit_seal",
        "UPDATE governance_audit_published SET leaf = 2",
        "DELETE FROM governance_audit_published",
        "UPDATE governance_audit_waiting SET audit_id = 1",
        "TRUNCATE governance_audit_waiting",
        "SELECT setval('governance_audit_id_seq', 1)",
    ],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        ("INSERT INTO governance_audit_chain VALUES (0, 1, sha256('x'))", "chain_place"),
        ("INSERT INTO governance_audit_chain VALUES (1, 1, 'short')", "chain_hash"),
        (
            "INSERT INTO governance_audit_seal VALUES (1, sha256('x'), 'short', now())",
            "seal_mac",
        ),
        (
            "INSERT INTO governance_audit (at, actor, action, subject, facts, mac)"
            " VALUES (now(), 'x', 'y', 'z', '{}', 'short')",
            "audit_mac",
        ),
    ],
)
def test_each_constraint_holds(books: Database, attack: str, constraint: str) -> None:
    with (
        psycopg.connect(books.app_url) as app,
        pytest.raises(errors.CheckViolation, match=constraint),
    ):
        app.execute(attack)


def test_two_links_never_have_one_place_nor_one_row_two_links(books: Database) -> None:
    _chain(1)
    for attack in (
        "INSERT INTO governance_audit_chain VALUES (1, 2, sha256('x'))",
        "INSERT INTO governance_audit_chain VALUES (2, 1, sha256('x'))",
    ):
        with psycopg.connect(books.app_url) as app, pytest.raises(errors.UniqueViolation):
            app.execute(attack)


def test_a_search_finds_by_beginning_and_day_page_by_page() -> None:
    with transaction.atomic():
        for number in range(1, 6):
            _write(f"subject:{number}")
        write_audit(actor=PLATFORM, action="100%_x", subject="s", facts={}, at=NOW + 60 * MINUTE)
    chain_rows(actor=PLATFORM, at=NOW)

    def found(before: int | None = None, most: int = 100, **asked: object) -> list[int]:
        looked_for = queries.Search(**asked)  # type: ignore[arg-type]
        rows = queries.search(actor=AUDITOR, looked_for=looked_for, before=before, most=most)
        return [row.id for row in rows]

    assert found() == [6, 5, 4, 3, 2, 1]
    assert found(before=4, most=2) == [3, 2]
    assert found(actor="oper") == [5, 4, 3, 2, 1]
    assert found(subject="subject:3") == [3]
    assert found(action="100%_") == [6]
    assert found(action="%") == []
    assert found(since=NOW + MINUTE) == [6]
    assert found(until=NOW + MINUTE) == [5, 4, 3, 2, 1]
    (row,) = queries.search(actor=AUDITOR, looked_for=queries.Search(subject="subject:3"))
    assert (row.place, row.facts, row.actor) == (3, '{"a": "甲", "n": 1}', OPERATOR.name)
    assert len(list(queries.all_found(actor=AUDITOR, looked_for=queries.Search()))) == 6
