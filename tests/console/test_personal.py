"""The personal-data desk: who calls is proved, an erasure takes two, audit rows name nobody."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.behaviours.personal import requests
from tanhui.governance.models import AuditRow
from tanhui.identity.personas import BY_NAME
from tanhui.identity.queries import person
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden, NotFound
from tests.desks import Desks

DESK = "/console/personal"
PHONE = BY_NAME["lin-xiao"].phone


def code_of(page: str) -> str:
    found = re.search(r"模拟短信：<span class=\"mono\">(\d{6})", page)
    assert found is not None
    return found[1]


def ask(client: Client, wants: str) -> str:
    """Someone calls, reads out the code and asks; answers the request's number."""
    page = client.post(DESK, {"act": "send", "phone": PHONE}).content.decode()
    assert "138****0001" in page
    answer = client.post(
        DESK, {"act": "open", "phone": PHONE, "code": code_of(page), "wants": wants}, follow=True
    )
    assert "申请已登记" in answer.content.decode()
    (found,) = requests.open_requests(actor=Actor("operator", frozenset({"operator"})))
    return str(found.id)


def test_an_export_is_handed_over_once(desks: Desks) -> None:
    client = desks.client("operator")
    number = ask(client, "export")
    answer = client.post(DESK, {"act": "hand_over", "case": number})
    document = json.loads(answer.content)
    assert document["kept"]["person"][0]["phone"] == PHONE
    assert answer["Cache-Control"] == "no-store"
    assert client.post(DESK, {"act": "hand_over", "case": number}).status_code == 409
    assert "没有在办的申请" in client.get(DESK).content.decode()


def test_an_erasure_takes_two_persons(desks: Desks) -> None:
    first, second = desks.client("operator"), desks.client("regulator")
    number = ask(first, "erase")
    told = first.post(DESK, {"act": "propose", "case": number, "words": "本人来电"}, follow=True)
    assert "已提请注销" in told.content.decode()
    refused = first.post(DESK, {"act": "erase", "case": number})
    assert (refused.status_code, "由别人" in refused.content.decode()) == (409, True)
    assert "本人来电" in second.get(DESK).content.decode()
    told = second.post(DESK, {"act": "erase", "case": number}, follow=True)
    assert "账目行只留号码" in told.content.decode()
    with pytest.raises(NotFound, match="person_unknown"):
        person(desks.city.lin_xiao)


def test_the_audit_says_who_did_what_and_names_nobody(desks: Desks) -> None:
    client = desks.client("operator")
    client.post(DESK, {"act": "hand_over", "case": ask(client, "export")})
    rows = list(AuditRow.objects.values_list("action", "subject", "facts"))
    actions = {action for action, _, _ in rows}
    assert {"cases.open", "cases.hand-over", "personal.export"} <= actions
    assert PHONE not in str(rows)
    assert "林晓" not in str(rows)


def test_a_wrong_code_and_an_unknown_phone_open_nothing(desks: Desks) -> None:
    client = desks.client("operator")
    page = client.post(DESK, {"act": "send", "phone": PHONE}).content.decode()
    wrong = f"{(int(code_of(page)) + 1) % 1_000_000:06d}"
    form = {"act": "open", "phone": PHONE, "code": wrong, "wants": "export"}
    assert client.post(DESK, form).status_code == 422
    nobody = "13912340000"
    page = client.post(DESK, {"act": "send", "phone": nobody}).content.decode()
    form = {"act": "open", "phone": nobody, "code": code_of(page), "wants": "export"}
    assert client.post(DESK, form).status_code == 404
    assert client.post(DESK, {**form, "wants": "moon"}).status_code == 422
    assert client.post(DESK, {"act": "send", "phone": "1"}).status_code == 422


def test_a_request_has_a_term_and_says_when_it_has_passed(desks: Desks) -> None:
    client = desks.client("operator")
    ask(client, "export")
    assert requests.run_clocks(at=timezone.now() + timedelta(days=10)) == 0
    assert requests.run_clocks(at=timezone.now() + timedelta(days=60)) == 1
    page = client.get(DESK).content.decode()
    assert "已超期" in page
    assert "导出并办结" in page


def test_a_request_may_end_undone_with_a_reason(desks: Desks) -> None:
    client = desks.client("operator")
    number = ask(client, "erase")
    assert client.post(DESK, {"act": "refuse", "case": number, "words": ""}).status_code == 422
    told = client.post(DESK, {"act": "refuse", "case": number, "words": "本人改主意"}, follow=True)
    assert "已办结" in told.content.decode()


def test_only_the_desk_itself_may(desks: Desks) -> None:
    assert desks.client("lin-xiao").get(DESK).status_code == 403
    with pytest.raises(Forbidden, match="not_permitted"):
        requests.open_requests(actor=Actor("partner", frozenset({"partner"})))
