"""What the registry tells of: equations, holdings, blocks, lives, retirements. docs/registry.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tanhui.publiclog import queries as publiclog
from tanhui.registry.leaves import account_code


@dataclass(frozen=True, slots=True)
class Equation:
    """Kilograms of a project and vintage, or of all: what was issued and where it is."""

    issued_kg: int
    held_kg: int
    reserved_kg: int
    retired_kg: int
    cancelled_kg: int

    @property
    def closed(self) -> bool:
        """Whether everything that was issued is somewhere, once."""
        parts = (self.held_kg, self.reserved_kg, self.retired_kg, self.cancelled_kg)
        return self.issued_kg == sum(parts)


@dataclass(frozen=True, slots=True)
class ProjectEquation:
    """The equation of one project and vintage."""

    project_code: str
    vintage: int
    equation: Equation


@dataclass(frozen=True, slots=True)
class Holding:
    """What a holder has of a project and vintage; `account` is the account's public name."""

    account_id: int
    project_code: str
    project_zh: str
    project_en: str
    vintage: int
    held_kg: int
    reserved_kg: int

    @property
    def account(self) -> str:
        """The account's public name."""
        return account_code(self.account_id)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of numbers in an account, both included; `hold_id` is what it is reserved for."""

    first: int
    last: int
    state: str
    hold_id: UUID | None


@dataclass(frozen=True, slots=True)
class Block:
    """Where a kilogram is now; `organisation_id` is None in a project's buffer."""

    first: int
    last: int
    state: str
    account: str
    organisation_id: int | None
    project_code: str
    vintage: int
    issue_id: UUID


@dataclass(frozen=True, slots=True)
class Issuance:
    """Credits issued for a verified period; `said` is what the verifier signed."""

    event_id: UUID
    period_id: int
    project_code: str
    vintage: int
    first: int
    last: int
    buffer_kg: int
    said: dict[str, Any]
    verifier_key: str
    signature: str
    at: datetime
    outbox_id: int | None

    @property
    def kg(self) -> int:
        """How many kilograms were issued, the buffer's with them."""
        return self.last - self.first + 1

    @property
    def log_index(self) -> int | None:
        """Where the public log has it, or None as yet."""
        return None if self.outbox_id is None else publiclog.position(self.outbox_id)


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One thing that happened to a kilogram, with the numbers that it shared it with.

    `kind` is issue, transfer, reserve, undo, retire, aside, release, cancel or replace. Accounts
    are public names; organisations are None for a buffer. `price_fen` is per tonne, where told.
    """

    event_id: UUID
    kind: str
    at: datetime
    first: int
    last: int
    from_account: str | None
    to_account: str
    from_organisation_id: int | None
    to_organisation_id: int | None
    price_fen: int | None
    log_index: int | None
    retirement_number: str | None
    facts: dict[str, Any]

    @property
    def kg(self) -> int:
        """How many kilograms went together."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Life:
    """A kilogram from its issuance to where it is now."""

    number: int
    block: Block
    issuance: Issuance
    events: tuple[LifeEvent, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Numbers of one project and vintage that an event moved, both included."""

    first: int
    last: int
    from_account: str | None
    to_account: str
    project_code: str
    project_zh: str
    project_en: str
    vintage: int
    methodology: str
    digest: str

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Retirement:
    """A retirement from its request on; `state` is pending, undone or retired.

    The beneficiary is empty where its person was erased. `commitment` and `ended_at` are there
    once it is final; `invalid_kg` turned out not to count, `replaced_kg` came from buffers.
    """

    id: UUID
    number: str
    state: str
    organisation_id: int
    kg: int
    beneficiary_kind: str
    beneficiary_zh: str
    beneficiary_en: str
    purpose_zh: str
    purpose_en: str
    boundary_zh: str
    boundary_en: str
    requested_at: datetime
    undo_until: datetime
    ended_at: datetime | None
    commitment: bytes | None
    outbox_id: int | None
    invalid_kg: int
    replaced_kg: int
    disputed: bool

    @property
    def serial(self) -> int:
        """The running number in the number, by which pages go on."""
        return int(self.number.rpartition("-")[2])

    @property
    def log_index(self) -> int | None:
        """Where the public log has it, or None as yet."""
        return None if self.outbox_id is None else publiclog.position(self.outbox_id)


@dataclass(frozen=True, slots=True)
class Aside:
    """Credits that are frozen, pledged or held by a court."""

    id: UUID
    kind: str
    organisation_id: int
    reason: str
    at: datetime
    project_code: str
    vintage: int
    kg: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A proposal to cancel numbers, and what became of it."""

    id: int
    first: int
    last: int
    reason: str
    proposed_by: int
    proposed_at: datetime
    outcome: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A vintage that is doubted now."""

    id: int
    project_code: str
    vintage: int
    reason: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the registry and how much it moved."""

    number: int
    id: UUID
    kind: str
    at: datetime
    organisation_id: int | None
    facts: dict[str, Any]
    outbox_id: int | None
    kg: int
