"""The registry counted again: blocks against books, against every move, against what was issued."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.registry.queries import rows
from tanhui.registry.records import Equation

CHECKS = (
    "accounts_differing",
    "movements_differing",
    "lines_differing",
    "pools_differing",
    "numbers_differing",
    "caps_differing",
)


@dataclass(frozen=True, slots=True)
class Recount:
    """The equation, and how much of what must agree does not: all zero when all is well.

    `accounts_differing` counts accounts whose live blocks are not as wide as their balance;
    `movements_differing` those whose blocks are not the sum of their moves; `lines_differing`
    events whose transfer in the books differs; the others are 1 where pools or numbers disagree.
    """

    equation: Equation
    differing: dict[str, int]

    @property
    def matches(self) -> bool:
        """Whether everything agrees and everything that was issued is somewhere, once."""
        return self.equation.closed and not any(self.differing.values())


def recount() -> Recount:
    """Counts the whole register again, from its rows."""
    (row,) = rows("recount", {})
    return Recount(
        Equation(
            row["issued_kg"],
            row["held_kg"],
            row["reserved_kg"],
            row["retired_kg"],
            row["cancelled_kg"],
        ),
        {name: row[name] for name in CHECKS},
    )
