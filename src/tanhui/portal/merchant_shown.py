"""What the merchants' pages show: today, what waits for whom, offers with stock, what was taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.timezone import localtime

from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_end, day_start
from tanhui.kernel.refusals import Forbidden
from tanhui.rewards import dispute_queries, merchant_queries, offer_acts, queries, statements
from tanhui.rewards.codes import CodeCount, code_counts
from tanhui.rewards.dispute_queries import Dispute
from tanhui.rewards.merchant_queries import Taken
from tanhui.rewards.offer_acts import Standing
from tanhui.rewards.records import Offer, Shelved
from tanhui.rewards.statements import Settlement

CHART_DAYS = 14
HISTORY_DAYS = 30
HISTORY_ROWS = 500
_FILE_ROWS = 100_000
_LAST_SHOWN = 5
# A stock or a heap of codes below this share of what came is worth a word to its merchant.
_LOW = 10
_CHART_HEIGHT = 72
_BAR = 24
_HEADS = {
    "zh": "时间,权益编号,权益,份数,每次出资方应付（元）,状态,券码后四位,出资方",
    "en": "time,offer,reward,units,owed by the sponsor (yuan),state,last four,sponsor",
}
_STATES = {
    "zh": {"delivered": "已核销", "refunded": "已退回"},
    "en": {"delivered": "given out", "refunded": "returned"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One offer of the merchant: where it stands, what is left, codes if it has any.

    `left` is what may be had now; None for one that was never on the shelf.
    """

    offer: Offer
    standing: Standing
    left: int | None
    units: int
    codes: CodeCount | None
    shelved: Shelved | None

    @property
    def returned(self) -> bool:
        """Whether it waits for the merchant to change it."""
        return self.standing.state == "returned"

    @property
    def low(self) -> bool:
        """Whether little of what is on sale is left; what is drawn is not sold out by the hour."""
        on_sale = self.offer.state == "published" and self.offer.release == "open"
        return on_sale and (self.left or 0) * _LOW < max(self.units, 1)

    @property
    def codes_low(self) -> bool:
        """Whether free codes are fewer than what is still on sale."""
        return self.codes is not None and self.codes.free < (self.left or 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the picture: units given out, drawn from `y` downwards by `height`."""

    day: date
    units: int
    cost_fen: int
    x: int
    y: int
    height: int
    today: bool


@dataclass(frozen=True, slots=True)
class Home:
    """The first page of a merchant."""

    organisation: Organisation
    today_units: int
    today_fen: int
    waiting: int
    bars: list[Bar]
    lines: list[Line]
    answers: list[Dispute]
    paid: list[Settlement]
    last: list[Taken]

    @property
    def month_fen(self) -> int:
        """What is owed for the days of the picture."""
        return sum(bar.cost_fen for bar in self.bars)

    @property
    def returned(self) -> list[Line]:
        """Offers that the operator gave back."""
        return [line for line in self.lines if line.returned]

    @property
    def low(self) -> list[Line]:
        """Offers of which little is left."""
        return [line for line in self.lines if line.low or line.codes_low]

    @property
    def calm(self) -> bool:
        """Whether nothing waits for the merchant."""
        return not (self.answers or self.paid or self.returned or self.low)

    @property
    def width(self) -> int:
        """The width of the picture."""
        return CHART_DAYS * _BAR

    @property
    def most(self) -> int:
        """The highest bar."""
        return max((bar.units for bar in self.bars), default=0)


@dataclass(frozen=True, slots=True)
class History:
    """What was given out in some days, and the sums of it."""

    organisation: Organisation
    first: date
    last: date
    offer_code: str
    offers: list[Offer]
    rows: list[Taken]

    @property
    def units(self) -> int:
        """Units given out and not returned."""
        return sum(row.units for row in self.rows if row.state == "delivered")

    @property
    def owed_fen(self) -> int:
        """What sponsors owe for them."""
        return sum(row.owed_fen for row in self.rows)

    @property
    def cut(self) -> bool:
        """Whether there is more than the page shows; the file has all of it."""
        return len(self.rows) == HISTORY_ROWS


def own_id(actor: Actor) -> int:
    """The number of the actor's own shop; refuses `not_permitted`, `desk_not_yours`."""
    require(actor, "rewards.read")
    if actor.organisation_id is None or "merchant" not in actor.roles:
        raise Forbidden(
            "desk_not_yours",
            zh="这个工作台只给它的工作人员用。你登录的手机号没有这里的岗位。",
            en="This desk is for its staff. The phone you logged in with has no seat here.",
        )
    return actor.organisation_id


def own(actor: Actor) -> Organisation:
    """The actor's own shop; refuses as `own_id`."""
    return organisations.organisation(own_id(actor))


def home(*, actor: Actor, at: datetime) -> Home:
    """Everything of the first page."""
    organisation = own(actor)
    today = city_day(at)
    bars = _bars(organisation.id, today)
    begun = day_start(today)
    return Home(
        organisation=organisation,
        today_units=bars[-1].units,
        today_fen=bars[-1].cost_fen,
        waiting=merchant_queries.waiting_units(organisation.id),
        bars=bars,
        lines=lines(organisation.id, at=at),
        answers=[
            each
            for each in dispute_queries.disputes_of_merchant(organisation.id, live=True)
            if each.state == "answering"
        ],
        paid=[
            each
            for each in statements.settlements(merchant_id=organisation.id)
            if each.state == "paid"
        ],
        last=merchant_queries.taken(
            organisation.id, first=begun, last=day_end(today), limit=_LAST_SHOWN
        ),
    )


def today(merchant_id: int, at: datetime) -> list[Taken]:
    """What was taken today last, for the till."""
    day = city_day(at)
    return merchant_queries.taken(
        merchant_id, first=day_start(day), last=day_end(day), limit=_LAST_SHOWN
    )


def lines(merchant_id: int, *, at: datetime) -> list[Line]:
    """The merchant's offers: what waits for it first, then what is on the shelf, then the rest."""
    offers = queries.offers(merchant_id=merchant_id)
    where = offer_acts.standings(offers)
    codes = code_counts([each.id for each in offers if each.delivery == "code"])
    made = [_line(each, where[each.code], codes.get(each.id), at) for each in offers]
    order = {"returned": 0, "draft": 1, "submitted": 2, "approved": 3, "published": 4}
    return sorted(made, key=lambda line: (order.get(line.standing.state, 5), -line.offer.id))


def line(*, actor: Actor, code: str, at: datetime) -> Line:
    """One offer of the actor's own shop; refuses `not_permitted`, `no_such_offer`."""
    found = offer_acts.own_offer(actor, code)
    codes = code_counts([found.id]) if found.delivery == "code" else {}
    return _line(found, offer_acts.standing(found), codes.get(found.id), at)


def _line(offer: Offer, standing: Standing, codes: CodeCount | None, at: datetime) -> Line:
    if offer.delivery == "code" and codes is None:
        codes = CodeCount()
    if offer.published_at is None:
        return Line(offer, standing, None, 0, codes, None)
    shelved = queries.shelved(offer.code, at)
    units = sum(batch.units for batch in shelved.batches if batch.is_open(at))
    return Line(offer, standing, shelved.left, units, codes, shelved)


def _bars(merchant_id: int, today: date) -> list[Bar]:
    first = today - timedelta(days=CHART_DAYS - 1)
    told = {
        each.day: each
        for each in merchant_queries.taken_days(
            merchant_id, first=day_start(first), last=day_end(today)
        )
    }
    most = max((each.units for each in told.values()), default=0) or 1
    bars = []
    for number in range(CHART_DAYS):
        day = first + timedelta(days=number)
        each = told.get(day)
        units = each.units if each else 0
        # What is there at all is seen, however small.
        height = max(2, units * _CHART_HEIGHT // most) if units else 0
        y = _CHART_HEIGHT - height
        fen = each.cost_fen if each else 0
        bars.append(Bar(day, units, fen, number * _BAR + 4, y, height, day == today))
    return bars


def history(
    *, actor: Actor, first: date | None, last: date | None, offer_code: str, at: datetime
) -> History:
    """What was given out from `first` to `last`, both included; the last 30 days by themselves."""
    organisation = own(actor)
    until = last or city_day(at)
    since = first or until - timedelta(days=HISTORY_DAYS - 1)
    since = max(min(since, until), until - timedelta(days=366))
    return History(
        organisation,
        since,
        until,
        offer_code,
        queries.offers(merchant_id=organisation.id),
        _taken(organisation.id, since, until, offer_code, HISTORY_ROWS),
    )


def history_csv(page: History, language: str) -> str:
    """The same days as CSV, all rows; times of the city, money in yuan."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\r\n")
    write.writerow(_HEADS[language].split(","))
    found = _taken(page.organisation.id, page.first, page.last, page.offer_code, _FILE_ROWS)
    write.writerows(_cells(found, language))
    return file.getvalue()


def one(*, actor: Actor, redemption_id: UUID) -> Taken:
    """One redemption at the actor's shop; refuses `no_such_redemption`."""
    return merchant_queries.taken_one(own_id(actor), redemption_id)


def _taken(merchant_id: int, first: date, last: date, offer_code: str, limit: int) -> list[Taken]:
    return merchant_queries.taken(
        merchant_id,
        first=day_start(first),
        last=day_end(last),
        offer_code=offer_code,
        limit=limit,
    )


def _cells(found: Iterable[Taken], language: str) -> Iterable[tuple[object, ...]]:
    for row in found:
        yield (
            localtime(row.delivered_at).isoformat(timespec="seconds") if row.delivered_at else "",
            row.offer_code,
            row.title_zh if language == "zh" else row.title_en,
            row.units,
            f"{row.owed_fen // 100}.{row.owed_fen % 100:02d}",
            _STATES[language].get(row.state, row.state),
            row.voucher_code[-4:] if row.voucher_code else "",
            row.sponsor_zh if language == "zh" else row.sponsor_en,
        )
