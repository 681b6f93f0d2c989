"""The mall's pages: the shelf, the yes, the voucher, giving back, and each honest no."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.rewards import queries
from tanhui.rewards.ending import end_due
from tanhui.rewards.moving_code import moving_text
from tanhui.rewards.till import accept_voucher, look_at
from tests.citizen.mall_town import BUS, CUP, FEW, GIFT, TEA, browser_of, open_town
from tests.rewards.mall import Mall

pytestmark = pytest.mark.django_db

CHINESE = re.compile(r"[\u4e00-\u9fff]")
INLINE = re.compile(r"\sstyle=|<style|\son\w+=|<script(?! src)")


@pytest.fixture
def town(db: None) -> Mall:
    """The town with its mall; all of it is gone after the test."""
    del db
    return open_town()


def text_of(client: Client, path: str, status: int = 200) -> str:
    """A page, which is there."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.get("Location"))
    return " ".join(answer.content.decode().split())


def field_of(html: str, name: str) -> str:
    """What a hidden field of a form holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def phone_of_lin() -> Client:
    """Another browser, in which 林晓 logs in by the code on her phone."""
    client, phone = Client(), "13800000001"
    sent = client.post("/m/login", {"phone": phone}).content.decode()
    code = re.search(r'class="sent">(\d{6})<', sent)
    assert code, sent
    client.post("/m/login", {"phone": phone, "code": code[1]})
    return client


def redeemed(client: Client, code: str = TEA, **more: str) -> str:
    """Says yes on an offer's page; answers where that leads."""
    key = field_of(text_of(client, f"/m/mall/{code}"), "key")
    answer = client.post(f"/m/mall/{code}", {"key": key, "units": "1", **more})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_the_shelf_tells_what_is_left_who_pays_and_what_is_missing(town: Mall) -> None:
    html = text_of(browser_of(), "/m/mall/")
    assert '<span class="num">1,338</span>' in html
    for word in ("剩 12 张", "限望江楼", "出资：", "还差 12", "已换完", "补 500 张", "模拟数据"):
        assert word in html, word
    for word in ("抽奖", "倒计时</", "元"):
        assert word not in html, word
    # What can be had comes first, what is gone last.
    assert html.index("盖碗茶") < html.index("手作陶杯") < html.index("公交月卡")
    assert town.offers


def test_a_category_keeps_its_own_and_a_nonsense_one_keeps_all(town: Mall) -> None:
    client = browser_of()
    html = text_of(client, "/m/mall/?kind=travel")
    assert "公交月卡" in html
    assert "盖碗茶" not in html
    assert "盖碗茶" in text_of(client, "/m/mall/?kind=nonsense")
    assert town.offers


def test_three_clicks_lead_from_home_to_a_voucher(town: Mall) -> None:
    client = browser_of()
    home = text_of(client, "/m/")
    assert 'href="/m/mall/"' in home
    mall = text_of(client, "/m/mall/")
    assert f'href="/m/mall/{TEA}"' in mall
    offer = text_of(client, f"/m/mall/{TEA}")
    for word in ("−260", "1,078", "9.00 元", "有效期", "市级公益资金"):
        assert word in offer, word
    page = text_of(client, redeemed(client))
    for word in ("可用", "二维码每 30 秒更新", "退回积分", "到期前 7 天会提醒你", "换好了"):
        assert word in page, word
    assert town.points(at=timezone.now()) == (1_078, 260)
    assert "我的券 1" in text_of(client, "/m/mall/")
    assert "盖碗茶一位" in text_of(client, "/m/mall/orders")


def test_the_same_form_sent_twice_is_one_redemption(town: Mall) -> None:
    client = browser_of()
    key = field_of(text_of(client, f"/m/mall/{TEA}"), "key")
    first, second = (
        client.post(f"/m/mall/{TEA}", {"key": key, "units": "1"})["Location"] for _ in range(2)
    )
    assert first == second
    other = client.post(f"/m/mall/{TEA}", {"key": key, "units": "2"})
    assert other.status_code == 409
    assert "已用于另一次兑换" in other.content.decode()
    assert town.points(at=timezone.now()) == (1_078, 260)


def test_several_at_once_cost_so_many_times_and_no_more_than_allowed(town: Mall) -> None:
    client = browser_of()
    html = text_of(client, f"/m/mall/{TEA}?units=2")
    assert "−520" in html
    assert "818" in html
    assert 'href="?units=3"' in html
    # Four a person, also where somebody writes another number into the address.
    assert field_of(text_of(client, f"/m/mall/{TEA}?units=99"), "units") == "4"
    answer = client.post(f"/m/mall/{TEA}", {"key": uuid4().hex, "units": "5"})
    assert answer.status_code == 429
    assert "每人限 4 份" in answer.content.decode()
    for nonsense in ("", "many", "1000", "-1", "0"):
        answer = client.post(f"/m/mall/{TEA}", {"key": uuid4().hex, "units": nonsense})
        assert answer.status_code == 422, nonsense
    assert town.points(at=timezone.now()) == (1_338, 0)


