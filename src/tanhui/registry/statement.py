"""A holder's own statement: every move of its credits, and what it has retired in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tanhui.publiclog import queries as publiclog
from tanhui.registry import queries
from tanhui.registry.leaves import account_code


@dataclass(frozen=True, slots=True)
class Move:
    """One run of numbers that one event moved; both ends included.

    `kind` is the event's, `sign` +1 for what came in, -1 for what went out or was used up, 0 for
    what stayed and was only set aside or given back. Organisations are None for a buffer, and the
    one it came from for what was issued.
    """

    event: int
    kind: str
    at: datetime
    project_code: str
    vintage: int
    first: int
    last: int
    sign: int
    from_account: str | None
    to_account: str
    from_organisation_id: int | None
    to_organisation_id: int | None
    price_fen: int | None
    log_index: int | None

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.last - self.first + 1


def statement(organisation_id: int) -> list[Move]:
    """Every move of an organisation's credits, the earliest first."""
    accounts = [each.account_id for each in queries.holdings(organisation_id)]
    found = queries.rows("statement", {"accounts": accounts}) if accounts else []
    return [
        Move(
            event=row["number"],
            kind=row["kind"],
            at=row["at"],
            project_code=row["code"],
            vintage=row["vintage"],
            first=row["first_number"],
            last=row["last_number"],
            sign=_sign(row, organisation_id),
            from_account=(
                None if row["from_account_id"] is None else account_code(row["from_account_id"])
            ),
            to_account=account_code(row["to_account_id"]),
            from_organisation_id=row["from_organisation_id"],
            to_organisation_id=row["to_organisation_id"],
            price_fen=queries.opened(row["facts"]).get("price_fen"),
            log_index=None if row["outbox_id"] is None else publiclog.position(row["outbox_id"]),
        )
        for row in found
    ]


def _sign(row: dict[str, object], organisation_id: int) -> int:
    if row["to_state"] in ("retired", "cancelled"):
        return -1
    came = row["to_organisation_id"] == organisation_id
    went = row["from_organisation_id"] == organisation_id
    return int(came) - int(went)


def retired(organisation_id: int) -> tuple[int, int]:
    """How many certificates an organisation has, and for how many kilograms."""
    row = queries.rows("retired_of", {"organisation_id": organisation_id})[0]
    return row["certificates"], row["kg"]
