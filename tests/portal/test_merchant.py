"""A merchant's desk: the till and what it refuses, offers up to the shelf, codes, disputes."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from tanhui.identity.commands import platform_actor
from tanhui.rewards import catalogue, dispute_queries, queries, settlements, statements
from tanhui.rewards.disputes import open_dispute
from tanhui.rewards.merchant_queries import Taken, taken
from tanhui.rewards.moving_code import moving_text
from tanhui.rewards.records import Redemption
from tanhui.rewards.till import accept_voucher
from tests.citizen.mall_town import browser_of
from tests.desks import act, acts_within, done, read, refused, words
from tests.rewards.mall import Mall, open_mall

pytestmark = [pytest.mark.database, pytest.mark.django_db]

HOME = "/portal/merchant/"
TILL = f"{HOME}till"
OFFERS = f"{HOME}offers/"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HERS = "说好的盖碗茶，店里说今天不接待。"
TEA = {
    "title_zh": "红茶一壶",
    "title_en": "A pot of black tea",
    "kind": "voucher",
    "delivery": "scan",
    "category": "food",
    "price_points": "300",
    "value": "18.5",
    "valid_days": "14",
    "person_max": "2",
    "min_level": "0",
    "art": "tea",
    "place_zh": "望江楼店",
}


@pytest.fixture
def mall(db: None) -> Mall:
    """The tea house's tea on the shelf since two hours ago; 林晓 has 3,000 points."""
    del db
    at = timezone.now() - timedelta(hours=2)
    made = open_mall(points=3_000, at=at)
    made.offer(made_at=at, published_at=at)
    made.stock(at=at)
    return made


def redeemed(mall: Mall, code: str = "R-9001") -> tuple[Redemption, str]:
    """A redemption of 林晓's, and the eight letters of its voucher."""
    made = mall.redeem(code, at=timezone.now())
    voucher = queries.voucher_of(mall.lin, made.id)
    return made, voucher.code if voucher else ""


def verdict(page: str) -> str:
    """What the till says at once: `look`, `taken`, or the code of a refusal."""
    found = re.search(r'data-verdict="(\w+)"', page)
    return found[1] if found else ""


def test_the_till_shows_what_it_is_takes_it_once_and_says_when_it_was_used(mall: Mall) -> None:
    shop = browser_of("merchant")
    _, code = redeemed(mall)
    page = shop.get(TILL).content.decode()
    assert (verdict(page), "今天还没有" in page, " autofocus" in page) == ("", True, True)

    scanned = moving_text(code, timezone.now())
    looked = act(shop, TILL, "look", text=scanned)
    page = looked.content.decode()
    assert (looked.status_code, verdict(page)) == (200, "look")
    for word in ("盖碗茶一位", f"{code[:4]} {code[4:]}", "9.00", "确认核销"):
        assert word in page, word
    # The button sends the eight letters, which are still good when the picture is not any more.
    assert f'name="text" value="{code}"' in page
    assert taken_today(mall) == []

    answer = act(shop, TILL, "accept", text=code)
    assert answer.status_code == 302
    page = shop.get(answer["Location"]).content.decode()
    assert (verdict(page), "应付你 9.00 元" in page) == ("taken", True)
    assert [row.units for row in taken_today(mall)] == [1]
    # Whatever is tried with it again is refused with the time at which it was used.
    for name in ("look", "accept"):
        again = act(shop, TILL, name, text=code.lower())
        assert (again.status_code, verdict(again.content.decode())) == (409, "voucher_used")
        assert "用过了" in words(again.content.decode())
    assert "已核销" not in shop.get(f"{TILL}?taken=nonsense").content.decode()
    assert verdict(browser_of("merchant-2").get(answer["Location"]).content.decode()) == ""


def test_the_till_names_each_no(mall: Mall) -> None:
    shop = browser_of("merchant")
    made, code = redeemed(mall)
    old = moving_text(code, timezone.now() - timedelta(minutes=5))
    for text, status, name in (
        (old, 409, "voucher_stale"),
        ("7K2M 94QD", 404, "no_such_voucher"),
        ("', DROP", 404, "no_such_voucher"),
        ("x" * 5_000, 404, "no_such_voucher"),
        ("", 404, "no_such_voucher"),
    ):
        answer = act(shop, TILL, "look", text=text)
        assert (answer.status_code, verdict(answer.content.decode())) == (status, name)
        assert 'role="alert"' in answer.content.decode()
    answer = act(browser_of("merchant-2"), TILL, "look", text=code)
    assert (answer.status_code, verdict(answer.content.decode())) == (403, "not_your_voucher")
    assert browser_of().post(f"/m/mall/orders/{made.id}/return").status_code == 302
    answer = act(shop, TILL, "look", text=code)
    assert (answer.status_code, verdict(answer.content.decode())) == (409, "voucher_over")
    assert "没有这个操作" in words(act(shop, TILL, "steal").content.decode())