def test_the_moving_picture_is_taken_at_the_till_and_an_old_one_is_not(town: Mall) -> None:
    client, at = browser_of(), timezone.now()
    path = redeemed(client)
    code = queries.redemptions(town.lin)[0].id
    voucher = queries.voucher_of(town.lin, code)
    assert voucher
    assert voucher.shown in text_of(client, path)
    part = client.get(f"{path}/moving", headers={"hx-request": "true"})
    assert 'id="moving"' in part.content.decode()
    assert "<svg" in part.content.decode()
    assert client.get(f"{path}/moving")["Location"] == path
    merchant = town.actor("merchant")
    with pytest.raises(Refusal) as refused:
        look_at(actor=merchant, text=moving_text(voucher.code, at - timedelta(minutes=2)), at=at)
    assert refused.value.code == "voucher_stale"
    accept_voucher(actor=merchant, text=moving_text(voucher.code, at), at=at)
    # The page that is being held out is told at once and shows that it is used.
    assert client.get(f"{path}/moving", headers={"hx-request": "true"})["HX-Refresh"] == "true"
    page = text_of(client, path)
    assert "已使用" in page
    assert "商家扫码，用掉了" in page
    assert voucher.shown not in page
    assert client.post(f"{path}/return").status_code == 409


def test_what_is_not_wanted_goes_back_with_its_points(town: Mall) -> None:
    client = browser_of()
    path = redeemed(client)
    assert "到期日不变，至少还能用 30 天" in text_of(client, f"{path}/return")
    assert client.post(f"{path}/return")["Location"] == path
    page = text_of(client, path)
    assert "260 积分已退回" in page
    assert "你退回了，积分已还" in page
    assert client.get(f"{path}/return")["Location"] == path
    assert town.points(at=timezone.now()) == (1_338, 0)
    assert queries.shelved(TEA, timezone.now()).left == 12


def test_the_ledger_tells_what_points_went_to(town: Mall) -> None:
    client = browser_of()
    assert 'id="spent"' not in text_of(client, "/m/statement")
    path = redeemed(client)
    page = text_of(client, "/m/statement")
    assert 'id="spent"' in page
    assert path in page
    assert "−260" in page
    client.post(f"{path}/return")
    page = text_of(client, "/m/statement")
    assert path in page
    assert "−260" not in page
    assert town.points(at=timezone.now()) == (1_338, 0)


def test_a_voucher_that_nobody_used_says_so(town: Mall) -> None:
    client = browser_of()
    path = redeemed(client)
    end_due(actor=platform_actor(), at=timezone.now() + timedelta(days=40))
    assert "到期没用，积分自动退回" in text_of(client, path)
    assert town.points(at=timezone.now()) == (1_338, 0)


def test_the_last_one_gone_is_a_kind_page(town: Mall) -> None:
    client, other = browser_of(), browser_of()
    key = field_of(text_of(client, f"/m/mall/{FEW}"), "key")
    redeemed(other, FEW)
    answer = client.post(f"/m/mall/{FEW}", {"key": key, "units": "1"})
    html = answer.content.decode()
    assert answer.status_code == 429
    for word in ("刚刚换完了，你的积分没有动。", "看别的", "先到先得"):
        assert word in html, word
    gone = text_of(client, f"/m/mall/{BUS}")
    assert "再放 500 张" in gone
    assert 'name="key"' not in gone, "nothing can be sent where nothing is left"
    assert town.points(at=timezone.now()) == (1_098, 240)


def test_a_dear_thing_says_how_far_one_is(town: Mall) -> None:
    html = text_of(browser_of(), f"/m/mall/{CUP}")
    assert "还差 12 积分。" in html
    assert "看今天能做什么" in html
    assert town.offers


def test_a_level_and_an_end_are_told_before_anything_is_sent(town: Mall) -> None:
    now = timezone.now()
    town.offer("R-9101", min_level=3, title_zh="雪山日出", title_en="Sunrise", published_at=now)
    town.stock("R-9101", 5, at=now)
    town.offer("R-9102", state="closed", title_zh="旧券", title_en="Old", published_at=now)
    client = browser_of()
    assert "等级未到" in text_of(client, "/m/mall/")
    high = text_of(client, "/m/mall/R-9101")
    assert "到“雪山”这一级才能换：累计减排满 100.000 kg。" in high
    old = text_of(client, "/m/mall/R-9102")
    assert "这件权益已经下架。" in old
    for code, html, status in (("R-9101", high, 403), ("R-9102", old, 409)):
        assert 'name="key"' not in html
        answer = client.post(f"/m/mall/{code}", {"key": uuid4().hex, "units": "1"})
        assert answer.status_code == status
    assert client.get("/m/mall/R-9101/picture").status_code == 404
    assert town.points(at=timezone.now()) == (1_338, 0)


