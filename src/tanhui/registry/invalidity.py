"""Whether a retired kilogram still counts: a cancellation after the retirement says it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tanhui.registry.queries import opened, rows


@dataclass(frozen=True, slots=True)
class Invalidity:
    """The cancellation of a kilogram that was retired before."""

    event_id: UUID
    at: datetime
    facts: dict[str, Any]
    outbox_id: int | None


def invalidity(number: int) -> Invalidity | None:
    """How a retired kilogram came not to count; None where it counts, or was never retired."""
    found = rows("invalid_of", {"number": number})
    if not found:
        return None
    [row] = found
    return Invalidity(row["id"], row["at"], opened(row["facts"]), row["outbox_id"])
