"""Files kept, versioned, read by those who may, found when lost, and forgotten."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import threading
import time
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from tanhui.governance.models import AuditRow
from tanhui.identity.commands import seat_personas
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Exhausted, Invalid, Refusal
from tanhui.vault import queries, store
from tanhui.vault.commands import Kept, add_version, forget, keep_file, sweep
from tests.cast import NOW, OPERATOR
from tests.conftest import DatabaseUrl
from tests.vault import clamd, made

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]

PLATFORM = Actor("platform", frozenset({"platform"}))


@pytest.fixture
def lin(books: object) -> Actor:
    """林晓, as the one who sends a photo."""
    del books
    number, _ = seat_personas(at=NOW)
    return Actor(f"person:{number}", frozenset({"citizen"}), person_id=number)


def _photo(actor: Actor, data: bytes = b"") -> Kept:
    data = data or made.picture()
    return keep_file(actor=actor, purpose="objection", data=data, owner_id=actor.person_id, at=NOW)


def _document(data: bytes, **who: object) -> Kept:
    return keep_file(actor=OPERATOR, purpose="project", data=data, at=NOW, **who)  # type: ignore[arg-type]


def _code(refusing: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Refusal) as refusal:
        refusing(*arguments, **named)  # type: ignore[operator]
    return refusal.value.code


def test_a_document_is_kept_as_it_came_and_a_photo_is_not(lin: Actor, folder: Path) -> None:
    kept = _document(made.PDF)
    assert kept.sha256 == kept.sent == hashlib.sha256(made.PDF).digest()
    assert (folder / kept.sha256.hex()[:2] / kept.sha256.hex()).read_bytes() == made.PDF
    assert queries.open_for(OPERATOR, kept.file_id).data == made.PDF
    photo = _photo(lin)
    assert photo.sha256 != photo.sent
    assert photo.scan == "unscanned"
    assert b"SECRETCAM" not in queries.open_for(lin, photo.file_id).data
    actions = list(AuditRow.objects.order_by("id").values_list("action", "subject"))
    assert actions[-1] == ("vault.keep", f"file:{photo.file_id}")


def test_versions_are_counted_and_the_old_ones_stay() -> None:
    kept = _document(made.CSV)
    second = add_version(actor=OPERATOR, file_id=kept.file_id, data=made.JSON, at=NOW)
    assert second.number == 2
    assert [one.number for one in queries.versions(OPERATOR, kept.file_id)] == [1, 2]
    assert queries.open_for(OPERATOR, kept.file_id).data == made.JSON
    assert queries.open_for(OPERATOR, kept.file_id, 1).data == made.CSV
    assert _code(queries.open_for, OPERATOR, kept.file_id, 3) == "no_such_version_of_file"


def test_a_file_is_read_by_its_owner_by_roles_and_by_organisations_that_are_named(
    lin: Actor,
) -> None:
    photo = _photo(lin)
    paper = _document(made.PDF, roles=["auditor"], organisations=[7])
    neighbour = Actor("person:x", frozenset({"citizen"}), person_id=(lin.person_id or 0) + 1)
    partner = Actor("partner:7", frozenset({"partner"}), organisation_id=7)
    other = Actor("partner:8", frozenset({"partner"}), organisation_id=8)
    auditor = Actor("auditor", frozenset({"auditor"}))
    assert queries.file(lin, photo.file_id).owner_id == lin.person_id
    assert queries.file(OPERATOR, photo.file_id)
    assert queries.file(partner, paper.file_id)
    assert queries.file(auditor, paper.file_id)
    for actor, kept in ((neighbour, photo), (auditor, photo), (other, paper), (lin, paper)):
        for ask in (queries.file, queries.versions, queries.open_for):
            assert _code(ask, actor, kept.file_id) == "no_such_file"
        assert _code(add_version, actor=actor, file_id=kept.file_id, data=made.PDF, at=NOW) in {
            "no_such_file",
            "not_permitted",
        }
    assert _code(queries.file, OPERATOR, uuid4()) == "no_such_file"


def test_a_citizen_keeps_only_own_files_and_nobody_else_any(lin: Actor) -> None:
    ask = {"purpose": "objection", "data": made.picture(), "at": NOW}
    assert _code(keep_file, actor=lin, owner_id=(lin.person_id or 0) + 1, **ask) == "no_such_file"
    public = Actor("public", frozenset({"public"}))
    assert _code(keep_file, actor=public, **ask) == "not_permitted"
    assert _code(sweep, actor=OPERATOR, at=NOW) == "not_permitted"


@pytest.mark.parametrize(
    ("purpose", "data", "code"),
    [
        ("nothing", made.PDF, "file_purpose_unknown"),
        ("objection", b"", "file_empty"),
        ("objection", made.PDF, "file_type_not_allowed"),
        ("project", b"<html>,", "file_type_unknown"),
        ("objection", made.bomb_picture(), "file_bomb"),
        ("objection", made.picture()[:-300], "file_damaged"),
        ("objection", b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10_000_001), "file_too_large"),
        ("project", made.spreadsheet(xl__externalLinks__a=b""), "file_active"),
    ],
)
def test_what_is_refused_leaves_neither_file_nor_row(
    purpose: str, data: bytes, code: str, folder: Path
) -> None:
    assert _code(keep_file, actor=OPERATOR, purpose=purpose, data=data, at=NOW) == code
    assert not folder.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vault_file")
        assert cursor.fetchone() == (0,)


def test_fifty_megabytes_are_kept_and_a_little_more_is_not() -> None:
    row = b"2026-11-21,2431,118389\n"
    data = b"day,m,mg\n" + row * ((50_000_000 - 9) // len(row))
    begun = time.perf_counter()
    kept = _document(data)
    assert time.perf_counter() - begun < 20
    assert queries.open_for(OPERATOR, kept.file_id).version.size == len(data)
    more = {"purpose": "project", "data": data + row * 20, "at": NOW}
    assert _code(keep_file, actor=OPERATOR, **more) == "file_too_large"


def test_only_redrawn_pictures_open_in_a_page(lin: Actor) -> None:
    shown = queries.open_for(lin, _photo(lin).file_id).headers
    assert shown["Content-Disposition"].startswith("inline; ")
    for data in (made.PDF, made.CSV, made.JSON, made.spreadsheet()):
        headers = queries.open_for(OPERATOR, _document(data).file_id).headers
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert "sandbox" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_missing_and_altered_bytes_are_found_and_not_served() -> None:
    lost, changed = _document(made.PDF), _document(made.CSV)
    assert queries.recheck() == []
    store.path_of(lost.sha256).unlink()
    path = store.path_of(changed.sha256)
    path.write_bytes(path.read_bytes().replace(b"2431", b"9431"))
    found = {trouble.sha256: trouble.trouble for trouble in queries.recheck()}
    assert found == {lost.sha256.hex(): "missing", changed.sha256.hex(): "altered"}
    assert _code(queries.open_for, OPERATOR, lost.file_id) == "file_lost"
    assert _code(queries.open_for, OPERATOR, changed.file_id) == "file_lost"
    # Who sends the same bytes again mends them.
    _document(made.PDF)
    _document(made.CSV)
    assert queries.recheck() == []


def test_forgetting_a_person_takes_the_bytes_and_leaves_the_hashes(lin: Actor) -> None:
    photo = _photo(lin)
    own = keep_file(
        actor=OPERATOR, purpose="project", data=made.PDF, owner_id=lin.person_id, at=NOW
    )
    shared = _document(made.PDF)
    assert forget(actor=lin, person_id=lin.person_id or 0, at=NOW) == 2
    assert not store.path_of(photo.sha256).exists()
    assert _code(queries.open_for, lin, photo.file_id) == "file_erased"
    assert queries.versions(lin, photo.file_id)[0].sha256 == photo.sha256
    refused = _code(add_version, actor=lin, file_id=photo.file_id, data=made.picture(), at=NOW)
    assert refused == "file_erased"
    # The same bytes are still somebody else's.
    assert own.sha256 == shared.sha256
    assert queries.open_for(OPERATOR, shared.file_id).data == made.PDF
    assert queries.recheck() == []
    assert forget(actor=OPERATOR, person_id=lin.person_id or 0, at=NOW) == 0
    neighbour = Actor("person:x", frozenset({"citizen"}), person_id=(lin.person_id or 0) + 1)
    assert _code(forget, actor=neighbour, person_id=lin.person_id, at=NOW) == "not_permitted"


def test_what_is_forgotten_in_a_transaction_that_fails_is_still_there(lin: Actor) -> None:
    photo = _photo(lin)
    with transaction.atomic():
        forget(actor=lin, person_id=lin.person_id or 0, at=NOW)
        transaction.set_rollback(True)
    assert queries.open_for(lin, photo.file_id).data


def _age(path: Path) -> None:
    past = time.time() - store.STRAY_AFTER.total_seconds() - 60
    os.utime(path, (past, past))


def test_a_crash_between_the_file_and_its_row_leaves_only_what_is_swept(folder: Path) -> None:
    with transaction.atomic():
        stray = _document(made.CSV)
        transaction.set_rollback(True)
    kept = _document(made.PDF)
    partial = store.path_of(kept.sha256).parent / ".partial-0123"
    partial.write_bytes(b"half")
    path = store.path_of(stray.sha256)
    assert path.is_file()
    assert queries.recheck() == []
    # What is not a day old may be under way.
    assert sweep(actor=PLATFORM, at=timezone.now()) == 0
    for each in (path, partial, store.path_of(kept.sha256)):
        _age(each)
    assert sweep(actor=PLATFORM, at=timezone.now()) == 2
    assert not path.exists()
    assert [one for one in folder.rglob("*") if one.is_file()] == [store.path_of(kept.sha256)]
    assert queries.recheck() == []


def test_the_same_bytes_kept_by_many_at_once_lie_there_once(folder: Path) -> None:
    kept: list[UUID] = []
    failed: list[BaseException] = []

    def keep() -> None:
        try:
            kept.append(_document(made.PDF).file_id)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(kept)) == 8
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    assert queries.kept() == (1, len(made.PDF))


def test_versions_added_at_once_get_numbers_of_their_own() -> None:
    file_id = _document(made.CSV).file_id
    numbers: list[int] = []

    def add(n: int) -> None:
        data = f"a,b\n{n},{n}\n".encode()
        numbers.append(add_version(actor=OPERATOR, file_id=file_id, data=data, at=NOW).number)
        connections.close_all()

    threads = [threading.Thread(target=add, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [2, 3, 4, 5, 6, 7]


def test_a_virus_scanner_is_asked_and_its_word_counts(tmp_path: Path, settings: Settings) -> None:
    infected = made.CSV + made.EICAR + b",x\n"
    with clamd.listening(tmp_path / "clamd") as address:
        settings.TANHUI = dataclasses.replace(settings.TANHUI, clamd=address)
        assert _document(made.PDF).scan == "clean"
        ask = {"actor": OPERATOR, "purpose": "project", "data": infected, "at": NOW}
        with pytest.raises(Invalid) as refusal:
            keep_file(**ask)  # type: ignore[arg-type]
        assert refusal.value.code == "file_infected"
        assert refusal.value.facts["found"] == "Eicar-Signature"
        # More than the scanner takes has no verdict, and is not let in.
        large = b"a,b\n" + b"1,2\n" * 7_000_000
        assert _code(keep_file, actor=OPERATOR, purpose="project", data=large, at=NOW) == (
            "scanner_unreachable"
        )
    with pytest.raises(Exhausted) as gone:
        _document(made.JSON)
    assert gone.value.code == "scanner_unreachable"
    assert gone.value.transient


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault_content SET scan = 'clean'",
        "UPDATE vault_version SET sent = sha256",
        "UPDATE vault_file SET owner_id = NULL",
        "UPDATE vault_erased SET actor = 'x'",
        "DELETE FROM vault_version",
        "DELETE FROM vault_erased",
        "TRUNCATE vault_file CASCADE",
    ],
)
def test_the_application_can_add_rows_and_change_none(
    statement: str, database_url: DatabaseUrl
) -> None:
    with (
        psycopg.connect(database_url.app) as raw,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        raw.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO vault_content VALUES ('\\x00', 1, 'x', 'clean', now())",
            "vault_content_hash",
        ),
        (
            "INSERT INTO vault_content VALUES (sha256('x'), 0, 'x', 'clean', now())",
            "vault_content_size",
        ),
        (
            "INSERT INTO vault_content VALUES (sha256('x'), 1, 'x', 'perhaps', now())",
            "vault_content_scan",
        ),
        (
            "INSERT INTO vault_version SELECT id, 0, sha256, sha256, 'x', now()"
            " FROM vault_file, vault_content",
            "vault_version_number",
        ),
        (
            "INSERT INTO vault_version SELECT id, 9, sha256, '\\x00', 'x', now()"
            " FROM vault_file, vault_content",
            "vault_version_sent",
        ),
    ],
)
def test_the_database_refuses_rows_that_cannot_be(
    statement: str, constraint: str, database_url: DatabaseUrl
) -> None:
    _document(made.PDF)
    with (
        psycopg.connect(database_url.app) as raw,
        pytest.raises(psycopg.errors.CheckViolation) as violation,
    ):
        raw.execute(statement.encode())
    assert violation.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("purpose", "data", "zh", "en"),
    [
        ("project", b"\x00\x01\x02", "认不出类型", "type of this file cannot be told"),
        ("objection", b"\xff\xd8\xff" + bytes(10_000_000), "有 10.1 MB", "has 10.1 MB"),
    ],
)
def test_a_refused_file_is_spoken_of_in_words_that_make_sense(
    purpose: str, data: bytes, zh: str, en: str
) -> None:
    with pytest.raises(Invalid) as refused:
        keep_file(actor=OPERATOR, purpose=purpose, data=data, at=NOW)
    assert (zh in refused.value.zh, en in refused.value.en) == (True, True), str(refused.value)
