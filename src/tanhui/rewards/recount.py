"""Redemptions, stock, points and money counted anew from their rows, and compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tanhui.rewards import queries, statements

# Each answers rows of a promise and how many rows break it.
_STATEMENTS = ("recount",)


@dataclass(frozen=True, slots=True)
class RewardsRecount:
    """Which promises are broken, and by how many rows; none when all is well."""

    broken: dict[str, int]

    @property
    def matches(self) -> bool:
        """Whether stock, points, codes and money agree with every redemption."""
        return not self.broken


def recount() -> RewardsRecount:
    """Counts everything anew; each statement sees one snapshot. Locks nothing."""
    found = [row for name in _STATEMENTS for row in queries.rows(name, {})]
    money = Counter(f"money_{each.what}" for each in statements.differences())
    return RewardsRecount(
        {row["promise"]: row["broken"] for row in found if row["broken"]} | dict(money)
    )
