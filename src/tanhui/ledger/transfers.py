"""What a transfer is, before it is posted, and what posting it answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID, uuid5

from tanhui.ledger.chart import Kind, Reason


class Phase(IntEnum):
    """How a transfer stands to its money: at once, reserved, or the end of a reservation."""

    POSTED = 0
    PENDING = 1
    POST = 2
    VOID = 3
    EXPIRE = 4


@dataclass(frozen=True, slots=True)
class AccountKey:
    """One account: the holder's number in its own room, and the kind."""

    holder_id: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Transfer:
    """A posting or a reservation of `amount` (integer, in the asset's unit).

    The caller chooses `id`; sending it again with the same content answers `exists`.
    """

    id: UUID
    debit: AccountKey
    credit: AccountKey
    amount: int
    reason: Reason
    pending: bool = False
    expires_at: datetime | None = None

    @property
    def phase(self) -> Phase:
        return Phase.PENDING if self.pending else Phase.POSTED


@dataclass(frozen=True, slots=True)
class Resolution:
    """The end of a pending transfer, whole: posted, voided or expired."""

    id: UUID
    pending_id: UUID
    phase: Phase
    reason: Reason = Reason.RESOLUTION


_EXPIRY_NAMESPACE = UUID("5f0ac5be-2c1c-5a4b-9d0c-6f5b3f2f5a10")


def expiry_id(pending_id: UUID) -> UUID:
    """The id under which a pending transfer expires: derived, so that two runs of it are one."""
    return uuid5(_EXPIRY_NAMESPACE, str(pending_id))


# More would be slower for everyone, and the books' limits on amounts count on it.
POSTING_ITEMS_MAX = 8_192
AMOUNT_MAX = 10**15

# What one item of a batch may answer. Transient ones may succeed when sent again later.
ACCEPTED = frozenset({"ok", "exists"})
TRANSIENT = frozenset(
    {
        "exceeds_balance",
        "debit_account_not_found",
        "credit_account_not_found",
        "pending_not_found",
        "pending_not_due",
    }
)
PERMANENT = frozenset(
    {
        "id_repeated_in_batch",
        "exists_with_different_phase",
        "exists_with_different_pending_id",
        "exists_with_different_debit_account",
        "exists_with_different_credit_account",
        "exists_with_different_amount",
        "exists_with_different_expires_at",
        "exists_with_different_reason",
        "pending_already_posted",
        "pending_already_voided",
        "pending_already_expired",
        "pending_resolved_in_batch",
        "pending_expired",
        "amount_must_be_positive",
        "amount_too_large",
        "accounts_must_be_different",
        "unknown_kind",
        "assets_must_match",
        "points_stay_with_their_person",
        "expiry_needs_pending",
        "expires_in_the_past",
        "credit_account_full",
    }
)
RESULTS = ACCEPTED | TRANSIENT | PERMANENT
