"""What the room tells of drops, entries and witnesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Drop:
    """A drop of `units`. `entered` counts entries ever made, `entries` those of the frozen list.

    `state` is `open`, `closed`, `drawn`, `settled` or `called_off`; `seed` is None until it is
    drawn.
    """

    id: int
    code: str
    offer_id: int
    batch_id: int
    units: int
    opens_at: datetime
    closes_at: datetime
    waiting_max: int
    state: str
    made_at: datetime
    seed_sealed: bytes
    commitment: bytes
    entered: int
    entries: int | None
    tickets: int | None
    entries_digest: bytes | None
    seed: bytes | None
    closed_at: datetime | None
    drawn_at: datetime | None
    ended_at: datetime | None
    reason: str | None

    def takes_entries(self, at: datetime) -> bool:
        """Whether one may enter or leave at this time."""
        return self.state == "open" and self.opens_at <= at < self.closes_at

    @property
    def winners(self) -> int | None:
        """How many win, once the list is frozen."""
        return None if self.entries is None else min(self.units, self.entries)


@dataclass(frozen=True, slots=True)
class Entry:
    """A citizen's entry. `place` is the place in the draw; `outcome` is `won`, `lost` or None."""

    citizen_id: int
    redemption_id: UUID
    drop_id: int
    number: int
    salt: bytes
    code: bytes
    tickets: int
    at: datetime
    left_at: datetime | None
    place: int | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class DrawWitness:
    """A witness that bound itself by `digest`; its secret and signature once it told them."""

    vkey: str
    digest: bytes
    secret: bytes | None
    signature: bytes | None

    @property
    def name(self) -> str:
        """Its name."""
        return self.vkey.partition("+")[0]


@dataclass(frozen=True, slots=True)
class DropLeaf:
    """What the log was told: `kind` is `opened`, `closed`, `drawn` or `called_off`."""

    kind: str
    leaf: bytes
    outbox_id: int
