"""The desk of holds and objections: evidence without a name, decisions, queues, figures."""

from __future__ import annotations

import pytest

from tanhui.behaviours.desk import open_holds
from tanhui.governance.models import AuditRow
from tests.cast import OPERATOR
from tests.desks import Desks, act, done, read, refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LOOKED = "轨迹连续，路上没有停车，是骑行。"


def test_a_hold_shows_the_evidence_and_nobodys_name(desks: Desks, hold: str) -> None:
    page = desks.client("operator").get(hold).content.decode()
    told = read(desks.client("operator"), hold)
    assert "共享单车骑行 5,400 m" in told
    assert "这一程 5.4 公里，平均时速 27.0 公里" in told
    assert "场景上限，每小时 30,000 m" in told
    assert "car_as_bike 1.0.0" in told
    assert "还剩 2 天" in told
    assert "市民会看到" in told
    assert "此前 90 天" in told
    assert "没有轮到" in told
    assert "放行" in told
    assert "拟驳回" in told
    assert "林晓" not in page
    assert "138****0001" not in page


def test_a_released_hold_pays_and_says_so(desks: Desks, hold: str) -> None:
    before = read(desks.client("lin-xiao"), "/m/")
    client = desks.client("operator")
    told = done(client, hold, "decide", outcome="release", reason=LOOKED)
    assert "已放行" in told
    assert "没有等你决定的" in told
    assert read(desks.client("lin-xiao"), "/m/") != before
    assert AuditRow.objects.filter(action="holds.released").count() == 1
    assert client.get(hold).status_code == 404


def test_the_authority_may_refuse_a_hold_too(desks: Desks, hold: str) -> None:
    told = done(
        desks.client("regulator"), hold, "decide", outcome="intend", reason="轨迹显示在高架上。"
    )
    assert "已告知市民拟驳回" in told
    assert "轨迹显示在高架上。" in read(desks.client("lin-xiao"), "/m/statement")
    assert AuditRow.objects.filter(action="holds.intended").count() == 1
    again = read(desks.client("operator"), hold)
    assert "另一位复核员拟驳回" in again
    assert "等市民看，可以提异议" in again


def test_looking_at_the_evidence_is_audited_once_a_day(desks: Desks, hold: str) -> None:
    for persona in ("operator", "operator", "regulator"):
        read(desks.client(persona), hold)
    assert AuditRow.objects.filter(action="holds.opened").count() == 2


def test_the_queues_and_the_figures_can_be_read(desks: Desks, hold: str) -> None:
    client = desks.client("operator")
    for queue in ("mine", "holds"):
        assert hold in client.get(f"/console/holds/?queue={queue}&page=7").content.decode()
    assert hold not in client.get("/console/holds/?queue=appeals").content.decode()
    done(client, hold, "decide", outcome="release", reason=LOOKED)
    assert "骑行快得像开车 car_as_bike 1 1 0 0 0 0" in read(client, "/console/holds/quality")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"outcome": "release", "reason": "  "}, "reason_missing"),
        ({"outcome": "release", "reason": "长" * 501}, "reason_missing"),
        ({"outcome": "intend"}, "reason_missing"),
        ({"outcome": "maybe", "reason": LOOKED}, "outcome_missing"),
    ],
)
def test_a_decision_needs_an_outcome_and_a_reason(
    desks: Desks, hold: str, fields: dict[str, str], code: str
) -> None:
    client = desks.client("operator")
    assert code in refused(client, hold, "decide", **fields)
    assert len(open_holds(actor=OPERATOR, at=desks.city.at)) == 1


def test_what_was_written_is_not_lost_when_a_decision_is_refused(desks: Desks, hold: str) -> None:
    page = act(desks.client("operator"), hold, "decide", outcome="", reason=LOOKED).content.decode()
    assert LOOKED in page
