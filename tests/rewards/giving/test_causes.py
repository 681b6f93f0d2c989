"""Causes: opened, given to by hand and by expiry, reported, ended; and what is refused."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from PIL import Image

from tanhui.kernel.refusals import Refusal
from tanhui.rewards.expiry.choosing import choose_heir, pause_expiry, resume_expiry
from tanhui.rewards.expiry.queries import heir_of, paused
from tanhui.rewards.giving import queries
from tanhui.rewards.giving.commands import (
    PHOTOS_MAX,
    ReportWords,
    end_cause,
    lead_offer,
    open_cause,
    publish_report,
)
from tests.cast import NOW, OPERATOR
from tests.rewards.giving.words import FOREST
from tests.rewards.mall import Mall, as_owner, open_mall

pytestmark = pytest.mark.django_db

PLANTED = ReportWords(
    happened_on=date(2026, 3, 12),
    text_zh="种下 40 棵栾树。",
    text_en="Forty golden rain trees were planted.",
    quantity=40,
    unit_zh="棵树",
    unit_en="trees",
)
DAY = timedelta(days=1)


@pytest.fixture
def mall(db: None) -> Mall:
    del db
    return open_mall()


def refused(code: str, act: object, **told: object) -> None:
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act(**told)  # type: ignore[operator]
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (40, 110, 80)).save(made, "JPEG")
    return made.getvalue()


def test_a_donor_sees_what_became_of_the_points(mall: Mall) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=NOW)
    code = mall.offer("R-9101", kind="donation", delivery="none", price_points=100)
    mall.stock(code, cost_fen=0)
    for _ in range(2):
        lead_offer(actor=OPERATOR, cause_id=cause.id, offer_code=code, at=NOW)
    assert queries.cause(cause.id).offer_codes == (code,)
    made = mall.redeem(code, units=2)
    assert made.state == "delivered"
    (gift,) = queries.gifts(mall.lin)
    assert (gift.cause_id, gift.points, gift.by_expiry, gift.reports) == (cause.id, 200, False, 0)
    found = queries.cause(cause.id)
    assert (found.points, found.times) == (200, 1)

    told = publish_report(
        actor=OPERATOR, cause_id=cause.id, words=PLANTED, photos=[photo(), photo()], at=NOW + DAY
    )
    assert queries.reports(cause_id=cause.id) == [told] == queries.reports()
    assert (told.quantity, told.unit_en, len(told.photos)) == (40, "trees", 2)
    assert queries.is_photo(told.photos[0])
    assert not queries.is_photo(made.id)
    assert queries.gifts(mall.lin)[0].reports == 1


def test_what_is_wrong_with_a_cause_or_a_report_is_said(mall: Mall) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=NOW)
    for words in (
        replace(FOREST, title_en=" "),
        replace(FOREST, about_zh="字" * 601),
        replace(FOREST, art="dragon"),
    ):
        refused("cause_invalid", open_cause, actor=OPERATOR, words=words, at=NOW)
    told = {"actor": OPERATOR, "cause_id": cause.id, "at": NOW}
    for report in (
        replace(PLANTED, text_zh=""),
        replace(PLANTED, unit_en=""),
        replace(PLANTED, quantity=0),
        replace(PLANTED, happened_on=date(2026, 3, 21)),
    ):
        refused("report_invalid", publish_report, words=report, **told)
    many = [photo()] * (PHOTOS_MAX + 1)
    refused("too_many_photos", publish_report, words=PLANTED, photos=many, **told)
    refused("file_type_unknown", publish_report, words=PLANTED, photos=[b"no picture"], **told)
    refused("no_such_cause", publish_report, **{**told, "cause_id": 999_999}, words=PLANTED)
    assert not queries.reports()

    tea = mall.offer("R-9102")
    gift = mall.offer("R-9103", kind="donation", delivery="none")
    other = open_cause(actor=OPERATOR, words=replace(FOREST, title_zh="书"), at=NOW)
    lead_offer(actor=OPERATOR, cause_id=other.id, offer_code=gift, at=NOW)
    refused("not_a_donation", lead_offer, **told, offer_code=tea)
    refused("offer_has_cause", lead_offer, **told, offer_code=gift)
    refused("no_such_offer", lead_offer, **told, offer_code="R-0000")


def test_a_cause_that_ended_takes_nothing_more_and_is_told_still(mall: Mall) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=NOW)
    lin = mall.citizen()
    choose_heir(actor=lin, cause_id=cause.id, at=NOW)
    end_cause(actor=OPERATOR, cause_id=cause.id, at=NOW)
    refused("cause_closed", end_cause, actor=OPERATOR, cause_id=cause.id, at=NOW)
    refused("cause_closed", choose_heir, actor=lin, cause_id=cause.id, at=NOW)
    refused("cause_closed", lead_offer, actor=OPERATOR, cause_id=cause.id, offer_code="", at=NOW)
    refused("no_such_cause", choose_heir, actor=lin, cause_id=999_999, at=NOW)
    assert not queries.causes(open_only=True)
    assert [each.id for each in queries.causes()] == [cause.id]
    choose_heir(actor=lin, cause_id=None, at=NOW)
    assert heir_of(mall.lin) is None


def test_a_pause_is_had_once_a_year_for_half_a_year_at_most_and_ends_when_one_likes(
    mall: Mall,
) -> None:
    lin = mall.citizen()
    assert paused(mall.lin, NOW) is None
    refused("not_paused", resume_expiry, actor=lin, at=NOW)
    for months in (0, 7):
        refused("pause_months_invalid", pause_expiry, actor=lin, months=months, at=NOW)
    pause_expiry(actor=lin, months=6, at=NOW)
    found = paused(mall.lin, NOW)
    assert found is not None
    assert found.going_on
    assert (found.first, found.last) == (date(2026, 3, 1), date(2026, 8, 31))
    assert found.next_from == date(2027, 3, 1)
    refused("pause_used", pause_expiry, actor=lin, months=1, at=NOW)
    resume_expiry(actor=lin, at=NOW + 40 * DAY)
    refused("not_paused", resume_expiry, actor=lin, at=NOW + 40 * DAY)
    found = paused(mall.lin, NOW + 40 * DAY)
    assert found is not None
    assert found.last == date(2026, 4, 30)
    refused("pause_used", pause_expiry, actor=lin, months=1, at=NOW + 300 * DAY)
    pause_expiry(actor=lin, months=1, at=NOW + 365 * DAY)
    # Whoever has no account has nothing to pause.
    refused("nothing_to_pause", pause_expiry, actor=mall.citizen(999_999), months=1, at=NOW)


def test_only_the_operator_keeps_causes_and_only_citizens_choose(mall: Mall) -> None:
    for persona in ("merchant", "sponsor", "regulator"):
        actor = mall.actor(persona)
        refused("not_permitted", open_cause, actor=actor, words=FOREST, at=NOW)
        refused("not_permitted", end_cause, actor=actor, cause_id=1, at=NOW)
        refused("not_permitted", publish_report, actor=actor, cause_id=1, words=PLANTED, at=NOW)
        refused("not_permitted", lead_offer, actor=actor, cause_id=1, offer_code="R", at=NOW)
    refused("not_permitted", choose_heir, actor=OPERATOR, cause_id=None, at=NOW)
    refused("not_permitted", pause_expiry, actor=OPERATOR, months=1, at=NOW)
    refused("not_permitted", resume_expiry, actor=OPERATOR, at=NOW)


def test_the_rows_of_causes_hold_by_themselves(mall: Mall) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=NOW)
    for statement in (
        "INSERT INTO rewards_cause_report (cause_id, happened_on, quantity, unit_zh, unit_en,"
        f" text_zh, text_en, at, actor) VALUES ({cause.id}, now(), 0, '', '', '', '', now(), '')",
        f"UPDATE rewards_cause SET given_points = -1 WHERE id = {cause.id}",
        f"INSERT INTO rewards_pause VALUES ({mall.lin}, 24300, 24299, now(), NULL)",
        f"INSERT INTO rewards_expired VALUES ({mall.lin}, 1, 0, NULL, gen_random_uuid(), now())",
        "INSERT INTO rewards_month_run (step, month, begun_at) VALUES ('else', 1, now())",
        f"INSERT INTO rewards_heir VALUES ({mall.lin}, 999999, now());"
        " SET CONSTRAINTS ALL IMMEDIATE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), as_owner() as cursor:
            cursor.execute(statement)
