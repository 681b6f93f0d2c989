"""A mall for tests: the cast, points that may be spent, windows, offers on the shelf.

Windows and offers are put there as the owner of the database does it, since their own commands take
a dozen steps and are tested by themselves; points, stock and redemptions move by commands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from tanhui.identity.queries import acting
from tanhui.kernel.actors import Actor
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITY_HOLDER_ID,
    POINTS_ISSUED,
    Reason,
)
from tanhui.ledger.transfers import AccountKey, Transfer
from tanhui.rewards.funding import open_funding
from tanhui.rewards.queries import spendable
from tanhui.rewards.records import Batch, Redemption
from tanhui.rewards.redeeming import redeem_reward
from tanhui.rewards.stocking import stock_up
from tests.cast import NOW, OPERATOR
from tests.path_two import PathTwo, seat_path_two

MONTH = timedelta(days=30)
_KEYS = count(1)


@dataclass
class Mall:
    """The cast, the number of 林晓, and what is on sale."""

    cast: PathTwo
    lin: int
    funding_id: int
    offers: dict[str, int] = field(default_factory=dict)

    def actor(self, persona: str) -> Actor:
        """One of the cast at its desk."""
        return self.cast.actor(persona)

    def citizen(self, citizen_id: int | None = None) -> Actor:
        """林晓, or another citizen, as they act in a browser."""
        return acting(citizen_id or self.lin, role=None, organisation_id=None)

    def offer(self, code: str = "R-9001", *, merchant: str = "TEAHOUSE", **told: Any) -> str:
        """Puts an offer on the shelf; answers its code. `told` are columns of `rewards_offer`."""
        columns = {
            "code": code,
            "merchant_id": self.cast.organisation(merchant),
            "kind": "voucher",
            "delivery": "scan",
            "category": "food",
            "title_zh": "盖碗茶一位",
            "title_en": "A bowl of tea",
            "price_points": 260,
            "value_fen": 1500,
            "valid_days": 30,
            "state": "published",
            "made_at": NOW,
            "published_at": NOW,
            **told,
        }
        names = ", ".join(columns)
        marks = ", ".join(f"%({name})s" for name in columns)
        with as_owner() as cursor:
            cursor.execute(
                f"INSERT INTO rewards_offer ({names}) VALUES ({marks}) RETURNING id", columns
            )
            self.offers[code] = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO rewards_funding_offer (funding_id, offer_id, number, state, cost_fen,"
                " units, words, actor, at) VALUES (%s, %s, 1, 'agreed', 10000000, 10000000, '',"
                " 'owner', %s)",
                [self.funding_id, self.offers[code], NOW],
            )
        return code

    def stock(
        self,
        code: str = "R-9001",
        units: int = 10,
        *,
        cost_fen: int = 900,
        at: datetime = NOW,
        opens_at: datetime | None = None,
        until: datetime | None = None,
    ) -> Batch:
        """Puts units on sale, paid by the window of the mall, whose sponsor agreed to it."""
        return stock_up(
            actor=OPERATOR,
            offer_code=code,
            funding_id=self.funding_id,
            units=units,
            cost_fen=cost_fen,
            opens_at=opens_at or at,
            until=until or at + MONTH,
            at=at,
        )

    def redeem(
        self,
        code: str = "R-9001",
        *,
        citizen_id: int | None = None,
        units: int = 1,
        key: str | None = None,
        at: datetime = NOW,
    ) -> Redemption:
        """One redemption by 林晓, or by another citizen."""
        return redeem_reward(
            actor=self.citizen(citizen_id),
            offer_code=code,
            units=units,
            key=key or f"k{next(_KEYS)}",
            at=at,
        )

    def points(self, citizen_id: int | None = None, at: datetime = NOW) -> tuple[int, int]:
        """What a citizen may spend now, and what is set aside."""
        held = spendable(citizen_id or self.lin, at)
        return held.points, held.reserved


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor that may do what the application may not."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        try:
            yield cursor
        finally:
            cursor.execute("SET ROLE tanhui_app")


def give_points(citizen_ids: Iterable[int], points: int, at: datetime = NOW) -> None:
    """Credits points that may be spent at once, as days long past would have."""
    numbers = list(citizen_ids)
    with transaction.atomic():
        ledger.open_accounts(holder_ids=numbers, kinds=(CITIZEN_POINTS,))
        results = ledger.post_transfers(
            transfers=[
                Transfer(
                    uuid4(),
                    AccountKey(CITY_HOLDER_ID, POINTS_ISSUED),
                    AccountKey(number, CITIZEN_POINTS),
                    points,
                    Reason.BEHAVIOUR_RECORDED,
                )
                for number in numbers
            ],
            at=at,
        )
    assert set(results) == {"ok"}


def open_mall(*, points: int = 1_000, budget_fen: int = 1_000_000, at: datetime = NOW) -> Mall:
    """The cast at its desks, 林晓 with points, and a window of the public fund with a budget."""
    cast = seat_path_two(at=at)
    lin = cast.persons["lin-xiao"]
    funding_id = open_funding(
        actor=cast.actor("sponsor"),
        title_zh="公益出行",
        title_en="Rides for all",
        opens_at=at,
        until=at + 12 * MONTH,
        budget_fen=budget_fen,
        at=at,
    )
    give_points([lin], points, at)
    return Mall(cast, lin, funding_id)
