"""The desks of the demo's mall, each doing by its commands what its pages do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tanhui.cli import demo_rewards_told as told
from tanhui.cli.demo_rewards_told import Stocked
from tanhui.identity.personas import BY_NAME
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor
from tanhui.rewards import catalogue, funding, queries
from tanhui.rewards.records import Batch
from tanhui.rewards.stocking import stock_up

# Sponsors agree to some more than what is on sale at first.
MORE_UNITS = 500
_WINDOW = timedelta(days=120)
_CODES_EACH = 3


class Mall:
    """The desks of the mall, and what was opened at them: windows and offers by their names."""

    def __init__(self, organisations: Mapping[str, int]) -> None:
        self._organisations = organisations
        self.windows: dict[str, int] = {}
        self.codes: dict[str, str] = {}

    def desk(self, persona: str) -> Actor:
        """One of the cast at its desk."""
        known = BY_NAME[persona]
        return acting(
            persona_id(persona),
            role=known.role,
            organisation_id=self._organisations.get(known.organisation or ""),
        )

    def sponsor(self, payer: str) -> Actor:
        """Who sits at a sponsor's desk."""
        return self.desk(next(each.persona for each in told.WINDOWS if each.sponsor == payer))

    def open_windows(self, at: datetime) -> None:
        """Every sponsor gives its word."""
        for each in told.WINDOWS:
            self.windows[each.sponsor] = funding.open_funding(
                actor=self.desk(each.persona),
                title_zh=each.title_zh,
                title_en=each.title_en,
                opens_at=at,
                until=at + _WINDOW,
                budget_fen=each.budget_fen,
                at=at,
            )

    def hand_in(self, each: Stocked, at: datetime) -> str:
        """An offer is drafted by its merchant and handed in, with its codes; answers its code."""
        desk = self.desk(each.persona)
        owner = self._organisations[told.FUND] if each.persona == "operator" else None
        code = catalogue.draft_offer(actor=desk, fields=each.fields, merchant_id=owner, at=at)
        if each.codes:
            lines = "\n".join(f"{each.codes}-{7_000_013 * n % 90_000_019:08d}" for n in _some(each))
            catalogue.import_codes(
                actor=desk, offer_code=code, data=lines.encode(), filename="codes.txt", at=at
            )
        catalogue.submit_offer(actor=desk, offer_code=code, at=at)
        self.codes[each.fields.title_zh] = code
        return code

    def approve(self, each: Stocked, at: datetime) -> None:
        """The second person of the operator approves, and the sponsor agrees to pay."""
        code = self.code(each)
        catalogue.approve_offer(actor=self.desk("operator-2"), offer_code=code, at=at)
        funding.agree_to_batch(
            actor=self.sponsor(each.payer),
            funding_id=self.windows[each.payer],
            offer_code=code,
            cost_fen=each.cost_fen,
            units=each.units + MORE_UNITS,
            at=at,
        )

    def put_on_sale(self, each: Stocked, at: datetime) -> Batch:
        """The offer comes onto the shelf with its units."""
        catalogue.publish_offer(actor=self.desk("operator"), offer_code=self.code(each), at=at)
        return self.stock(each, each.units, opens_at=at, at=at)

    def stock(self, each: Stocked, units: int, *, opens_at: datetime, at: datetime) -> Batch:
        """Units of an offer, for as long as its payer's window is open."""
        window = queries.funding(self.windows[each.payer])
        return stock_up(
            actor=self.desk("operator"),
            offer_code=self.code(each),
            funding_id=window.id,
            units=units,
            cost_fen=each.cost_fen,
            opens_at=opens_at,
            until=window.until,
            at=at,
        )

    def code(self, each: Stocked) -> str:
        """The code of an offer that was handed in."""
        return self.codes[each.fields.title_zh]

    def find(self) -> None:
        """What an earlier start of the demo opened."""
        self.codes = {each.title_zh: each.code for each in queries.offers()}


def _some(each: Stocked) -> range:
    """More codes than units are on sale."""
    return range(1, each.units * _CODES_EACH + 1)
