"""What the operator and the authority see and do at the console."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tanhui.behaviours.declarations import SELF
from tanhui.partners.commands import register_partner
from tanhui.partners.contract import approval
from tanhui.partners.queries import partner, rider_book
from tests.cast import BIKE, LIN_XIAO, OPERATOR, ZHOU_SHIFU
from tests.desks import (
    METRO,
    Desks,
    act,
    acts_within,
    done,
    log_in_by_phone,
    read,
    refused,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LOOKED = "轨迹连续，路上没有停车，是骑行。"


def test_the_first_page_counts_what_waits(desks: Desks, hold: str) -> None:
    assert hold
    told = read(desks.client("operator"), "/console/")
    assert "暂缓与申诉 1 不处理，到期自动放行" in told
    assert "24 小时内到期 0" in told
    assert "还在沙箱的数据方 2" in told
    assert "近 14 天对不上的天数 0" in told
    assert "平台运营工作台" in told
    assert "主管部门工作台" in read(desks.client("regulator"), "/console/")


def test_the_first_page_tells_what_came_by_file_too(desks: Desks) -> None:
    told = read(desks.client("operator"), "/console/")
    assert re.search("锦城单车 最近收到记录 .*成都地铁 还没有推送", told), told


def test_in_english_nothing_is_left_in_chinese_but_the_name_of_the_language(
    desks: Desks, hold: str
) -> None:
    client = desks.client("operator", headers={"accept-language": "en"})
    pages = ("/console/", "/console/holds/", hold, "/console/holds/quality", "/console/partners/")
    for page in (*pages, f"/console/partners/{BIKE}/", f"/console/partners/{BIKE}/days"):
        told = read(client, page).replace("简体中文", "")
        assert not re.search(r"[\u4e00-\u9fff]", told), (page, told)


def test_partners_are_listed_with_where_they_stand(desks: Desks) -> None:
    told = read(desks.client("operator"), "/console/partners/")
    assert "锦城单车 BIKE 沙箱" in told
    assert "成都地铁 METRO 沙箱 metro" in told


def test_what_citizens_declare_is_no_partner_that_waits_to_be_approved(desks: Desks) -> None:
    register_partner(
        actor=OPERATOR,
        code=SELF,
        name_zh="自行申报",
        name_en="Own declarations",
        scene="",
        simulated=True,
        at=desks.city.at,
    )
    client, page = desks.client("operator"), f"/console/partners/{SELF}/"
    assert "自行申报" not in read(client, "/console/")
    assert "自行申报" not in read(client, "/console/partners/")
    assert "自行申报" in read(client, "/console/records")
    assert client.get(page).status_code == 404
    assert act(client, page, "approve", waive="a slip").status_code == 404
    assert approval(partner(SELF).id) is None


def test_a_partner_is_registered_and_starts_in_the_sandbox(desks: Desks) -> None:
    client = desks.client("operator")
    told = done(
        client,
        "/console/partners/",
        "register",
        code="bus",
        name_zh="成都公交",
        name_en="Chengdu Bus",
        expected_hours="48",
        modes=["bus"],
    )
    assert "数据方已登记，从沙箱开始" in told
    assert "还没有人能登录这家的工作台" in told
    assert (partner("BUS").modes, partner("BUS").expected_hours) == (["bus"], 48)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "公交"}, "partner_code_malformed"),
        ({"code": "BIKE"}, "partner_exists"),
        ({"name_en": ""}, "partner_incomplete"),
        ({"modes": []}, "partner_incomplete"),
        ({"modes": ["rocket"]}, "mode_unknown"),
        ({"expected_hours": "10000"}, "expected_hours_out_of_range"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused_on_the_page(
    desks: Desks, changed: dict[str, object], code: str
) -> None:
    fields = {"code": "BUS", "name_zh": "公交", "name_en": "Bus", "modes": ["bus"]} | changed
    client = desks.client("operator")
    assert code in refused(client, "/console/partners/", "register", **fields)


def test_approval_names_what_is_missing_and_a_waiver_is_kept(desks: Desks) -> None:
    client, page = desks.client("operator"), f"/console/partners/{METRO}/"
    told = refused(client, page, "approve", waive="")
    assert "沙箱验收还差 8 项" in told
    told = done(client, page, "approve", waive="先前一年都由文件接入")
    assert "已批准上线" in told
    assert "免验收 先前一年都由文件接入" in told
    assert "批准上线 </button>" not in client.get(page).content.decode()


def test_the_quota_is_set(desks: Desks) -> None:
    client, page = desks.client("operator"), f"/console/partners/{METRO}/"
    told = done(client, page, "quota", items_per_day="30,000", requests_per_minute="60")
    assert "已用 0 / 30,000" in told
    assert "已用 0 / 60" in told
    asked = {"items_per_day": "", "requests_per_minute": "60"}
    assert "quota_out_of_range" in refused(client, page, "quota", **asked)


def test_what_was_agreed_is_changed(desks: Desks) -> None:
    client, page = desks.client("operator"), f"/console/partners/{METRO}/"
    told = done(client, page, "expect", expected_hours="6", modes=["metro", "bus"])
    assert "约定已改" in told
    assert (partner(METRO).expected_hours, partner(METRO).modes) == (6, ["bus", "metro"])
    assert "mode_unknown" in refused(client, page, "expect", expected_hours="6", modes=["rocket"])
    asked = {"expected_hours": "0", "modes": ["bus"]}
    assert "expected_hours_out_of_range" in refused(client, page, "expect", **asked)


def test_a_person_gets_a_seat_at_a_partners_desk_and_loses_it(desks: Desks) -> None:
    client, page = desks.client("operator"), f"/console/partners/{METRO}/"
    told = done(client, page, "member", phone="139 1234 5678", display_name="小王")
    assert "人员已登记" in told
    assert "小王 139****5678" in told
    other = Client()
    log_in_by_phone(other, "/portal/login", "13912345678")
    assert "成都地铁" in read(other, "/portal/")
    membership = re.findall(r'name="membership" value="(\d+)"', client.get(page).content.decode())
    told = done(client, page, "end_member", membership=membership[-1])
    assert "这个岗位已结束" in told
    assert other.get("/portal/")["Location"].startswith("/portal/login")


def test_a_seat_of_another_partner_is_not_ended_here(desks: Desks) -> None:
    client = desks.client("operator")
    page = client.get(f"/console/partners/{BIKE}/").content.decode()
    (membership,) = re.findall(r'name="membership" value="(\d+)"', page)
    told = refused(client, f"/console/partners/{METRO}/", "end_member", membership=membership)
    assert "membership_unknown" in told
    assert desks.client("bike").get("/portal/").status_code == 200


def test_a_record_is_found_by_its_reference_and_voided(desks: Desks) -> None:
    client = desks.client("operator")
    address = f"/console/records?partner={BIKE}&reference=T0001"
    told = read(client, address)
    assert "共享单车骑行 已入账" in told
    assert "2,431 m" in told
    assert "林晓" not in told
    told = done(
        client,
        "/console/records",
        "void",
        partner=BIKE,
        reference="T0001",
        reason="wrong_person",
    )
    assert "这条记录已作废" in told
    assert "记错了人" in told
    assert "已作废：减排量和积分已冲回" in told


def test_a_record_that_is_not_there_is_said_on_the_page(desks: Desks) -> None:
    told = read(desks.client("operator"), f"/console/records?partner={BIKE}&reference=NONE")
    assert "没有这条记录" in told
    told = read(desks.client("operator"), "/console/records?partner=NOBODY&reference=T0001")
    assert "没有登记的数据方" in told


def test_a_held_record_leads_to_its_hold(desks: Desks, hold: str) -> None:
    page = desks.client("operator").get(f"/console/records?partner={BIKE}&reference=FAST-1")
    assert f'href="{hold}"' in page.content.decode()
    assert "no_such" not in page.content.decode()
    told = refused(
        desks.client("operator"),
        "/console/records",
        "void",
        partner=BIKE,
        reference="FAST-1",
        reason="fraud",
    )
    assert "hold_open" in told


def test_the_authority_reads_and_decides_and_is_offered_nothing_else(
    desks: Desks, hold: str
) -> None:
    client = desks.client("regulator")
    assert acts_within(client, "/console/", 2) == {"decide", "send"}
    for page, name in (
        ("/console/partners/", "register"),
        (f"/console/partners/{METRO}/", "approve"),
        (f"/console/partners/{METRO}/", "quota"),
        (f"/console/partners/{METRO}/", "expect"),
        (f"/console/partners/{METRO}/", "member"),
        (f"/console/partners/{METRO}/", "end_member"),
        (f"/console/partners/{METRO}/", "revoke"),
        ("/console/records", "void"),
    ):
        fields = {
            "code": "BUS",
            "name_zh": "公交",
            "name_en": "Bus",
            "modes": ["bus"],
            "waive": "x",
            "expected_hours": "6",
            "items_per_day": "1",
            "requests_per_minute": "1",
            "phone": "13912345678",
            "membership": "1",
            "key": "00000000-0000-0000-0000-000000000000",
            "partner": BIKE,
            "reference": "T0001",
            "reason": "fraud",
        }
        answer = act(client, page, name, **fields)
        assert answer.status_code == 403, name
        assert "not_permitted" in answer.content.decode()
    assert client.get(hold).status_code == 200


def test_every_act_of_the_operator_is_three_clicks_from_the_first_page(
    desks: Desks, hold: str
) -> None:
    assert hold
    act(desks.client("metro"), "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    # Two clicks on links at most, and one to send the form.
    assert acts_within(desks.client("operator"), "/console/", 2) >= {
        "decide",
        "register",
        "approve",
        "quota",
        "expect",
        "member",
        "end_member",
        "revoke",
    }


def test_unknown_partners_deliveries_and_holds_are_not_found(desks: Desks) -> None:
    client, nothing = desks.client("operator"), "00000000-0000-0000-0000-000000000000"
    for page in (
        "/console/partners/NOBODY/",
        "/console/partners/NOBODY/days",
        f"/console/partners/{BIKE}/deliveries/{nothing}",
        f"/console/holds/{nothing}",
    ):
        assert client.get(page).status_code == 404, page


def test_a_rider_is_bound_at_the_page_of_its_partner(desks: Desks) -> None:
    client, page = desks.client("operator"), f"/console/partners/{BIKE}/"
    riders = len(rider_book(partner(BIKE).id).digests)
    told = done(client, page, "bind", rider="jc-new", rider_phone=LIN_XIAO.phone)
    assert "骑行者已绑定" in told
    assert len(rider_book(partner(BIKE).id).digests) == riders + 1
    done(client, page, "bind", rider="jc-new", rider_phone=LIN_XIAO.phone)
    assert len(rider_book(partner(BIKE).id).digests) == riders + 1


@pytest.mark.parametrize(
    ("rider", "phone", "code"),
    [
        ("", LIN_XIAO.phone, "rider_malformed"),
        ("长" * 43, LIN_XIAO.phone, "rider_malformed"),
        ("jc-new", "139", "phone_invalid"),
        ("jc-new", "13900009999", "phone_not_registered"),
        ("lin", ZHOU_SHIFU.phone, "rider_bound_elsewhere"),
    ],
)
def test_a_rider_that_cannot_be_bound_is_refused_beside_the_form(
    desks: Desks, rider: str, phone: str, code: str
) -> None:
    client, page = desks.client("operator"), f"/console/partners/{BIKE}/"
    told = refused(client, page, "bind", rider=rider, rider_phone=phone)
    assert told.count(code) == 1
    assert told.index("绑定骑行者") < told.index(code) < told.index("数据方的骑行者编号")


def test_the_authority_is_not_offered_to_bind_riders(desks: Desks) -> None:
    client, page = desks.client("regulator"), f"/console/partners/{BIKE}/"
    assert "绑定骑行者" not in read(client, page)
    answer = act(client, page, "bind", rider="jc-new", rider_phone=LIN_XIAO.phone)
    assert answer.status_code == 403
