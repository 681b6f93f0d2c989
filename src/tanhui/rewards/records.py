"""What the room knows of offers, stock, money and redemptions, as it tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tanhui.identity.organisations.queries import Organisation


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be had for points. `price_points` is for one unit, `value_fen` what it is worth.

    `delivery` is `code`, `scan` or `none`; `release` is `open` or `drop`; `state` is `draft`,
    `submitted`, `approved`, `published` or `closed`.
    """

    id: int
    code: str
    merchant_id: int
    kind: str
    delivery: str
    category: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    terms_zh: str
    terms_en: str
    place_zh: str
    place_en: str
    district: str | None
    price_points: int
    value_fen: int
    valid_days: int
    person_max: int | None
    person_day_max: int | None
    min_level: int
    art: str
    picture_id: UUID | None
    release: str
    state: str
    made_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Funding:
    """A window: which sponsor pays, and from when to when."""

    id: int
    sponsor_id: int
    title_zh: str
    title_en: str
    opens_at: datetime
    until: datetime
    opened_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """So many units of an offer that one window pays for, and what is left of them.

    `sponsor_id` is whose window it is; `unsold_units` are those nobody took when it ended.
    """

    id: int
    offer_id: int
    funding_id: int
    units: int
    cost_fen: int
    opens_at: datetime
    until: datetime
    stocked_at: datetime
    ended_at: datetime | None
    unsold_units: int | None
    left_units: int
    sponsor_id: int

    def is_open(self, at: datetime) -> bool:
        """Whether units of it may be had at this time, if any are left."""
        return self.ended_at is None and self.opens_at <= at < self.until


@dataclass(frozen=True, slots=True)
class Shelved:
    """An offer as it stands on the shelf: how much is left now, who pays, when more comes."""

    offer: Offer
    merchant: Organisation
    left: int
    batches: tuple[Batch, ...]
    sponsors: tuple[Organisation, ...]
    next_opens_at: datetime | None
    next_units: int


@dataclass(frozen=True, slots=True)
class Redemption:
    """Points that became, or become, a reward.

    `state` is `reserved` (until `hold_until`), `confirmed` (until `valid_until`), `delivered` or
    `refunded`; of a drop's entry `entered`, `lost` or `left`. `points` and `cost_fen` are for all
    units.
    """

    citizen_id: int
    id: UUID
    offer_id: int
    batch_id: int | None
    units: int
    points: int
    cost_fen: int
    key: str
    fingerprint: bytes
    state: str
    at: datetime
    hold_until: datetime | None
    valid_until: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    points_transfer_id: UUID
    fen_transfer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a redemption."""

    at: datetime
    state: str
    actor: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher: the code that is read aloud, and what it stands for."""

    code: str
    merchant_id: int
    redemption: Redemption
    offer: Offer

    @property
    def shown(self) -> str:
        """The code as people read it, in two groups of four."""
        return f"{self.code[:4]} {self.code[4:]}"


@dataclass(frozen=True, slots=True)
class Spendable:
    """A citizen's points: those that may be spent now, those that wait, those set aside."""

    points: int
    waiting: int
    next_day: date | None
    reserved: int