def test_the_camera_is_the_tills_alone_and_the_desk_the_merchants(mall: Mall) -> None:
    shop = browser_of("merchant")
    assert "camera=(self)" in shop.get(TILL)["Permissions-Policy"]
    assert "camera=()" in shop.get(HOME)["Permissions-Policy"]
    assert mall.offers
    pages = ("", "till", "offers/", "redemptions/", "statements/", "disputes/")
    for path in (f"{HOME}{page}" for page in pages):
        assert browser_of("operator").get(path).status_code == 403
        assert browser_of().get(path).status_code == 403
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/portal/login")
    assert shop.get("/portal/")["Location"] == HOME
    # From the first page everything is at most two clicks away.
    found = acts_within(shop, HOME, 2)
    assert found >= {"look", "draft", "close"}


def test_home_and_history_tell_today_and_never_who(mall: Mall) -> None:
    shop = browser_of("merchant")
    assert "没有等你办的" in read(shop, HOME)
    made, code = redeemed(mall)
    assert "已换出，还没来用 1" in read(shop, HOME)
    # The letters of a voucher that is not used would be worth something, so they are not told.
    assert code not in shop.get(f"{HOME}redemptions/{made.id}").content.decode()
    done(shop, TILL, "accept", text=code)
    page = read(shop, HOME)
    assert "今天给出 1 份 出资方应付 9.00 元" in page
    history = read(shop, f"{HOME}redemptions/")
    assert "共 1 份，出资方应付 9.00 元" in history
    assert f"{code[:4]} {code[4:]}" in history
    for text in (page, history, read(shop, f"{HOME}redemptions/{made.id}")):
        assert "林晓" not in text
        assert "****0001" not in text
    file = shop.get(f"{HOME}redemptions.csv").content.decode("utf-8-sig")
    head, row = file.splitlines()
    assert head.startswith("时间,权益编号")
    assert row.split(",")[1:7] == ["R-9001", "盖碗茶一位", "1", "9.00", "已核销", code[-4:]]
    assert shop.get(f"{HOME}redemptions/?first=2026-13-40").status_code == 422
    assert "没有给出过" in read(shop, f"{HOME}redemptions/?first=2020-01-01&last=2020-01-31")
    assert browser_of("merchant-2").get(f"{HOME}redemptions/{made.id}").status_code == 404


def test_an_offer_is_drafted_changed_drawn_handed_in_and_taken_back(mall: Mall) -> None:
    shop = browser_of("merchant")
    answer = act(shop, f"{OFFERS}new", "draft", **TEA)
    assert answer.status_code == 302, words(answer.content.decode())
    address = answer["Location"].partition("?")[0]
    code = address.rpartition("/")[2]
    page = shop.get(address).content.decode()
    for word in ("红茶一壶", "草稿", "18.50", "市民看到的样子", "art-tea"):
        assert word in page, word
    kept = queries.offer(code)
    assert (kept.value_fen, kept.person_max, kept.person_day_max) == (1_850, 2, None)

    # What was typed stays in the form when it is refused.
    wrong = {**TEA, "price_points": "many", "title_zh": "红茶两壶"}
    assert "整数" in refused(shop, f"{address}/edit", "change", **wrong)
    page = act(shop, f"{address}/edit", "change", **wrong).content.decode()
    assert 'value="红茶两壶"' in page
    assert "yuan_malformed" in refused(shop, f"{OFFERS}new", "draft", **{**TEA, "value": "1.234"})
    assert "offer_invalid" in refused(shop, f"{OFFERS}new", "draft", **{**TEA, "kind": "car"})
    done(shop, f"{address}/edit", "change", **{**TEA, "title_en": "", "valid_days": "30"})
    assert "titles_missing" in refused(shop, address, "submit")
    done(shop, f"{address}/edit", "change", **TEA)

    stream = BytesIO()
    Image.new("RGB", (400, 220), "brown").save(stream, "PNG")
    stream.name = "tea.png"
    stream.seek(0)
    assert "图片已换" in done(shop, address, "picture", file=stream)
    assert shop.get(f"{address}/picture")["Content-Type"].startswith("image/")
    assert browser_of("merchant-2").get(f"{address}/picture").status_code == 404
    assert "file_missing" in refused(shop, address, "picture")

    assert "等平台审核" in done(shop, address, "submit")
    assert "offer_fixed" in refused(shop, f"{address}/edit", "change", **TEA)
    catalogue.return_offer(
        actor=mall.actor("operator"), offer_code=code, words="写清几个人喝。", at=timezone.now()
    )
    assert "平台退回了：红茶一壶" in read(shop, HOME)
    assert "写清几个人喝。" in read(shop, address)
    done(shop, address, "submit")
    assert "又是草稿" in done(shop, address, "withdraw")
    assert "已下架" in done(shop, address, "close")
    assert browser_of("merchant-2").get(address).status_code == 404


