"""What a partner's staff sees and does at its own desk."""

from __future__ import annotations

import html
import re
import subprocess
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.partners import signing
from tanhui.partners.contract import approve_production
from tanhui.partners.keys import active_keys
from tests.cast import BIKE, OPERATOR
from tests.desks import (
    METRO,
    Desks,
    act,
    acts_within,
    done,
    enrol,
    read,
    refused,
    simulated_code,
    words,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def _approve(code: str) -> None:
    approve_production(actor=OPERATOR, partner_code=code, at=timezone.now(), waive="试用")


def _secret(page: str) -> str:
    found = re.search(r'id="secret">([^<]+)<', page)
    assert found is not None
    return found[1]


def test_the_first_page_says_where_one_stands_and_what_comes_next(desks: Desks) -> None:
    told = read(desks.client("metro"), "/portal/")
    assert "成都地铁" in told
    assert "沙箱" in told
    assert "今天还没有入账的记录" in told
    assert "去发密钥" in told
    assert "锦城单车" not in told
    assert "模拟数据" in told


def test_the_first_page_tells_what_came_by_file_too(desks: Desks) -> None:
    assert "最近一次推送 — 最近收到记录 " in read(desks.client("bike"), "/portal/")
    assert "最近一次推送 — 还没有收到" in read(desks.client("metro"), "/portal/")


def test_in_english_nothing_is_left_in_chinese_but_the_name_of_the_language(desks: Desks) -> None:
    client = desks.client("metro", headers={"accept-language": "en"})
    for page in ("", "keys", "sandbox", "quota", "deliveries/", "days", "corrections"):
        told = read(client, f"/portal/{page}").replace("简体中文", "")
        assert not re.search(r"[\u4e00-\u9fff]", told), (page, told)


def test_a_secret_is_shown_once_and_signs_from_then_on(desks: Desks) -> None:
    client = desks.client("metro")
    answer = act(client, "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    secret = _secret(answer.content.decode())
    signing.parse_secret(secret)
    assert [key.environment for key in active_keys(METRO)] == ["sandbox"]
    assert secret not in client.get("/portal/keys").content.decode()
    assert "HMAC-SHA256" in read(client, "/portal/keys")


def test_of_a_pair_the_private_half_is_shown_once_and_the_public_one_stays(desks: Desks) -> None:
    client = desks.client("metro")
    answer = act(client, "/portal/keys", "issue", environment="sandbox", algorithm="ed25519")
    assert _secret(answer.content.decode()).startswith("whsk_")
    told = read(client, "/portal/keys")
    assert "whpk_" in told
    assert "whsk_" not in told


def test_ones_own_public_key_is_registered_and_a_wrong_one_is_said_beside_it(desks: Desks) -> None:
    client = desks.client("metro")
    told = refused(client, "/portal/keys", "register", environment="sandbox", public_key="whpk_no")
    assert "key_malformed" in told
    _, public = signing.new_pair()
    told = done(client, "/portal/keys", "register", environment="sandbox", public_key=public)
    assert "公钥已登记" in told
    assert "Ed25519" in told


def test_a_revoked_key_is_over_and_keeps_its_reason(desks: Desks) -> None:
    client = desks.client("metro")
    act(client, "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    (key,) = active_keys(METRO)
    told = done(client, "/portal/keys", "revoke", key=str(key.id), reason="换服务器")
    assert "密钥已撤销" in told
    assert "换服务器" in told
    assert active_keys(METRO) == []


def test_a_production_key_waits_for_the_approval(desks: Desks) -> None:
    client = desks.client("metro")
    asked = {"environment": "production", "algorithm": "hmac"}
    assert "contract_not_passed" in refused(client, "/portal/keys", "issue", **asked)
    assert "disabled" in client.get("/portal/keys").content.decode()
    _approve(METRO)
    assert act(client, "/portal/keys", "issue", **asked).status_code == 200
    assert "生产" in read(client, "/portal/")


def test_another_partners_key_is_not_there(desks: Desks) -> None:
    act(desks.client("bike"), "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    (key,) = active_keys(BIKE)
    metro = desks.client("metro")
    assert "no_such_key" in refused(metro, "/portal/keys", "revoke", key=str(key.id), reason="x")
    assert metro.post("/portal/keys", {"act": "revoke", "key": "nonsense"}).status_code == 404
    assert [one.id for one in active_keys(BIKE)] == [key.id]


def test_the_contract_test_says_what_to_do_next(desks: Desks) -> None:
    told = read(desks.client("metro"), "/portal/sandbox")
    assert "下一步 用沙箱密钥给一次推送签名并发送" in told
    assert "0 / 20" in told
    assert "/api/v1/behaviours:batch" in told


def test_the_line_to_copy_signs_as_we_verify(desks: Desks) -> None:
    client = desks.client("metro")
    answer = act(client, "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    secret = _secret(answer.content.decode())
    page = client.get("/portal/sandbox").content.decode()
    found = re.search(r'<code class="code line" tabindex="0">(.*?)</code>', page, re.S)
    assert found is not None
    # In place of curl: its arguments, one in a line.
    script = 'curl() { printf "%s\\n" "$@"; }\n' + html.unescape(found[1])
    told = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": "/usr/bin:/bin", "TANHUI_SECRET": secret},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    headers = dict(line.split(": ", 1) for line in told if ": " in line and line[0] != "[")
    key = signing.verify(
        message_id=headers["webhook-id"],
        timestamp=headers["webhook-timestamp"],
        signatures=headers["webhook-signature"],
        body=told[-1].encode(),
        keys=active_keys(METRO),
        now=datetime.now(UTC),
    )
    assert key.partner_code == headers["tanhui-partner"] == METRO


def test_a_day_is_declared_and_the_difference_has_a_name(desks: Desks) -> None:
    client = desks.client("bike")
    day = desks.city.yesterday.isoformat()
    assert "未申报" in read(client, "/portal/days")
    told = done(client, "/portal/days", "declare", day=day, rows="5", amount="")
    assert "有差异" in told
    assert "贵方多 2 条" in told
    told = done(client, "/portal/days", "declare", day=day, rows="3", amount="4,631")
    assert "当天的数已申报" in told
    assert "一致" in told
    english = desks.client("bike", headers={"accept-language": "en"})
    done(client, "/portal/days", "declare", day=day, rows="5", amount="")
    assert "You have 2 rows more" in read(english, "/portal/days")


@pytest.mark.parametrize(
    ("day", "rows", "code"),
    [
        ("tomorrow", "3", "day_malformed"),
        ("2019-01-01", "3", "day_out_of_range"),
        ("2026-11-01", "", "rows_missing"),
        ("2026-11-01", "-3", "number_malformed"),
        ("2026-11-01", "三", "number_malformed"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_and_what_was_typed_stays(
    desks: Desks, day: str, rows: str, code: str
) -> None:
    client = desks.client("bike")
    answer = act(client, "/portal/days", "declare", day=day, rows=rows, amount="77")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert code in page
    assert 'value="77"' in page


def test_the_days_are_a_file_too(desks: Desks) -> None:
    day = desks.city.yesterday.isoformat()
    client = desks.client("bike")
    answer = client.get(f"/portal/days.csv?first={day}&last={day}")
    assert answer["Content-Type"].startswith("text/csv")
    assert f"tanhui-BIKE-{day}" in answer["Content-Disposition"]
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("day,mode,ours_rows")
    assert line.startswith(f"{day},,3,4631,")
    # What makes no sense is said, and is no defect.
    assert client.get("/portal/days?first=2026-13-40").status_code == 422
    assert client.get("/portal/days?first=2026-11-02&last=2026-11-01").status_code == 422


def test_a_record_is_voided_by_its_reference_with_a_reason(desks: Desks) -> None:
    client = desks.client("bike")
    told = done(client, "/portal/corrections", "void", reference="T0001", reason="sent_twice")
    assert "这条记录已作废" in told
    assert "T0001 送重了" in told
    assert "118.389" in told
    again = refused(client, "/portal/corrections", "void", reference="T0001", reason="sent_twice")
    assert "already_voided" in again
    unknown = refused(client, "/portal/corrections", "void", reference="T9", reason="sent_twice")
    assert "no_such_behaviour" in unknown
    assert "unknown_reason" in refused(client, "/portal/corrections", "void", reference="T0002")


def test_another_partners_record_cannot_be_voided(desks: Desks) -> None:
    told = refused(
        desks.client("metro"), "/portal/corrections", "void", reference="T0001", reason="fraud"
    )
    assert "no_such_behaviour" in told
    assert "没有作废过的记录" in read(desks.client("bike"), "/portal/corrections")


def test_the_quota_shows_what_is_left(desks: Desks) -> None:
    told = read(desks.client("bike"), "/portal/quota")
    assert "已用 0 / 2,000,000" in told
    assert "还剩 2,000,000" in told


def test_an_act_that_there_is_not_is_refused(desks: Desks) -> None:
    answer = act(desks.client("bike"), "/portal/keys", "approve")
    assert answer.status_code == 422
    assert "act_unknown" in answer.content.decode()


def test_every_act_is_three_clicks_from_the_first_page(desks: Desks) -> None:
    client = desks.client("metro")
    act(client, "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    # One click to the page, one into the form, one to send it.
    assert acts_within(client, "/portal/", 1) == {
        "issue",
        "register",
        "revoke",
        "declare",
        "void",
    }


def test_staff_log_in_by_phone_at_their_own_door_without_a_script(desks: Desks) -> None:
    assert desks.bike_id
    client = Client()
    assert client.get("/portal/days")["Location"] == "/portal/login?next=%2Fportal%2Fdays"
    door = client.get("/portal/login?next=/portal/days").content.decode()
    assert "13800000011" in door
    assert "13800000001" not in door
    sent = client.post("/portal/login", {"phone": "13800000011", "next": "/portal/days"})
    code = simulated_code(sent.content.decode())
    logged_in = client.post(
        "/portal/login", {"phone": "13800000011", "code": code, "next": "/portal/days"}
    )
    assert logged_in["Location"] == "/portal/days"
    half = client.get("/portal/days")
    assert half["Location"] == "/second-factor/?next=%2Fportal%2Fdays"
    assert 'href="/portal/days"' in enrol(client, "/portal/days")
    assert "锦城单车" in read(client, "/portal/days")
    assert client.get("/portal/login")["Location"] == "/portal/"
    assert client.post("/portal/logout")["Location"] == "/portal/login"
    assert client.get("/portal/").status_code == 302


def test_a_wrong_number_is_said_beside_its_field() -> None:
    answer = Client().post("/portal/login", {"phone": "12345"})
    assert answer.status_code == 422
    assert "这不像一个大陆手机号" in words(answer.content.decode())
