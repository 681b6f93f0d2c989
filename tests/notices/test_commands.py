"""Notices are told once, sealed, and read by their own person alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tanhui.identity.commands import platform_actor, register_person
from tanhui.kernel.refusals import Forbidden, Invalid, NotFound
from tanhui.notices import queries
from tanhui.notices.commands import (
    Notice,
    forget_old,
    forget_person,
    mark_read,
    queue_notices,
)
from tests.cast import CITIZEN, NOW, OPERATOR
from tests.notices.conftest import citizen

EXPIRY: dict[str, str | int] = {"points": 1086, "date": "2026-12-31"}


def expiry(person: int, key: str = "expiry:2026-12:60") -> Notice:
    """A notice about points that expire."""
    return Notice(person, "expiry-60", EXPIRY, key, "/m/points/")


def test_a_notice_is_told_once_by_its_key_and_lies_in_the_inbox(person: int) -> None:
    assert queue_notices(notices=[expiry(person), expiry(person)], at=NOW) == 1
    assert queue_notices(notices=[expiry(person)], at=NOW) == 0
    (found,) = queries.inbox(person_id=person)
    assert found.subject_zh == "1,086 积分 2026 年 12 月 31 日到期"
    assert found.subject_en == "1,086 points expire on 31 Dec 2026"
    assert "捐给一件事" in found.body_zh
    assert "pause the expiry" in found.body_en
    assert (found.link, found.read_at, found.sent) == ("/m/points/", None, ())
    assert queries.message(person_id=person, message_id=found.id) == found
    assert queries.message(person_id=person + 1, message_id=found.id) is None


def test_what_is_told_is_sealed(person: int) -> None:
    queue_notices(notices=[expiry(person)], at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts_sealed FROM notices_message")
        (sealed,) = cursor.fetchone()
    assert b"1086" not in bytes(sealed)
    assert b"2026-12" not in bytes(sealed)


@pytest.mark.parametrize(
    ("template", "facts"),
    [
        ("expiry-60", {"points": 86}),
        ("expiry-60", {**EXPIRY, "more": 1}),
        ("expiry-60", {**EXPIRY, "points": "86"}),
        ("expiry-60", {**EXPIRY, "points": -1}),
        ("expiry-60", {**EXPIRY, "points": True}),
        ("expiry-60", {**EXPIRY, "date": "2026-2-31"}),
        ("drop-won", {"offer_zh": "茶\nBcc: a@b.cn", "offer_en": "Tea", "date": "2026-12-31"}),
        ("settlement-ready", {"month": "2026-13", "amount": 1}),
    ],
)
def test_wrong_facts_are_refused_before_anything_is_written(
    person: int, template: str, facts: dict[str, str | int]
) -> None:
    good = expiry(person)
    with pytest.raises(Invalid) as refused:
        queue_notices(notices=[good, Notice(person, template, facts, "k")], at=NOW)
    assert refused.value.code == "notice_facts_wrong"
    assert queries.inbox(person_id=person) == []


def test_an_unknown_template_is_refused(person: int) -> None:
    with pytest.raises(NotFound) as refused:
        queue_notices(notices=[Notice(person, "hello", {}, "k")], at=NOW)
    assert refused.value.code == "no_such_notice"


def test_reading_one_or_all_is_noted_once(person: int) -> None:
    queue_notices(notices=[expiry(person, key) for key in ("a", "b", "c")], at=NOW)
    assert queries.unread(person) == 3
    one = queries.inbox(person_id=person)[0]
    later = NOW + timedelta(hours=1)
    assert mark_read(actor=citizen(person), message_id=one.id, at=later) == 1
    assert mark_read(actor=citizen(person), message_id=one.id, at=later) == 0
    assert queries.unread(person) == 2
    assert mark_read(actor=citizen(person), at=later) == 2
    assert queries.unread(person) == 0


def test_nobody_marks_for_another(person: int) -> None:
    other = register_person(actor=CITIZEN, phone="13912345679", display_name="", at=NOW)
    queue_notices(notices=[expiry(person)], at=NOW)
    one = queries.inbox(person_id=person)[0]
    assert mark_read(actor=citizen(other), message_id=one.id, at=NOW) == 0
    assert queries.unread(person) == 1
    with pytest.raises(Forbidden):
        mark_read(actor=platform_actor(), at=NOW)


def test_old_messages_go_and_young_ones_stay(person: int) -> None:
    queue_notices(notices=[expiry(person, "old")], at=NOW - timedelta(days=800))
    queue_notices(notices=[expiry(person, "young")], at=NOW - timedelta(days=700))
    assert forget_old(actor=platform_actor(), at=NOW) == 1
    assert forget_old(actor=platform_actor(), at=NOW) == 0
    assert len(queries.inbox(person_id=person)) == 1
    with pytest.raises(Forbidden):
        forget_old(actor=OPERATOR, at=NOW)


def test_an_erased_person_leaves_nothing_and_is_told_nothing(person: int) -> None:
    queue_notices(notices=[expiry(person)], at=NOW)
    assert forget_person(person_id=person) == 1
    assert queries.inbox(person_id=person) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_person SET erased_at = %s, phone_sealed = NULL, phone_index = NULL,"
            " display_name_sealed = NULL WHERE id = %s",
            [NOW, person],
        )
    assert queue_notices(notices=[expiry(person)], at=NOW) == 0
