"""Every move of every kilogram as it is given away, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.registry.leaves import account_code
from tanhui.registry.queries import opened, rows

EVENTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Movement:
    """A run of numbers that an event moved, both included; `from_account` is empty at the issue.

    `price_fen` is per tonne, where it was told; `log_index` is None until the log has it.
    """

    event_number: int
    event_id: UUID
    kind: str
    at: datetime
    project_code: str
    vintage: int
    first: int
    last: int
    from_account: str
    to_account: str
    price_fen: int | None
    log_index: int | None

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.last - self.first + 1


def movements() -> Iterator[list[Movement]]:
    """All movements, a run of events at a time, so that a long history needs little memory."""
    after = 0
    while found := _run(after):
        yield found
        after = found[-1].event_number


def _run(after: int) -> list[Movement]:
    return [
        Movement(
            row["event_number"],
            row["id"],
            row["kind"],
            row["at"],
            row["code"],
            row["vintage"],
            row["first_number"],
            row["last_number"],
            "" if row["from_account_id"] is None else account_code(row["from_account_id"]),
            account_code(row["to_account_id"]),
            opened(row["facts"]).get("price_fen"),
            row["log_index"],
        )
        for row in rows("published_movements", {"after": after, "limit": EVENTS_AT_ONCE})
    ]
