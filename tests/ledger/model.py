"""The books once more, in the plainest Python: one item after another, no set, no lock, no SQL.

It shares with the product only the words for what is asked (`Transfer`, `Resolution`); what is
answered is worked out here alone, from the rules in `docs/ledger.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.ledger.transfers import AccountKey, Phase, Resolution, Transfer

LIMIT = 10**15
FULL = 10**18
Item = Transfer | Resolution


@dataclass
class Account:
    """The four numbers of an account or pool."""

    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0

    @property
    def available(self) -> int:
        return self.credits_posted - self.debits_posted - self.debits_pending


@dataclass
class Books:
    """Accounts, and every transfer ever accepted, by id."""

    kinds: dict[int, tuple[str, bool]]
    accounts: dict[tuple[int, int], Account] = field(default_factory=dict)
    transfers: dict[UUID, Item] = field(default_factory=dict)
    ended: dict[UUID, Phase] = field(default_factory=dict)

    def open(self, holder_id: int, kind: int) -> bool:
        """Opens an account; answers whether it was not there yet."""
        missing = (holder_id, kind) not in self.accounts
        self.accounts.setdefault((holder_id, kind), Account())
        return missing

    def post(self, batch: list[Item], at: datetime) -> list[str]:
        """Answers and records one batch. Nothing in it sees what the batch itself brings about."""
        judge = _Batch(self, at)
        results = [judge.answer(item) for item in batch]
        for item, result in zip(batch, results, strict=True):
            if result == "ok":
                self._record(item)
        return results

    def due(self, at: datetime) -> list[UUID]:
        """The reservations whose end has come, oldest first."""
        found = [
            (item.expires_at, item.id)
            for item in self.transfers.values()
            if isinstance(item, Transfer) and item.pending and item.id not in self.ended
            if item.expires_at is not None and item.expires_at <= at
        ]
        return [transfer_id for _, transfer_id in sorted(found)]

    def account(self, key: AccountKey) -> Account | None:
        """The account or pool of that name, if there is one."""
        place = (key.holder_id, key.kind.number)
        if self.kinds[key.kind.number][1]:
            return self.accounts.setdefault(place, Account())
        return self.accounts.get(place)

    def reservation(self, transfer_id: UUID) -> Transfer | None:
        """The pending transfer with that id, ended or not."""
        found = self.transfers.get(transfer_id)
        return found if isinstance(found, Transfer) and found.pending else None

    def _record(self, item: Item) -> None:
        self.transfers[item.id] = item
        if isinstance(item, Resolution):
            self.end(item)
            return
        debit, credit = self.account(item.debit), self.account(item.credit)
        assert debit is not None
        assert credit is not None
        if item.pending:
            debit.debits_pending += item.amount
            credit.credits_pending += item.amount
        else:
            debit.debits_posted += item.amount
            credit.credits_posted += item.amount

    def end(self, item: Resolution) -> None:
        """Ends a reservation."""
        held = self.reservation(item.pending_id)
        assert held is not None
        debit, credit = self.account(held.debit), self.account(held.credit)
        assert debit is not None
        assert credit is not None
        self.ended[held.id] = item.phase
        debit.debits_pending -= held.amount
        credit.credits_pending -= held.amount
        if item.phase is Phase.POST:
            debit.debits_posted += held.amount
            credit.credits_posted += held.amount


class _Batch:
    """What one batch has seen so far: its ids, its ends, and what it has tried to spend."""

    def __init__(self, books: Books, at: datetime) -> None:
        self.books = books
        self.at = at
        self.ids: set[UUID] = set()
        self.ends: set[UUID] = set()
        self.asked: dict[AccountKey, int] = {}

    def answer(self, item: Item) -> str:
        if item.id in self.ids:
            return "id_repeated_in_batch"
        self.ids.add(item.id)
        if item.id in self.books.transfers:
            return _compared(self.books.transfers[item.id], item)
        if isinstance(item, Resolution):
            return self._end(item)
        return self._wrong(item) or self._spend(item)

    def _end(self, item: Resolution) -> str:
        held = self.books.reservation(item.pending_id)
        if held is None:
            return "pending_not_found"
        if held.id in self.books.ended:
            done = {Phase.POST: "posted", Phase.VOID: "voided", Phase.EXPIRE: "expired"}
            return f"pending_already_{done[self.books.ended[held.id]]}"
        over = held.expires_at is not None and held.expires_at <= self.at
        if item.phase is Phase.POST and over:
            return "pending_expired"
        if item.phase is Phase.EXPIRE and not over:
            return "pending_not_due"
        if held.id in self.ends:
            return "pending_resolved_in_batch"
        self.ends.add(held.id)
        return "ok"

    def _wrong(self, item: Transfer) -> str | None:
        kinds = self.books.kinds
        debit, credit = item.debit.kind.number, item.credit.kind.number
        if item.amount <= 0:
            return "amount_must_be_positive"
        if item.amount > LIMIT:
            return "amount_too_large"
        if item.debit == item.credit:
            return "accounts_must_be_different"
        if debit not in kinds or credit not in kinds:
            return "unknown_kind"
        if kinds[debit][0] != kinds[credit][0]:
            return "assets_must_match"
        if debit == credit == CITIZEN_POINTS.number:
            return "points_stay_with_their_person"
        if self.books.account(item.debit) is None:
            return "debit_account_not_found"
        receiver = self.books.account(item.credit)
        if receiver is None:
            return "credit_account_not_found"
        if item.expires_at is not None:
            if not item.pending:
                return "expiry_needs_pending"
            if item.expires_at <= self.at:
                return "expires_in_the_past"
        if not kinds[credit][1] and receiver.credits_posted + receiver.credits_pending > FULL:
            return "credit_account_full"
        return None

    def _spend(self, item: Transfer) -> str:
        payer = self.books.account(item.debit)
        assert payer is not None
        if self.books.kinds[item.debit.kind.number][1]:
            return "ok"
        self.asked[item.debit] = self.asked.get(item.debit, 0) + item.amount
        return "ok" if self.asked[item.debit] <= payer.available else "exceeds_balance"


def _compared(old: Item, new: Item) -> str:
    """Whether a repeat is the same thing, or the first field in which it differs."""
    if old.phase != new.phase:
        return "exists_with_different_phase"
    if isinstance(old, Resolution) and isinstance(new, Resolution):
        pairs: dict[str, tuple[object, object]] = {"pending_id": (old.pending_id, new.pending_id)}
    else:
        assert isinstance(old, Transfer)
        assert isinstance(new, Transfer)
        pairs = {
            "debit_account": (old.debit, new.debit),
            "credit_account": (old.credit, new.credit),
            "amount": (old.amount, new.amount),
            "expires_at": (old.expires_at, new.expires_at),
        }
    pairs["reason"] = (old.reason, new.reason)
    for name, (before, now) in pairs.items():
        if before != now:
            return f"exists_with_different_{name}"
    return "exists"
