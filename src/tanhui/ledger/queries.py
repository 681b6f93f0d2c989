"""What one may know of the books."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from tanhui.ledger.chart import Kind
from tanhui.ledger.models import Transfer
from tanhui.runtime.sql import load


@dataclass(frozen=True, slots=True)
class Balance:
    """What may be used now, and what is reserved, in the asset's unit."""

    available: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Recount:
    """One asset recomputed from its transfers: how many accounts differ, and the total (0)."""

    asset: str
    transfers: int
    accounts: int
    differing: int
    total: int

    @property
    def matches(self) -> bool:
        """Whether every balance equals its history and all balances add up to nothing."""
        return self.differing == 0 and self.total == 0


def balances(*, holder_id: int, kinds: tuple[Kind, ...]) -> dict[Kind, Balance]:
    """The balances of one holder; a kind without an account has nothing."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.ledger", "balances"), {"holder_id": holder_id})
        held = {kind: Balance(available, reserved) for kind, reserved, available in cursor}
    return {kind: held.get(kind.number, Balance(0, 0)) for kind in kinds}


def recount() -> list[Recount]:
    """Recomputes every account from the transfers; one row per asset. Reads all the books."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.ledger", "recount"))
        return [Recount(asset, *map(int, counts)) for asset, *counts in cursor.fetchall()]


def transfer(transfer_id: UUID) -> Transfer | None:
    """One transfer by its id, or None."""
    return Transfer.objects.filter(id=transfer_id).first()
