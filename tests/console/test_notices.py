"""How sending goes, as the operator sees it: counted, with reasons, and without names."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone

from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import acting
from tanhui.notices.choosing import choose
from tanhui.notices.commands import Notice, queue_notices
from tanhui.notices.gateways.ways import Answer, Ways
from tanhui.notices.sending import send_due
from tests.desks import Desks
from tests.notices.conftest import Told

PAGE = "/console/notices"


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def send(person: int, told: Told, *keys: str) -> None:
    """Sends 林晓 text messages at noon."""
    noon = timezone.now().replace(hour=4, minute=0)
    ways: Ways = told.ways()
    actor = acting(person, role=None, organisation_id=None)
    choose(actor=actor, choices={("expiry", "sms"): True}, at=noon, ways=ways)
    facts: dict[str, str | int] = {"points": 86, "date": "2026-12-31"}
    queue_notices(notices=[Notice(person, "expiry-7", facts, key) for key in keys], at=noon)
    send_due(actor=platform_actor(), at=noon, ways=ways)


def test_the_operator_sees_what_went_out_and_why_the_rest_did_not(desks: Desks) -> None:
    told = Told()
    told.answers = [Answer(), Answer(code="InvalidParameterValue.TemplateWrong"), Answer()]
    send(desks.city.lin_xiao, told, "a", "b", "c", "d")
    page = texts(desks.client("operator").get(PAGE).content.decode())
    assert "十四天里有 1 条没送到" in page
    assert "InvalidParameterValue.TemplateWrong" in page
    assert "这周的短信已到上限，只留站内" in page
    assert "林晓" not in page


def test_an_empty_fortnight_is_told_and_others_do_not_read(desks: Desks) -> None:
    assert "没有要往外送的" in desks.client("operator").get(PAGE).content.decode()
    assert desks.client("regulator").get(PAGE).status_code == 403
    assert desks.city.client().get(PAGE).status_code in (302, 403)
    assert Client().get(PAGE).status_code == 302