def test_codes_come_by_file_and_the_report_names_every_line(mall: Mall) -> None:
    mall.offer("R-9002", merchant="TICKETS", kind="ticket", delivery="code", category="travel")
    shop = browser_of("merchant-2")
    address = f"{OFFERS}R-9002/codes"
    assert "空闲" in read(shop, address)

    def sent(text: str) -> BytesIO:
        stream = BytesIO(text.encode("gb18030"))
        stream.name = "codes.csv"
        return stream

    first = act(shop, address, "import", file=sent("券码\nAA-1111\nAA-2222\nAA-1111\nx\n"))
    told = words(first.content.decode())
    assert "条数 4 新导入 2 重复 1 不合格 1" in told
    assert "文件里前面已有" in told
    told = words(act(shop, address, "import", file=sent("AA-2222\nAA-3333\n")).content.decode())
    assert "以前导入过" in told
    assert "3 个空闲" in told
    assert "file_missing" in refused(shop, address, "import")
    assert "codes_empty" in refused(shop, address, "import", file=sent("\n"))
    assert act(browser_of("merchant"), address, "import", file=sent("A-1")).status_code == 404
    tea = f"{OFFERS}R-9001/codes"
    assert "不用券码" in read(browser_of("merchant"), tea)


def test_a_dispute_is_answered_at_the_shop_and_decided_at_the_operators_desk(mall: Mall) -> None:
    shop, operator = browser_of("merchant"), browser_of("operator")
    made, code = redeemed(mall)
    done(shop, TILL, "accept", text=code)
    dispute = open_dispute(
        actor=mall.citizen(), redemption_id=made.id, words=HERS, at=timezone.now()
    )
    address, desk = f"{HOME}disputes/{dispute.code}", f"/console/disputes/{dispute.code}"
    assert "答复争议：盖碗茶一位" in read(shop, HOME)
    assert dispute.code in read(shop, f"{HOME}disputes/")
    page = read(shop, address)
    assert HERS in page
    assert "林晓" not in page
    assert "没有等你裁定的" in read(operator, "/console/disputes/")
    assert "先等另一方的话" in read(operator, desk)
    assert dispute.code in read(operator, "/console/disputes/?queue=live")
    assert "dispute_words_missing" in refused(shop, address, "answer", words=" ")
    assert "等平台裁定" in done(shop, address, "answer", words="当天停电。")
    assert browser_of("merchant-2").get(address).status_code == 404
    assert "not_your_word" in refused(shop, address, "withdraw")

    page = read(operator, desk)
    for word in (HERS, "当天停电。", "此前争议 0 件"):
        assert word in page
    assert "由平台运营裁定" in read(browser_of("regulator"), desk)
    assert "dispute_decision_unknown" in refused(operator, desk, "decide", words="x")
    told = done(operator, desk, "decide", decision="refund", words="没有给到，退回。")
    assert "已裁定退回" in told
    assert dispute.code in read(operator, "/console/disputes/?queue=closed")
    assert "没有给到，退回。" in read(shop, address)
    assert "共 0 份，出资方应付 0.00 元" in read(shop, f"{HOME}redemptions/")
    assert queries.redemption(mall.lin, made.id).state == "refunded"
    assert operator.get("/console/disputes/D-9999").status_code == 404


