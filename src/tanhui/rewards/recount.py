"""Redemptions, stock, points and money counted anew from their rows, and compared."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.rewards import queries


@dataclass(frozen=True, slots=True)
class RewardsRecount:
    """Which promises are broken, and by how many rows; none when all is well."""

    broken: dict[str, int]

    @property
    def matches(self) -> bool:
        """Whether stock, points, codes and money agree with every redemption."""
        return not self.broken


def recount() -> RewardsRecount:
    """Counts everything anew in one statement, and so in one snapshot. Locks nothing."""
    found = queries.rows("recount", {})
    return RewardsRecount({row["promise"]: row["broken"] for row in found if row["broken"]})
