"""A city's book begins with what lies in its content, each rule with its leaf in the log."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Forbidden, Invalid
from tanhui.methodology.publishing import published_digests
from tanhui.rulebook import queries
from tanhui.rulebook.checking import check_rulebook
from tanhui.rulebook.documents import KINDS
from tanhui.rulebook.publishing import found
from tanhui.rulebook.shelf import current_root
from tests.cast import NOW
from tests.rulebook.conftest import OPERATOR, Book

pytestmark = pytest.mark.database


def test_every_line_of_the_lock_is_in_the_book_once(book: Book) -> None:
    root: Path = settings.TANHUI.content_root
    locked = {(kind, ref) for kind in KINDS for ref in published_digests(root, kind)}
    assert {(one.kind, one.reference) for one in queries.publications()} == locked
    assert {one.basis for one in queries.publications()} == {"founding"}
    assert found(actor=platform_actor(), at=NOW) == 0
    assert check_rulebook().faults == ()
    assert current_root() == root
    del book


def test_the_rule_in_force_on_a_day_is_one_query(book: Book) -> None:
    del book
    before = queries.in_force("tariff", "points.shared-bike", date(2026, 6, 30))
    after = queries.in_force("tariff", "points.shared-bike", date(2026, 7, 1))
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == ("1.0.0", "2.0.0")
    assert queries.in_force("tariff", "points.shared-bike", date(2019, 1, 1)) is None
    assert [one.version for one in queries.versions("tariff", "points.shared-bike")] == [
        "2.0.0",
        "1.0.0",
    ]
    held = {(one.kind, one.document): one.version for one in queries.all_in_force(date(2026, 8, 1))}
    assert held["tariff", "points.shared-bike"] == "2.0.0"
    with pytest.raises(Invalid) as refused:
        queries.in_force("wish", "points.shared-bike", date(2026, 7, 1))
    assert refused.value.code == "no_such_kind_of_rule"


def test_nobody_but_the_platform_founds(book: Book) -> None:
    del book
    with pytest.raises(Forbidden):
        found(actor=OPERATOR, at=NOW)


def test_the_leaf_of_a_founding_names_nobody(book: Book) -> None:
    del book
    publication = queries.in_force("limit", "city-day", date(2026, 8, 1))
    assert publication is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM publiclog_outbox WHERE id = %s", [publication.outbox_id])
        leaf = json.loads(bytes(cursor.fetchall()[0][0]))
    assert leaf == {
        "v": 1,
        "t": "rule",
        "kind": "limit",
        "id": "city-day",
        "version": "1.0.0",
        "digest": publication.digest,
        "from": "2026-07-01",
        "basis": "founding",
        "by": [],
    }
    assert queries.text_of(publication).startswith("[limit]")


def test_a_name_that_no_database_can_hold_is_no_rule(book: Book) -> None:
    del book
    assert queries.in_force("tariff", "points\0", date(2026, 6, 30)) is None
    assert queries.versions("tariff", "points\0") == []
