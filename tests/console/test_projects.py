"""The bureau's desk of projects: from a filing to credits, by two persons, and what it refuses."""

from __future__ import annotations

import pytest
from django.db import transaction

from tanhui.projects import commands as filing
from tanhui.projects.filing.verifying import record_opinion
from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.queries import project
from tests.cast import NOW
from tests.desks import act, done, read, refused
from tests.desks_two import THEN, DesksTwo, second_version
from tests.projects import acts
from tests.projects.monitoring.acts import sign, signer

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DESK = "/console/projects/"
WHY = "材料齐全，审核意见支持登记。"


def test_a_filing_is_accepted_or_returned_and_waits_on_the_first_page(two: DesksTwo) -> None:
    cast = two.cast
    code = acts.ready(cast)
    here = f"{DESK}{code}"
    bureau = two.client("regulator")
    assert "还差什么才能申报" in read(bureau, f"{DESK}{acts.start(cast)}")
    filing.file_project(actor=cast.actor("owner-glass"), code=code, at=NOW)
    assert here in bureau.get("/console/").content.decode()
    told = read(bureau, here)
    assert "熔制车间" in told
    assert "双方已签" in told
    assert "reason_missing" in refused(bureau, here, "return", words=" ")
    assert "等业主" in done(bureau, here, "return", words="缺计量器具检定")
    filing.file_project(actor=cast.actor("owner-glass"), code=code, at=acts.later())
    told = done(two.client("operator"), here, "accept")
    assert "公示中" in told
    assert "缺计量器具检定" in told
    assert "异议已记下" in done(two.client("operator"), here, "object", words="位置写错了")
    assert "第 1 条" in read(two.client("auditor"), here)


def test_two_persons_register_a_project_and_strike_it_off(two: DesksTwo) -> None:
    code = acts.heard(two.cast)
    here = f"{DESK}{code}"
    first, second = two.client("regulator"), two.client("regulator-2")
    body = two.cast.organisation("VERIFY-A")
    assert "已委派" in done(first, here, "assign", verifier=body)
    with transaction.atomic():
        record_opinion(
            actor=two.cast.actor("verifier"), code=code, positive=True, at=acts.later(days=45)
        )
    terms = {"first": "2026-01-01", "last": "2035-12-31", "cap_kg": "4,000,000", "words": WHY}
    wrong = {**terms, "last": "2046-01-01", "buffer_percent": "0"}
    assert "crediting_invalid" in refused(first, here, "propose", **wrong)
    assert "等另一人复核" in done(first, here, "propose", buffer_percent="0", **terms)
    assert "own_earlier_step" in refused(first, here, "confirm")
    assert here in second.get("/console/").content.decode()
    assert "已登记" in done(second, here, "confirm")
    assert project(code).cap_kg == 4_000_000
    assert "已提议取消登记" in done(first, here, "propose_strike", words="设备已拆除")
    assert "own_earlier_step" in refused(first, here, "strike")
    assert "已取消登记" in done(second, here, "strike")


def test_a_report_becomes_credits_by_two_persons(two: DesksTwo) -> None:
    furnace = acts.registered(two.cast)
    period = two.reported(furnace)
    here = f"{DESK}periods/{period.id}"
    first, second = two.client("regulator"), two.client("regulator-2")
    assert here in first.get(f"{DESK}?queue=periods").content.decode()
    assert "已委派" in done(first, here, "assign", verifier=two.cast.organisation("VERIFY-B"))
    two.report(period, *second_version())
    bench = first.get(f"{here}/bench?section=data&show=both").content.decode()
    assert "<del>784" not in bench
    assert "<ins>3,819.5</ins>" in bench
    assert 'name="act" value="raise"' not in bench
    body = two.cast.actor("verifier-2")
    vkey, _ = signer("VERIFY-B")
    monitoring.add_verifier_key(actor=body, vkey=vkey, at=THEN)
    said = monitoring.statement_for(body, period.id)
    monitoring.submit_opinion(
        actor=body, period_id=period.id, statement=said, signature=sign(said), at=THEN
    )
    assert "已提请签发" in done(first, here, "propose", words="核证无误")
    assert "same_person_decides" in refused(first, here, "issue")
    told = done(second, here, "issue")
    assert "已签发" in told
    assert "№ 1–" in told
    for page in ("/console/credits/", "/console/credits/numbers/1", DESK):
        assert "玻璃窑炉气改电" in read(two.client("auditor"), page)


def test_the_auditor_reads_all_of_it_and_is_offered_nothing(two: DesksTwo) -> None:
    code = acts.verified(two.cast)
    auditor = two.client("auditor")
    for page in (DESK, f"{DESK}{code}", f"{DESK}{code}/bench", "/console/credits/"):
        answer = auditor.get(page)
        assert answer.status_code == 200
        assert 'name="act"' not in answer.content.decode()
    assert act(auditor, f"{DESK}{code}", "propose_refusal", words="x").status_code == 403
    assert two.client("owner-glass").get(f"{DESK}{code}").status_code == 403