def test_much_at_once_asks_for_the_phone_and_keeps_it_meanwhile(town: Mall) -> None:
    client = browser_of()
    assert "核对手机，再换" in text_of(client, f"/m/mall/{TEA}?units=3")
    where = redeemed(client, TEA, units="3")
    assert where.startswith("/m/prove?next=")
    made = queries.redemptions(town.lin)[0]
    path = f"/m/mall/orders/{made.id}"
    page = text_of(client, path)
    assert "给你留到" in page
    assert "待确认" in page
    assert client.post(f"{path}/confirm").status_code == 403
    sent = client.post("/m/prove", {"next": path}).content.decode()
    code = re.search(r'class="sent">(\d{6})<', sent)
    assert code, sent
    assert client.post("/m/prove", {"next": path, "code": code[1]})["Location"] == path
    assert "用 780 积分换" in text_of(client, path)
    assert client.post(f"{path}/confirm")["Location"] == path
    assert "可用" in text_of(client, path)


def test_a_new_device_is_told_from_what_hour_on_it_may(town: Mall) -> None:
    browser_of()
    second = phone_of_lin()
    page = text_of(second, f"/m/mall/{TEA}?units=2")
    assert "这台设备刚登录不久。" in page
    assert 'name="key"' not in page
    answer = second.post(f"/m/mall/{TEA}", {"key": uuid4().hex, "units": "2"})
    assert answer.status_code == 403
    assert "起可以换这么多" in answer.content.decode()
    assert redeemed(second)
    assert town.points(at=timezone.now()) == (1_078, 260)


def test_a_gift_is_given_and_leads_to_what_became_of_it(town: Mall) -> None:
    client = browser_of()
    assert "捐出 100 积分" in text_of(client, f"/m/mall/{GIFT}")
    page = text_of(client, redeemed(client, GIFT))
    assert "已捐出" in page
    assert 'href="/m/points/give"' in page
    assert "退回积分" not in page
    assert town.points(at=timezone.now()) == (1_238, 0)


def test_a_wrong_order_is_disputed_in_ones_own_words(town: Mall) -> None:
    client = browser_of()
    path = redeemed(client)
    empty = client.post(f"{path}/dispute", {"act": "open", "words": " "})
    assert empty.status_code == 422
    sent = client.post(f"{path}/dispute", {"act": "open", "words": "店里说今天没有了"})
    assert sent["Location"] == f"{path}/dispute"
    page = text_of(client, f"{path}/dispute")
    for word in ("等商家答复", "店里说今天没有了", "撤回争议"):
        assert word in page, word
    assert "争议 Q-" in text_of(client, path)
    client.post(f"{path}/dispute", {"act": "withdraw"})
    assert "已撤回" in text_of(client, f"{path}/dispute")
    assert town.offers


def test_nobody_sees_another_ones_orders(town: Mall) -> None:
    path = redeemed(browser_of())
    other = browser_of("zhou-shifu")
    for each in (path, f"{path}/return", f"{path}/dispute"):
        assert other.get(each).status_code == 404, each
    assert other.get(f"{path}/moving", headers={"hx-request": "true"}).status_code == 404
    assert other.post(f"{path}/return").status_code == 404
    assert Client().get(path)["Location"].startswith("/m/login?next=")
    assert text_of(other, f"/m/mall/orders/{UUID(int=7)}", 404)
    assert text_of(other, "/m/mall/R-0000", 404)
    assert town.offers


def test_english_is_complete_and_pages_bring_no_inline_code(town: Mall) -> None:
    client = browser_of(headers={"accept-language": "en"})
    path = redeemed(client)
    gift = redeemed(client, GIFT)
    client.post(f"{path}/dispute", {"act": "open", "words": "none left"})
    back = redeemed(client)
    client.post(f"{back}/return")
    for each in (
        "/m/",
        "/m/mall/",
        *(f"/m/mall/{code}" for code in town.offers),
        f"/m/mall/{TEA}?units=3",
        "/m/mall/orders",
        path,
        f"{path}/return",
        f"{path}/dispute",
        gift,
        back,
        "/m/me",
    ):
        html = text_of(client, each)
        left = html.replace("简体中文", "")
        assert not CHINESE.search(left), (each, CHINESE.findall(left))
        assert not INLINE.search(html), each


def test_elder_view_has_three_tabs_and_the_mall_in_one_tap(town: Mall) -> None:
    client = browser_of("zhou-shifu")
    home = text_of(client, "/m/")
    tabs = home[home.index('<nav class="tabs') :]
    assert tabs.count("<a href=") == 3
    assert 'href="/m/mall/"' in home
    assert "读给我听" in text_of(client, "/m/mall/")
    standard = text_of(browser_of(), "/m/")
    tabs = standard[standard.index('<nav class="tabs') :]
    assert re.findall(r"</svg> ?(?:</i>)?(\w+)", tabs) == ["首页", "场景", "打卡", "商城", "我的"]
    assert town.offers


def test_home_says_what_the_balance_would_bring(town: Mall) -> None:
    html = text_of(browser_of(), "/m/")
    assert "够换盖碗茶一位" in html
    assert "还有别的 1 样" in html
    poor = text_of(browser_of("zhou-shifu"), "/m/")
    assert "够换盖碗茶" not in poor
    assert town.offers
