"""A sponsor's desk: windows, its word on offers, a month that is paid; and the public page."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.identity.commands import platform_actor
from tanhui.identity.organisations.queries import by_code
from tanhui.kernel.periods import CITY_ZONE
from tanhui.render import documents
from tanhui.rewards import funding, queries, settlement_paper, settlements, statements
from tanhui.rewards.till import accept_voucher
from tanhui.rewards.windows import window, windows
from tanhui.web.settlements import Desk, statement
from tests.cast import OPERATOR
from tests.citizen.mall_town import browser_of
from tests.desks import act, done, read, refused, words
from tests.rewards.mall import Mall, open_mall

pytestmark = pytest.mark.django_db

HOME = "/portal/sponsor/"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def mall(db: None) -> Mall:
    """Since last month a tea at 9.00 yuan and a ticket at 2.00, both from the public fund."""
    del db
    at = _last_month()
    made = open_mall(points=3_000, at=at)
    made.offer(made_at=at, published_at=at)
    made.stock(at=at, until=at + timedelta(days=90))
    made.offer(
        "R-9002",
        merchant="TICKETS",
        kind="donation",
        delivery="none",
        title_zh="=1+1 车票",
        title_en="=1+1 ticket",
        price_points=50,
        made_at=at,
        published_at=at,
    )
    made.stock("R-9002", at=at, cost_fen=200, until=at + timedelta(days=90))
    drunk = made.redeem(at=at)
    voucher = queries.voucher_of(made.lin, drunk.id)
    assert voucher
    accept_voucher(actor=made.actor("merchant"), text=voucher.code, at=at)
    made.redeem("R-9002", units=3, at=at)
    return made


def _last_month() -> datetime:
    first = settlements.month_of(timezone.now())
    return datetime(first.year, first.month, 1, 12, tzinfo=CITY_ZONE) - timedelta(days=12)


def _english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def _shown(client: Client, *addresses: str) -> None:
    """Every page has an English twin without a Chinese letter of ours."""
    for address in addresses:
        page = read(_english(client), address)
        told = page.replace("简体中文", "")
        assert not CHINESE.search(told), (address, CHINESE.findall(told)[:40])


def test_a_sponsor_opens_a_window_agrees_denies_and_sees_where_its_money_is(mall: Mall) -> None:
    browser = browser_of("sponsor")
    assert browser.get("/portal/")["Location"] == HOME
    page = read(browser, HOME)
    assert "公益出行" in page
    assert "15.00" in page

    last = f"{timezone.now() + timedelta(days=60):%Y-%m-%d}"
    form = {
        "title_zh": "茶香",
        "title_en": "Tea",
        "first": f"{timezone.now():%Y-%m-%d}",
        "last": last,
        "budget": "200",
    }
    told = refused(browser, f"{HOME}open", "open", **{**form, "budget": "二百"})
    assert "yuan_malformed" in told
    assert "funding_invalid" in refused(browser, f"{HOME}open", "open", **{**form, "budget": "0"})
    assert "窗口已开" in done(browser, f"{HOME}open", "open", **form)
    number = queries.fundings()[0].id
    here = f"{HOME}windows/{number}"
    ask = {"actor": OPERATOR, "funding_id": number, "cost_fen": 900, "units": 9}
    for code in ("R-9001", "R-9002"):
        funding.ask_sponsor(**ask, offer_code=code, words="补货", at=timezone.now())  # type: ignore[arg-type]
    assert "请你出资" in read(browser, HOME)
    terms = {"offer": "R-9001", "cost": "8.5", "units": "9"}
    assert "agreement_invalid" in refused(browser, here, "agree", **{**terms, "units": "0"})
    assert "已同意" in done(browser, here, "agree", **terms)
    assert "已婉拒" in done(browser, here, "deny", offer="R-9002", words="不合适")
    assert "budget_stocked" in refused(browser, here, "take_back", amount="200.01")
    assert "已收回" in done(browser, here, "take_back", amount="50")
    assert "已追加" in done(browser, here, "add", amount="0.50")
    assert window(number).promised_fen == 15_050
    assert "不再投放" in done(browser, here, "end", offer="R-9001")
    _shown(browser, HOME, here, f"{HOME}open", f"{HOME}windows/{mall.funding_id}")

    # Others do not come in; a merchant that pays for its own rewards does.
    assert browser_of("merchant-2").get(HOME).status_code == 403
    assert browser_of("sponsor-2").get(here).status_code == 404
    assert act(browser_of("sponsor-2"), here, "add", amount="1").status_code == 404
    assert browser_of("buyer").get(HOME).status_code == 403
    assert "商家工作台" in read(browser_of("merchant"), HOME)


def test_a_month_is_read_paid_and_received_and_its_files_have_the_same_sums(mall: Mall) -> None:
    now = timezone.now()
    settlements.close_due(actor=platform_actor(), at=now)
    sponsor, merchant = browser_of("sponsor"), browser_of("merchant")
    month = f"{_last_month():%Y-%m}"
    here = f"{HOME}statements/{month}"
    assert "待付" in read(sponsor, f"{HOME}statements/")
    page = read(sponsor, here)
    assert "15.00 元" in page
    assert "盖碗茶一位" in page
    fund = mall.cast.organisation("FUND")
    tea = next(
        each
        for each in statements.settlements(sponsor_id=fund)
        if each.merchant_id == mall.cast.organisation("TEAHOUSE")
    )
    theirs = f"/portal/merchant/statements/{month}"
    this = {"settlement": tea.id}
    assert "settlement_unpaid" in refused(merchant, theirs, "received", **this)
    assert "no_such_settlement" in refused(sponsor, here, "paid", settlement="x", reference="1")
    assert "你付了" in done(sponsor, here, "paid", reference="ICBC-1", **this)
    assert "异议已记下" in done(merchant, theirs, "dispute", words="没到账", **this)
    assert "没到账" in read(sponsor, here)
    assert "答复已记下" in done(sponsor, here, "answer", words="明天到", **this)
    assert "已结清" in done(merchant, theirs, "received", **this)
    assert "act_unknown" in words(act(sponsor, here, "received", **this).content.decode())

    table = sponsor.get(f"{here}.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["net_yuan"] for row in rows][-1] == "15.00"
    assert sum(float(row["net_yuan"]) for row in rows[:-1]) == 15
    assert {row["bank_reference"] for row in rows} >= {"ICBC-1"}
    # The paper names the digest of this very file.
    desk = Desk("sponsor", by_code("FUND"), "")
    found = statement(actor=mall.actor("sponsor"), desk=desk, month=month, at=now)
    assert settlement_paper.digest(found) == hashlib.sha256(table.content).hexdigest()
    # A title that a spreadsheet would run is a text.
    assert "'=1+1 ticket" in {row["offer_en"] for row in rows}
    paper = sponsor.get(f"{here}.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Type"] == "application/pdf"
    assert merchant.get(f"{theirs}.pdf").content.startswith(b"%PDF-")
    for wrong in ("2026-13", "x", "2999-01"):
        assert sponsor.get(f"{HOME}statements/{wrong}").status_code == 404
        assert sponsor.get(f"{HOME}statements/{wrong}.pdf").status_code == 404
    _shown(sponsor, here.replace(month, f"{now.astimezone(CITY_ZONE):%Y-%m}"), f"{HOME}statements/")
    assert not statements.differences()


def test_the_paper_says_what_the_table_says_and_is_set_quickly(mall: Mall) -> None:
    now = timezone.now().replace(microsecond=0)
    settlements.close_due(actor=platform_actor(), at=now)
    desk = Desk("sponsor", by_code("FUND"), "")
    found = statement(
        actor=mall.actor("sponsor"), desk=desk, month=f"{_last_month():%Y-%m}", at=now
    )
    told = settlement_paper.content(found, brand="碳惠天府")
    assert [one["yuan"] for one in told["sums"]] == ["15.00", "0.00", "15.00", "0.00"]  # type: ignore[attr-defined]
    assert told["digest"] == settlement_paper.digest(found)
    assert len(documents.pages("statement", told, at=now)) == 1
    begun = time.perf_counter()
    made = settlement_paper.pdf(found, brand="碳惠天府")
    assert time.perf_counter() - begun < 0.1
    assert made == settlement_paper.pdf(found, brand="碳惠天府")
    party = found.parties[0]
    long = replace(found, parties=(replace(party, rows=party.rows * 60),) * 2)
    assert len(documents.pages("statement", settlement_paper.content(long, brand="x"), at=now)) > 3
    nothing = replace(found, parties=())
    assert settlement_paper.csv_text(nothing).endswith(
        "total,,,,,,,,,,,,0,0,0.00,0,0,0.00,0.00,,\r\n"
    )
    assert settlement_paper.yuan(-1_205) == "-12.05"


def test_everyone_may_read_who_pays_for_what_and_how_much_is_left(
    mall: Mall, client: Client
) -> None:
    page = read(client, "/funding/")
    assert "公益出行" in page
    assert "市级公益资金" in page
    assert "9 / 10" in page
    _shown(client, "/funding/")
    funding.end_fundings(actor=platform_actor(), at=timezone.now() + timedelta(days=700))
    assert not windows(at=timezone.now())
    assert "No funding window is open now" in read(client, "/funding/")
    assert mall.funding_id
