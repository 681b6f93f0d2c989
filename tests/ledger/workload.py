"""Random batches that meet every rule of the books: plausible, wild, repeated and changed items."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tanhui.ledger import chart
from tanhui.ledger.chart import CHART, CITY_HOLDER_ID, Kind, Reason
from tanhui.ledger.transfers import AccountKey, Phase, Resolution, Transfer
from tests.ledger.model import Books, Item

STRANGE = Kind(9_999, "strange", chart.Asset.POINT)
CITIZEN_KINDS = (chart.CREDIT_HELD, chart.CITIZEN_REDUCTION)
POOLS = [kind for kind in CHART if kind.pooled]
_ENDS = (Phase.POST, Phase.VOID, Phase.EXPIRE)
_REASONS = (Reason.POINTS_SPENT, Reason.BEHAVIOUR_RECORDED)


class Maker:
    """Makes batches from one seed, knowing what the model holds and what was asked before."""

    def __init__(self, seed: int, model: Books, asked: list[Item], at: datetime) -> None:
        # Runs like small seeds; what was asked before tells equal ones apart.
        self.rng = Random(f"{seed}/{len(asked)}")
        self.model = model
        self.asked = asked
        self.at = at

    def batch(self) -> list[Item]:
        """Some thirty items at most; few citizens and small sums, so that limits are met."""
        makers = [self._plausible, self._wild, self._end, self._repeat]
        return [
            self.rng.choices(makers, [10, 2, 4, 4])[0]() for _ in range(self.rng.randint(1, 30))
        ]

    def _id(self) -> UUID:
        # Now and then two items want the same id by chance.
        return UUID(int=self.rng.randrange(1, 100) if self.rng.random() < 0.05 else self._fresh())

    def _fresh(self) -> int:
        return self.rng.randrange(2**32, 2**64)

    def _expiry(self) -> datetime:
        return self.at + timedelta(hours=self.rng.choice([-1, 0, 1, 2, 3, 5, 8]))

    def _plausible(self) -> Item:
        """Between open accounts and pools of one asset."""
        kind = self.rng.choice(CITIZEN_KINDS)
        pools = [AccountKey(CITY_HOLDER_ID, pool) for pool in POOLS if pool.asset == kind.asset]
        citizens = [
            AccountKey(holder_id, kind)
            for holder_id, number in sorted(self.model.accounts)
            if number == kind.number
        ]
        debit, credit = self.rng.sample([*citizens, *pools], 2)
        pending = self.rng.random() < 0.4
        return Transfer(
            self._id(),
            debit,
            credit,
            self.rng.randint(1, 60),
            self.rng.choice(_REASONS),
            pending=pending,
            expires_at=self._expiry() if pending and self.rng.random() < 0.5 else None,
        )

    def _wild(self) -> Item:
        """Anything the types allow."""
        return Transfer(
            self._id(),
            self._anywhere(),
            self._anywhere(),
            self.rng.choice([-1, 0, 1, 10**15, 10**15 + 1, 10**30]),
            self.rng.choice(_REASONS),
            pending=self.rng.random() < 0.5,
            expires_at=self._expiry() if self.rng.random() < 0.3 else None,
        )

    def _anywhere(self) -> AccountKey:
        kind = self.rng.choice([*CHART, *CITIZEN_KINDS, STRANGE])
        return AccountKey(CITY_HOLDER_ID if kind.pooled else self.rng.randint(1, 5), kind)

    def _end(self) -> Item:
        """Of a reservation that is open if there is one, or of anything."""
        held = [item.id for item in self.model.transfers.values() if item.phase is Phase.PENDING]
        still_open = [pending_id for pending_id in held if pending_id not in self.model.ended]
        known = list(self.model.transfers) or [self._id()]
        target = self.rng.choice(
            self.rng.choices([still_open or known, held or known, known], [6, 2, 1])[0]
        )
        return Resolution(self._id(), target, self.rng.choice(_ENDS))

    def _repeat(self) -> Item:
        """An item asked before, half of the time with another content under the same id."""
        if not self.asked:
            return self._plausible()
        old = self.rng.choice(self.asked)
        return old if self.rng.random() < 0.5 else self._changed(old)

    def _changed(self, old: Item) -> Item:
        changes: list[Item] = [replace(old, reason=Reason.POINTS_RESERVED)]
        if isinstance(old, Resolution):
            other = self._end()
            assert isinstance(other, Resolution)
            changes += [
                replace(old, pending_id=other.pending_id),
                replace(old, phase=other.phase),
                replace(self._wild(), id=old.id),
            ]
        else:
            changes += [
                replace(old, amount=old.amount + 1),
                replace(old, debit=self._anywhere()),
                replace(old, credit=self._anywhere()),
                replace(old, pending=not old.pending),
                replace(old, expires_at=self._expiry()),
                replace(self._end(), id=old.id),
            ]
        return self.rng.choice(changes)
