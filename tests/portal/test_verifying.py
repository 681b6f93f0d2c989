"""The verifier's desk: the workbench, findings at their places, signing with a key of one's own."""

from __future__ import annotations

import html
import re
from hashlib import sha256

import pytest
from django.test import Client

from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import project
from tanhui.projects.verification.queries import findings
from tests.desks import act, acts_within, done, read, refused
from tests.desks_two import THEN, DesksTwo, second_version
from tests.projects import acts
from tests.projects.monitoring.acts import sign, signer

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = "/portal/verification/"
ASKED = {"anchor": "EC/5", "title": "辅机用电", "words": "三只电表不含冷却与风机，请补入。"}


def _given(two: DesksTwo) -> Period:
    """A report that the second body verifies."""
    period = two.reported(acts.registered(two.cast))
    monitoring.assign_period_verifier(
        actor=two.cast.actor("regulator"),
        period_id=period.id,
        verifier_id=two.cast.organisation("VERIFY-B"),
        at=THEN,
    )
    return period


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _statement(page: str) -> str:
    found = re.search(r'name="statement" value="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_report_is_asked_about_answered_compared_and_signed(two: DesksTwo) -> None:
    period = _given(two)
    here = f"{HOME}periods/{period.id}"
    verifier = two.client("verifier-2")
    assert here in _page(verifier, HOME)
    assert "还没有登记公钥" in read(verifier, HOME)
    # A finding hangs on its cell, and nothing can be signed while it is open.
    assert "加一项意见" in read(verifier, f"{here}?section=data&anchor=EC")
    assert "finding_words_missing" in refused(verifier, here, "raise", **{**ASKED, "title": " "})
    told = done(verifier, f"{here}?section=data", "raise", **ASKED)
    assert "意见已发给业主" in told
    assert "第 1 项未关闭" in told
    marked = _page(verifier, f"{here}?section=data")
    assert 'href="#finding-1"' in marked
    assert "签名并提交意见" in marked
    (asked,) = findings(period.subject)
    monitoring.answer_finding(
        actor=two.cast.actor("owner-glass"), finding_id=asked.id, words="已补入 23.5 MWh。", at=THEN
    )
    two.report(period, *second_version())

    # Both versions stand side by side, with what changed in figures, words and the result.
    both = _page(verifier, f"{here}?section=data&show=both")
    assert "<del>3,796</del>" in both
    assert "<ins>3,819.5</ins>" in both
    assert "两版有 2 处不同" in both
    assert "<ins>784.5</ins>" in both
    assert "+3.675" in both
    changed = read(verifier, f"{here}?section=data&show=changed")
    assert "燃气" not in changed.partition("引擎重算")[0].partition("只看新版")[2]
    assert "<del>" not in _page(verifier, f"{here}?section=data&show=new")
    whole = read(verifier, f"{here}?section=calculation")
    assert "EF_sichuan" in whole
    assert "固定的" in whole
    assert "与摘要一致" in read(verifier, f"{here}?section=papers")

    # Signed by the body's own key, over exactly what the page shows.
    vkey, _ = signer("VERIFY-B")
    assert "公钥已登记" in done(verifier, f"{HOME}keys", "add_key", vkey=vkey)
    stale = _statement(_page(verifier, f"{here}/sign"))
    sent = {"statement": stale, "signature": sign(stale.encode())}
    assert "findings_open" in refused(verifier, f"{here}/sign", "submit", **sent)
    assert "已关闭" in done(verifier, here, "close", finding=asked.id, words="与配电图一致。")
    wrong = {"statement": stale, "signature": sign(b"something else")}
    assert "signature_wrong" in refused(verifier, f"{here}/sign", "submit", **wrong)
    other = stale.replace('"opinion":"positive"', '"opinion":"glad"')
    differs = {"statement": other, "signature": sign(other.encode())}
    assert "statement_differs" in refused(verifier, f"{here}/sign", "submit", **differs)
    file = verifier.get(f"{here}/statement-positive.json")
    assert file.content.decode() == stale
    assert "attachment" in file["Content-Disposition"]
    whole = verifier.get(f"{here}/report.json").content
    assert sha256(whole).hexdigest() in stale
    assert "签名已核对" in done(verifier, f"{here}/sign", "submit", **sent)
    assert queries.period(period.id).state == "verified"
    assert "已签署：支持" in read(verifier, here)
    assert "已吊销" in done(verifier, f"{HOME}keys", "revoke_key", vkey=vkey)


def test_a_filing_is_validated_and_a_conflict_sends_it_back(two: DesksTwo) -> None:
    code = acts.assigned(two.cast)
    here = f"{HOME}projects/{code}"
    verifier = two.client("verifier")
    assert "项目设计审核" in read(verifier, HOME)
    assert "2 监测数据" in read(verifier, here)
    # Whoever was not asked knows nothing of it.
    stranger = two.client("verifier-2")
    assert stranger.get(here).status_code == 404
    assert act(stranger, here, "raise", **ASKED).status_code == 404
    assert "conflict_words_missing" in refused(verifier, here, "conflict", words=" ")
    assert "已回避" in done(verifier, here, "conflict", words="持有业主两成股份")
    assert project(code).state == "heard"
    assert "verifier_conflict" in refused(
        two.client("regulator"),
        f"/console/projects/{code}",
        "assign",
        verifier=two.cast.organisation("VERIFY-A"),
    )


def test_every_act_is_within_three_clicks_and_all_of_it_is_in_english(two: DesksTwo) -> None:
    period = _given(two)
    monitoring.raise_finding(
        actor=two.cast.actor("verifier-2"), subject=period.subject, at=THEN, **ASKED
    )
    verifier = two.client("verifier-2", headers={"accept-language": "en"})
    found = acts_within(verifier, HOME, 2)
    assert {"raise", "give_back", "conflict", "add_key"} <= found
    here = f"{HOME}periods/{period.id}"
    for page in (HOME, f"{HOME}keys", f"{here}?section=boundary", f"{here}/sign"):
        told = re.sub(r"<pre.*?</pre>", "", _page(verifier, page), flags=re.S)
        told = re.sub(r"<[^>]+>", " ", told)
        left = set(re.findall(r"[\u4e00-\u9fff]+", told))
        assert left <= {"简体中文", *_OWN_WORDS}, (page, left)


# What an owner and a body wrote stays as they wrote it.
_OWN_WORDS = frozenset(
    re.findall(
        r"[\u4e00-\u9fff]+",
        "验收报告 供用电合同 要求清单 处置凭证 设备、场地与边界没有变化。 "
        + " ".join(ASKED.values()),
    )
)