def test_a_shop_that_cannot_serve_says_so_and_can_take_it_back(mall: Mall) -> None:
    shop = browser_of("merchant")
    made, code = redeemed(mall)
    looked = act(shop, TILL, "look", text=code).content.decode()
    address = f"{HOME}redemptions/{made.id}"
    assert address in looked
    assert "dispute_words_missing" in refused(shop, address, "dispute", words="")
    assert "等市民说明" in done(shop, address, "dispute", words="茶馆装修。")
    (dispute,) = dispute_queries.disputes_of_citizen(mall.lin)
    assert "case_exists" in refused(shop, address, "dispute", words="茶馆装修。")
    assert "争议已撤回" in done(shop, f"{HOME}disputes/{dispute.code}", "withdraw")
    made, code = redeemed(mall)
    done(shop, TILL, "accept", text=code)
    other = open_dispute(actor=mall.citizen(), redemption_id=made.id, words=HERS, at=timezone.now())
    assert "已同意退回" in done(shop, f"{HOME}disputes/{other.code}", "give_in")
    assert queries.redemption(mall.lin, made.id).state == "refunded"


@pytest.mark.usefixtures("db")
def test_a_month_is_settled_when_the_shop_says_that_the_money_came() -> None:
    now = timezone.now()
    then = now - timedelta(days=40)
    mall = open_mall(at=then)
    mall.offer(made_at=then, published_at=then)
    mall.stock(at=then, until=now + timedelta(days=9))
    made = mall.redeem(at=then + timedelta(hours=1))
    voucher = queries.voucher_of(mall.lin, made.id)
    assert voucher is not None
    accept_voucher(actor=mall.actor("merchant"), text=voucher.code, at=then + timedelta(hours=2))
    settlements.close_due(actor=platform_actor(), at=now)
    (owed,) = statements.settlements(merchant_id=mall.cast.organisation("TEAHOUSE"))
    shop, month = browser_of("merchant"), f"{HOME}statements/{owed.month:%Y-%m}"
    assert "没有等你办的" in read(shop, HOME)
    settlements.say_paid(
        actor=mall.actor("sponsor"), settlement_id=owed.id, reference="BANK-7", at=now
    )
    assert "出资方说已付 9.00 元" in read(shop, HOME)
    assert "BANK-7" in read(shop, month)
    other = act(browser_of("merchant-2"), month, "received", settlement=owed.id)
    assert other.status_code == 404
    assert "商家：已收到，结清" in done(shop, month, "received", settlement=owed.id)
    assert "没有等你办的" in read(shop, HOME)
    assert "9.00" in shop.get(f"{month}.csv").content.decode("utf-8-sig")
    assert shop.get(f"{month}.pdf").content.startswith(b"%PDF")


def test_every_page_is_english_where_english_is_asked_for(mall: Mall) -> None:
    made, code = redeemed(mall)
    shop = browser_of("merchant", headers={"accept-language": "en"})
    done(shop, TILL, "accept", text=code)
    dispute = open_dispute(
        actor=mall.citizen(), redemption_id=made.id, words="no tea", at=timezone.now()
    )
    mall.offer("R-9002", delivery="code", title_zh="票", title_en="A ticket")
    pages = [
        *("", "till", "offers/", "offers/new", "offers/R-9001", "offers/R-9002/codes"),
        *("redemptions/", f"redemptions/{made.id}", "disputes/", f"disputes/{dispute.code}"),
        *("statements/", f"statements/{timezone.localdate():%Y-%m}"),
    ]
    desks = [(shop, f"{HOME}{page}") for page in pages]
    operator = browser_of("operator", headers={"accept-language": "en"})
    desks += [(operator, f"/console/disputes/{page}") for page in ("", dispute.code)]
    for client, path in desks:
        page = read(client, path).replace("简体中文", "")
        if path.endswith("/R-9001"):
            page = page.replace("盖碗茶一位", "")
        assert not CHINESE.search(page), (path, CHINESE.findall(page)[:20], page)
    file = shop.get(f"{HOME}redemptions.csv").content.decode("utf-8-sig")
    assert file.startswith("time,offer")


def taken_today(mall: Mall) -> list[Taken]:
    """What the tea house gave out."""
    at = timezone.now()
    merchant = mall.cast.organisation("TEAHOUSE")
    return taken(merchant, first=at - timedelta(hours=1), last=at, limit=10)
