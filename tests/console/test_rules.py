"""The rule studio as three persons use it, and what the public sees of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.behaviours.replay.working import run_next
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day
from tanhui.rulebook import commands, queries
from tanhui.rulebook.publishing import found
from tests.desks import Desks

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NEW = "/console/rules/tariff/points.shared-bike/new"
PUBLIC = "/rules/tariff/points.shared-bike"


@pytest.fixture
def founded(desks: Desks) -> Desks:
    """The desks of a city whose book is founded."""
    found(actor=platform_actor(), at=timezone.now())
    return desks


def _text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def _editor(client: Client) -> str:
    page = _text(client.get(NEW))
    match = re.search(r'<textarea id="body"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert match is not None
    return match[1].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&")


def _proposed(client: Client) -> str:
    body = _editor(client).replace("points_per_day_max = 30", "points_per_day_max = 29")
    body = body.replace('"418.820 g"\npoints = 30', '"418.820 g"\npoints = 29')
    answer = client.post(NEW, {"act": "propose", "body": body, "reason": "少一点"})
    assert answer.status_code == 302, _text(answer)
    return str(answer["Location"]).partition("?")[0]


def test_a_rule_goes_from_the_editor_to_the_public_page(founded: Desks) -> None:
    operator, second = founded.client("operator"), founded.client("operator-2")
    authority = founded.client("regulator")
    assert "points.shared-bike@2.0.0" in _text(operator.get("/console/rules/"))
    page = _proposed(operator)
    asked = _text(operator.get(page))
    assert "还没有演算" in asked
    assert "<del>30</del>" in asked
    assert "<ins>29</ins>" in asked
    yesterday = city_day(timezone.now()) - timedelta(days=1)
    days = {"first": str(yesterday - timedelta(days=6)), "last": str(yesterday)}
    assert operator.post(page, {"act": "replay", **days}).status_code == 302
    waiting = _text(operator.get(page))
    assert "hx-get" in waiting
    assert run_next(at=timezone.now())
    assert operator.get(f"{page}/replay").headers["HX-Refresh"] == "true"
    assert "谁多谁少" in _text(operator.get(page))

    # Whom the proposal waits for is told so on the first page, with the way to it.
    assert f'href="{page}"' in _text(second.get("/console/"))
    assert "等你复核" in _text(second.get("/console/"))
    assert page not in _text(operator.get("/console/"))

    own = operator.post(page, {"act": "decide", "step": "second", "words": "核对过文本"})
    assert own.status_code == 409
    assert "own_earlier_step" in _text(own)
    assert (
        second.post(page, {"act": "decide", "step": "second", "words": "核对过文本"}).status_code
        == 302
    )
    number = int(page.rpartition("/")[2])
    notice = _text(Client().get(f"/rules/notices/{number}"))
    assert "少一点" in notice
    assert "核对过文本" not in notice
    citizen = founded.client("lin-xiao")
    objected = citizen.post(f"/rules/notices/{number}", {"act": "object", "words": "太少"})
    assert objected.status_code == 302
    assert "太少" in _text(authority.get(page))
    assert "太少" not in _text(Client().get(f"/rules/notices/{number}"))

    later = timezone.now() + timedelta(days=3, minutes=1)
    assert commands.end_notices(actor=platform_actor(), at=later) == 1
    waiting = _text(authority.get("/console/"))
    assert "等你发布" in waiting
    assert f'href="{page}"' in waiting
    assert page not in _text(second.get("/console/"))
    published = authority.post(page, {"act": "decide", "step": "publish", "words": "同意"})
    assert published.status_code == 302
    begins = city_day(timezone.now()) + timedelta(days=7)
    public = _text(Client().get(f"{PUBLIC}?day={begins}"))
    assert "2.1.0" in public
    assert "主管部门" in public
    assert "<ins>29</ins>" in public
    today = _text(Client().get(PUBLIC))
    assert "占位" in today
    assert "points_per_day_max = 30" in today


def test_the_editor_names_faults_by_line_and_proposes_nothing(founded: Desks) -> None:
    operator = founded.client("operator")
    body = _editor(operator)
    good = operator.post(NEW, {"act": "check", "body": body, "reason": ""})
    assert "检查通过" in _text(good)
    bad = body.replace("points_per_day_max", "points_per_day_min")
    line = next(at for at, text in enumerate(bad.splitlines(), 1) if "day_min" in text)
    seen = _text(operator.post(NEW, {"act": "check", "body": bad, "reason": ""}))
    assert f"第 {line} 行" in seen
    assert "points.points_per_day_min" in seen
    refused = operator.post(NEW, {"act": "propose", "body": bad, "reason": "x"})
    assert refused.status_code == 422
    assert "rule_faulty" in _text(refused)
    assert queries.proposals() == []


def test_a_text_of_another_rule_or_too_early_a_day_proposes_nothing(founded: Desks) -> None:
    operator = founded.client("operator")
    body = _editor(operator)
    today = city_day(timezone.now())
    assert f"生效日最早 {today + timedelta(days=4)}" in _text(operator.get(NEW))
    early = body.replace(str(today + timedelta(days=7)), str(today + timedelta(days=1)))
    other = body.replace('id = "points.shared-bike"', 'id = "points.bus"')
    assert early != body
    assert other != body
    for text, code in ((early, "effective_before_notice"), (other, "rule_is_another")):
        for act in ("check", "propose"):
            answer = operator.post(NEW, {"act": act, "body": text, "reason": "x"})
            assert code in _text(answer), (act, code)
            assert answer.status_code == (200 if act == "check" else 409)
    assert queries.proposals() == []


def test_the_auditor_reads_the_rules_and_is_offered_no_act(founded: Desks) -> None:
    page = _proposed(founded.client("operator"))
    auditor = founded.client("auditor")
    listed = _text(auditor.get("/console/rules/"))
    assert page in listed
    assert NEW not in listed
    assert 'href="/console/rules/"' in _text(auditor.get("/console/"))
    shown = _text(auditor.get(page))
    assert "少一点" in shown
    assert 'name="act"' not in shown.partition("<h1")[2]
    for sent in ({"act": "decide", "step": "second", "words": "x"}, {"act": "replay"}):
        days = {"first": "2026-01-01", "last": "2026-01-02"}
        assert auditor.post(page, {**sent, **days}).status_code == 403
    assert auditor.get(NEW).status_code == 403


def test_what_is_not_seconded_yet_is_nobody_elses(founded: Desks) -> None:
    page = _proposed(founded.client("operator"))
    number = page.rpartition("/")[2]
    assert Client().get(f"/rules/notices/{number}").status_code == 404
    assert "公示中" not in _text(Client().get("/rules/"))


@pytest.mark.parametrize("persona", ["regulator", "lin-xiao", "bike"])
def test_only_operators_write_rules(founded: Desks, persona: str) -> None:
    client = founded.client(persona)
    answer = client.get(NEW)
    assert answer.status_code in (302, 403)


def test_the_public_rulebook_answers_for_any_day(founded: Desks) -> None:
    del founded
    client = Client()
    listed = _text(client.get("/rules/?day=2026-08-01"))
    assert "每日总上限与可用日" in listed
    assert "1.0.0" in _text(client.get(f"{PUBLIC}?day=2021-01-01"))
    assert "还没有这条规则" in _text(client.get(f"{PUBLIC}?day=2019-01-01"))
    toml = client.get("/rules/tariff/points.shared-bike.toml?day=2026-08-01")
    assert toml["Content-Type"].startswith("application/toml")
    assert 'version = "2.0.0"' in _text(toml)
    assert client.get(f"{PUBLIC}?day=soon").status_code == 422
    assert client.get("/rules/wish/x").status_code == 422
    assert client.get("/rules/tariff/nothing").status_code == 404
    english: Callable[[str], str] = lambda path: _text(  # noqa: E731
        client.get(path, headers={"accept-language": "en"})
    )
    assert "Rulebook" in english("/rules/")
    assert "In force on" in english(f"{PUBLIC}?day=2026-08-01")
