"""The operator opens a cause, leads an offer there, reports with photos, and ends it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tanhui.rewards.giving import queries
from tests.desks import done, read, refused
from tests.desks_two import DesksTwo
from tests.rewards.giving.test_causes import photo

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DESK = "/console/rewards/causes/"
WORDS = {
    "title_zh": "山里的书",
    "title_en": "Books for the hills",
    "about_zh": "给山里的小学买书。",
    "about_en": "Books are bought for schools in the hills.",
    "receiver_zh": "彭州白鹿小学",
    "receiver_en": "Bailu primary school",
    "art": "book",
}


def test_a_cause_is_opened_reported_and_ended_from_its_desk(two: DesksTwo) -> None:
    operator = two.client("operator")
    assert "还没有公益去处" in read(operator, DESK)
    assert "cause_invalid" in refused(operator, DESK, "open", **{**WORDS, "title_en": " "})
    assert "市民马上能选它" in done(operator, DESK, "open", **WORDS)
    (cause,) = queries.causes()
    there = f"{DESK}{cause.id}"
    assert "山里的书" in read(operator, DESK)
    told = {
        "happened_on": "2026-01-05",
        "quantity": "1,200",
        "unit_zh": "本书",
        "unit_en": "books",
        "text_zh": "送到三所小学。",
        "text_en": "Delivered to three schools.",
    }
    assert "report_invalid" in refused(operator, there, "report", **{**told, "unit_en": ""})
    picture = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    assert "报告已发出" in done(operator, there, "report", **told, photos=picture)
    (report,) = queries.reports()
    assert (report.quantity, len(report.photos)) == (1_200, 1)
    answer = operator.get(f"{DESK}photos/{report.photos[0]}")
    assert answer["Content-Type"] == "image/jpeg"
    assert operator.get(f"{DESK}photos/{'0' * 8}-0000-0000-0000-{'0' * 12}").status_code == 404
    assert "no_such_offer" in refused(operator, there, "lead", offer="R-0000")
    # Others read, and are offered nothing.
    for persona in ("regulator", "auditor"):
        page = read(two.client(persona), there)
        assert "送到三所小学" in page
        assert 'value="report"' not in page
    assert "已结束" in done(operator, there, "end")
    assert 'value="end"' not in read(operator, there)
    assert two.client("lin-xiao").get(there).status_code == 403
