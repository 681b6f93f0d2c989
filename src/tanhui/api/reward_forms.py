"""The forms of rewards: what may be had for points, redemptions, and points by when they expire."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from tanhui.api.forms import Form
from tanhui.api.register_forms import OrganisationForm

OFFER = r"^R-[0-9]{4,12}$"
_UNITS_HIGHEST = 100


class BatchForm(Form):
    """So many units that one sponsor pays for. The city's books tell who owes what to whom."""

    sponsor: OrganisationForm
    cost_fen: int = Field(description="What the sponsor owes the merchant for one unit.")
    units: int
    left: int
    opens_at: datetime
    until: datetime


class RewardForm(Form):
    """One offer as it stands on the shelf. Points are for one unit and have no price in money."""

    code: str
    kind: str = Field(description="coupon, voucher, ticket, goods, service or donation")
    delivery: str = Field(
        description="code: the merchant's own code is shown; scan: the merchant scans a voucher;"
        " none: nothing is handed over."
    )
    release: str = Field(description="open: who comes first; drop: by draw.")
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
    merchant: OrganisationForm
    points: int
    valid_days: int = Field(description="Days of the city from the day of redemption on.")
    person_max: int | None
    person_day_max: int | None
    level_min: int = Field(description="The lowest level that may have it; levels begin at 1.")
    state: str = Field(description="published or closed")
    left: int
    next_opens_at: datetime | None
    next_units: int
    batches: list[BatchForm]


class RewardsForm(Form):
    """What is on the shelf: first what is left, then by its price."""

    rewards: list[RewardForm]


class RedeemForm(Form):
    """What is redeemed."""

    reward: str = Field(pattern=OFFER, description="The code of `GET /api/v1/rewards`.")
    units: int = Field(1, ge=1, le=_UNITS_HIGHEST, strict=True)


class RedemptionForm(Form):
    """Points that became, or become, a reward.

    `state` is `reserved` (until `hold_until`: confirm it), `confirmed` (to be used until
    `valid_until`), `delivered` or `refunded`; of a drop's entry `entered`, `lost` or `left`.
    """

    id: UUID
    reward: str
    title_zh: str
    title_en: str
    units: int
    points: int
    state: str
    at: datetime
    hold_until: datetime | None
    valid_until: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    reason: str | None


class VoucherForm(Form):
    """What is shown at the till."""

    code: str = Field(description="Eight letters, read aloud where nothing can be scanned.")
    moving: str = Field(description="What the QR code says now; it is stale a minute later.")
    moving_seconds: int = Field(description="In how many seconds it is to be asked for anew.")


class StepForm(Form):
    """One thing that happened to a redemption."""

    at: datetime
    state: str
    reason: str | None


class OwnRedemptionForm(RedemptionForm):
    """A redemption with what is to be shown, and what happened to it."""

    voucher: VoucherForm | None
    codes: list[str] = Field(description="The merchant's own codes.")
    steps: list[StepForm]


class RedemptionsForm(Form):
    """One's own redemptions, the newest first, a hundred at most."""

    redemptions: list[RedemptionForm]


class BucketForm(Form):
    """Points that expire together, at the end of a day."""

    month: date = Field(description="The month they were earned in, by its first day.")
    points: int
    expires_on: date


class OwnPointsForm(Form):
    """One's own points: what may be spent, what waits, what is set aside, what expires when."""

    spendable: int
    waiting: int
    waiting_until: date | None
    reserved: int
    paused_until: date | None = Field(description="The last day of a pause that is going on.")
    buckets: list[BucketForm]


class SentForm(Form):
    """A code is on its way to one's own phone."""

    sent: bool
    phone: str = Field(description="With most digits hidden.")


class ProofForm(Form):
    """The six digits."""

    code: str = Field(min_length=6, max_length=6)


class ProvedForm(Form):
    """The phone was proved. The token takes the place of the one that was used, which has ended."""

    token: str
    proved_at: datetime
