"""What the demo's mall offers, and who pays for it. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.rewards.giving.commands import CauseWords
from tanhui.rewards.offer_fields import OfferFields

FUND, BANK, TEAHOUSE, RIDEPASS = "FUND", "BANK", "TEAHOUSE", "RIDEPASS"


@dataclass(frozen=True, slots=True)
class Window:
    """A funding window: whose it is, who sits at its desk, and its budget in fen."""

    sponsor: str
    persona: str
    title_zh: str
    title_en: str
    budget_fen: int


WINDOWS = (
    Window(FUND, "sponsor", "公益出行季", "A season of public rides", 5_000_000),
    Window(BANK, "sponsor-2", "绿色账户回馈", "Thanks from the green account", 2_000_000),
    Window(TEAHOUSE, "merchant", "茶驿自己出", "The tea house pays", 300_000),
    Window(RIDEPASS, "merchant-3", "骑行回馈", "Thanks for riding", 800_000),
)


@dataclass(frozen=True, slots=True)
class Stocked:
    """An offer with its payer, how many units are on sale and what each costs in fen.

    `persona` drafts it. `a_day` is about how many are redeemed on a day, `codes` how its codes
    begin where the merchant brings some.
    """

    persona: str
    fields: OfferFields
    payer: str
    units: int
    cost_fen: int
    a_day: int = 0
    codes: str = ""


METRO = Stocked(
    "merchant-2",
    OfferFields(
        kind="ticket",
        delivery="scan",
        category="travel",
        title_zh="地铁单程券",
        title_en="Metro single ticket",
        about_zh="全线网任一站，一次一人。进站时给闸机旁的工作人员扫。",
        about_en="Any station of the network, one ride for one person. Staff at the gate scan it.",
        terms_zh="一人一天最多换两张。不找零，不转让。",
        terms_en="Two a day for each person. No change is given; it cannot be passed on.",
        price_points=200,
        value_fen=200,
        valid_days=30,
        person_day_max=2,
        art="metro",
    ),
    FUND,
    3_313,
    200,
    a_day=26,
)
RIDE = Stocked(
    "merchant-3",
    OfferFields(
        kind="coupon",
        delivery="scan",
        category="travel",
        title_zh="骑行卡 7 天",
        title_en="Ride pass, 7 days",
        about_zh="七天内每次骑行前半小时免费。到店出示，店员当场开通。",
        about_en="The first half hour of each ride is free for seven days. Staff switch it on.",
        terms_zh="一人一个月一张。",
        terms_en="One a month for each person.",
        price_points=300,
        value_fen=500,
        valid_days=30,
        person_max=1,
        art="bike",
    ),
    RIDEPASS,
    115,
    500,
    a_day=6,
)
TEA = Stocked(
    "merchant",
    OfferFields(
        kind="voucher",
        delivery="scan",
        category="food",
        title_zh="盖碗茶一位",
        title_en="A bowl of tea",
        about_zh="竹椅、盖碗、一壶开水，坐多久都行。",
        about_en="A bamboo chair, a covered bowl and hot water, for as long as you like.",
        terms_zh="周末九点以后可能要等座。",
        terms_en="At weekends you may have to wait for a seat after nine.",
        place_zh="望江楼",
        place_en="Wangjianglou",
        district="510107",
        price_points=260,
        value_fen=1_500,
        valid_days=30,
        person_day_max=1,
        art="tea",
    ),
    TEAHOUSE,
    50,
    900,
    a_day=6,
)
TREE = Stocked(
    "operator",
    OfferFields(
        kind="donation",
        delivery="none",
        category="giving",
        title_zh="给龙泉山补种一棵树",
        title_en="A tree for Longquan Mountain",
        about_zh="出资方每份拨 5 元给公益资金，用来补种和管护。种下以后在这里报告。",
        about_en="The sponsor gives 5 yuan to the public fund for planting and care. What was"
        " planted is reported here.",
        price_points=500,
        value_fen=500,
        valid_days=30,
        art="mountain",
    ),
    BANK,
    1_000,
    500,
    a_day=2,
)
BUS = Stocked(
    "merchant-2",
    OfferFields(
        kind="coupon",
        delivery="scan",
        category="travel",
        title_zh="公交月卡 9 折",
        title_en="10% off a monthly bus pass",
        about_zh="在任一公交服务窗口买下个月的月卡时出示，当场减。",
        about_en="Show it at any bus desk when you buy next month's pass.",
        price_points=180,
        value_fen=300,
        valid_days=45,
        person_max=1,
        art="bus",
    ),
    FUND,
    60,
    300,
    a_day=16,
)
CUP = Stocked(
    "merchant",
    OfferFields(
        kind="goods",
        delivery="scan",
        category="daily",
        title_zh="手作陶杯一只",
        title_en="A handmade cup",
        about_zh="邛崃窑口手作，每只花色不同。到店自取。",
        about_en="Made by hand in Qionglai, no two alike. Pick it up at the tea house.",
        place_zh="望江楼茶驿",
        place_en="Wangjianglou tea house",
        district="510107",
        price_points=1_350,
        value_fen=3_600,
        valid_days=60,
        person_max=1,
        art="cup",
    ),
    BANK,
    20,
    2_000,
    a_day=1,
)
DAY_PASS = Stocked(
    "merchant-2",
    OfferFields(
        kind="ticket",
        delivery="code",
        category="travel",
        title_zh="地铁一日票",
        title_en="Metro day pass",
        about_zh="换到的是兑换码，在售票机上输入，当天不限次数。",
        about_en="You get a code for the ticket machine, good for any number of rides on a day.",
        price_points=600,
        value_fen=800,
        valid_days=60,
        person_max=4,
        art="ticket",
    ),
    BANK,
    60,
    800,
    a_day=2,
    codes="TFDP",
)
GUIDE = Stocked(
    "merchant-3",
    OfferFields(
        kind="service",
        delivery="scan",
        category="culture",
        title_zh="绿道骑游半日",
        title_en="Half a day along the greenway",
        about_zh="十人小队，领队带路，备头盔和水。",
        about_en="A group of ten with a guide, helmets and water.",
        place_zh="锦城绿道",
        place_en="Jincheng greenway",
        price_points=1_800,
        value_fen=4_000,
        valid_days=90,
        person_max=1,
        art="bike",
    ),
    RIDEPASS,
    10,
    4_000,
)
# The shelf, in the order in which it was filled.
SHELF = (METRO, RIDE, TEA, TREE, BUS, CUP, DAY_PASS, GUIDE)
OPERA = Stocked(
    "merchant",
    OfferFields(
        kind="ticket",
        delivery="scan",
        category="culture",
        title_zh="茶驿川剧晚场一座",
        title_en="A seat at the tea house opera",
        about_zh="周六晚上，一共十二座，抽签决定。",
        about_en="On Saturday evening; twelve seats in all, given by draw.",
        place_zh="望江楼茶驿",
        place_en="Wangjianglou tea house",
        district="510107",
        price_points=150,
        value_fen=6_800,
        valid_days=21,
        person_max=1,
        art="ticket",
        release="drop",
    ),
    TEAHOUSE,
    12,
    3_000,
)
SUNRISE = Stocked(
    "merchant-2",
    OfferFields(
        kind="ticket",
        delivery="scan",
        category="culture",
        title_zh="雪山观景台日出票",
        title_en="Sunrise at the snow peak terrace",
        about_zh="看得见雪山的早上不多，台上只站得下二十人，抽签决定。",
        about_en="Mornings with a view are few and the terrace holds twenty, so it is by draw.",
        place_zh="龙泉山观景台",
        place_en="Longquan Mountain terrace",
        price_points=160,
        value_fen=4_500,
        valid_days=30,
        person_max=1,
        art="mountain",
        release="drop",
    ),
    FUND,
    20,
    2_500,
)
# What waits at the desks: handed in, and approved by one of the two.
WAITING = Stocked(
    "merchant",
    OfferFields(
        kind="goods",
        delivery="scan",
        category="food",
        title_zh="三花茶一罐",
        title_en="A tin of jasmine tea",
        about_zh="五十克，当年的茶。",
        about_en="Fifty grams of this year's tea.",
        place_zh="望江楼茶驿",
        place_en="Wangjianglou tea house",
        district="510107",
        price_points=900,
        value_fen=2_800,
        valid_days=60,
        art="bag",
    ),
    TEAHOUSE,
    30,
    1_500,
)
APPROVED = Stocked(
    "merchant-3",
    OfferFields(
        kind="service",
        delivery="scan",
        category="daily",
        title_zh="头盔清洗一次",
        title_en="A helmet cleaned",
        about_zh="自己的头盔，十分钟。",
        about_en="Your own helmet, in ten minutes.",
        price_points=90,
        value_fen=300,
        valid_days=60,
        art="gift",
    ),
    FUND,
    200,
    200,
)
# What was tried at the end of last month, so that there is a month that is settled.
TRIAL = (
    Stocked(
        "merchant",
        OfferFields(
            kind="voucher",
            delivery="scan",
            category="food",
            title_zh="试营业：三花茶一杯",
            title_en="Trial: a cup of jasmine tea",
            about_zh="商城试营业两天。",
            about_en="The mall's two days of trial.",
            place_zh="望江楼",
            place_en="Wangjianglou",
            district="510107",
            price_points=40,
            value_fen=600,
            valid_days=7,
            person_day_max=1,
            art="tea",
        ),
        FUND,
        40,
        400,
    ),
    Stocked(
        "merchant-3",
        OfferFields(
            kind="coupon",
            delivery="scan",
            category="travel",
            title_zh="试营业：骑行一次",
            title_en="Trial: one ride",
            about_zh="商城试营业两天。",
            about_en="The mall's two days of trial.",
            price_points=30,
            value_fen=150,
            valid_days=7,
            person_day_max=1,
            art="bike",
        ),
        FUND,
        40,
        150,
    ),
)
CAUSE = CauseWords(
    title_zh="龙泉山补种",
    title_en="Trees for Longquan Mountain",
    about_zh="前两年山火烧过的坡地，补种乡土树种，管护三年。",
    about_en="Slopes that burned are planted with native trees and cared for over three years.",
    receiver_zh="市级公益资金（模拟）",
    receiver_en="City public-good fund (simulated)",
    art="tree",
)
SECOND_CAUSE = CauseWords(
    title_zh="乡村小学的书架",
    title_en="Shelves for village schools",
    about_zh="按学校列的书单买书，不送旧书。",
    about_en="Books by the schools' own lists; no old ones.",
    receiver_zh="市级公益资金（模拟）",
    receiver_en="City public-good fund (simulated)",
    art="book",
)
REPORT_ZH = "第一批 120 株桢楠和香樟种在东坡，成活要等明年春天再看。"
REPORT_EN = "The first 120 trees stand on the east slope; next spring shows which live."
REPORT_TREES = 120
