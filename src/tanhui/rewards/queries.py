"""What one may know of rewards: the shelf, who pays, and what became of each redemption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.behaviours.queries import points_waiting
from tanhui.identity.organisations.queries import organisations
from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import unseal
from tanhui.ledger import queries as books
from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.rewards import refusals
from tanhui.rewards.records import (
    Batch,
    Funding,
    Offer,
    Redemption,
    Shelved,
    Spendable,
    Step,
    Voucher,
)
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.rewards"
CODE_FIELD = "rewards.code"
SEALED = (
    SealedColumn("rewards_code", "code_sealed", lambda _: CODE_FIELD, index_column="code_hash"),
)
_SHELF = ("published",)


def rows(statement: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of one of this room's statements, by the names of their columns."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(asked))
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found]


def run(statement: str, values: Mapping[str, object]) -> None:
    """Runs one of this room's statements that answers nothing."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(values))


def _offers(
    *,
    code: str | None = None,
    offer_id: int | None = None,
    merchant_id: int | None = None,
    states: Iterable[str] = (),
) -> list[Offer]:
    asked = {"code": code, "id": offer_id, "merchant_id": merchant_id, "states": list(states)}
    return [Offer(**row) for row in rows("offers", asked)]


def offers(*, states: Iterable[str] = (), merchant_id: int | None = None) -> list[Offer]:
    """Offers in the order of their codes: all, those in some states, those of one merchant."""
    return _offers(merchant_id=merchant_id, states=states)


def offer(code: str) -> Offer:
    """One offer, whatever its state; refuses `no_such_offer`."""
    found = _offers(code=code)
    if not found:
        raise refusals.no_such_offer()
    return found[0]


def offer_by_id(offer_id: int) -> Offer:
    """One offer by its number; refuses `no_such_offer`."""
    found = _offers(offer_id=offer_id)
    if not found:
        raise refusals.no_such_offer()
    return found[0]


def batches(
    *, offer_ids: Iterable[int] | None = None, funding_id: int | None = None
) -> list[Batch]:
    """Batches in the order in which they open: of some offers, of a window, or all."""
    asked = {
        "offer_ids": None if offer_ids is None else list(offer_ids),
        "funding_id": funding_id,
    }
    return [Batch(**row) for row in rows("batches", asked)]


def funding(funding_id: int) -> Funding:
    """One window; refuses `no_such_funding`."""
    found = rows("fundings", {"id": funding_id, "sponsor_id": None, "open_at": None})
    if not found:
        raise refusals.no_such_funding()
    return Funding(**found[0])


def fundings(*, sponsor_id: int | None = None, open_at: datetime | None = None) -> list[Funding]:
    """Windows, the newest first: all, a sponsor's, those that are open at a time."""
    asked = {"id": None, "sponsor_id": sponsor_id, "open_at": open_at}
    return [Funding(**row) for row in rows("fundings", asked)]


def shelf(*, at: datetime, category: str = "") -> list[Shelved]:
    """What is on the shelf now, what can be had first: first what is left, then by price."""
    found = _shelved(
        [each for each in offers(states=_SHELF) if category in ("", each.category)], at
    )
    return sorted(found, key=lambda each: (each.left == 0, each.offer.price_points, each.offer.id))


def shelved(code: str, at: datetime) -> Shelved:
    """One offer as it stands on the shelf; refuses `no_such_offer` for one never published."""
    found = offer(code)
    if found.published_at is None:
        raise refusals.no_such_offer()
    return _shelved([found], at)[0]


def _shelved(found: list[Offer], at: datetime) -> list[Shelved]:
    stocked: dict[int, list[Batch]] = defaultdict(list)
    for batch in batches(offer_ids=[each.id for each in found]):
        stocked[batch.offer_id].append(batch)
    wanted = {each.merchant_id for each in found}
    wanted |= {batch.sponsor_id for group in stocked.values() for batch in group}
    names = organisations(ids=wanted)
    made = []
    for each in found:
        live = [batch for batch in stocked[each.id] if batch.ended_at is None and batch.until > at]
        now = [batch for batch in live if batch.is_open(at)]
        coming = [batch for batch in live if batch.opens_at > at]
        first = coming[0].opens_at if coming else None
        payers = [batch for batch in now if batch.left_units] or now or coming or stocked[each.id]
        made.append(
            Shelved(
                offer=each,
                merchant=names[each.merchant_id],
                left=sum(batch.left_units for batch in now),
                batches=tuple(live),
                sponsors=tuple(
                    names[number] for number in dict.fromkeys(batch.sponsor_id for batch in payers)
                ),
                next_opens_at=first,
                next_units=sum(batch.left_units for batch in coming if batch.opens_at == first),
            )
        )
    return made


def redemption(citizen_id: int, redemption_id: UUID) -> Redemption:
    """One redemption of a citizen; refuses `no_such_redemption`."""
    asked = {"citizen_id": citizen_id, "id": redemption_id, "states": [], "limit": 1}
    found = rows("redemptions", asked)
    if not found:
        raise refusals.no_such_redemption()
    return Redemption(**found[0])


def redemptions(
    citizen_id: int, *, states: Iterable[str] = (), limit: int = 100
) -> list[Redemption]:
    """A citizen's redemptions, the newest first."""
    asked = {"citizen_id": citizen_id, "id": None, "states": list(states), "limit": limit}
    return [Redemption(**row) for row in rows("redemptions", asked)]


def spent_lately(citizen_id: int, at: datetime) -> int:
    """Points that a citizen spent or set aside in the last 24 hours."""
    return int(rows("spent_lately", {"citizen_id": citizen_id, "at": at})[0]["points"])


def redemption_of_key(citizen_id: int, key: str) -> Redemption:
    """The redemption that a key began; refuses `no_such_redemption`."""
    found = rows("redemption_of_key", {"citizen_id": citizen_id, "key": key})
    if not found:
        raise refusals.no_such_redemption()
    return Redemption(**found[0])


def redemption_by_id(redemption_id: UUID) -> Redemption:
    """Anybody's redemption, for desks; refuses `no_such_redemption`."""
    found = rows("redemption_by_id", {"id": redemption_id})
    if not found:
        raise refusals.no_such_redemption()
    return Redemption(**found[0])


def steps(citizen_id: int, redemption_id: UUID) -> list[Step]:
    """What happened to a redemption, the earliest first."""
    asked = {"citizen_id": citizen_id, "id": redemption_id}
    return [Step(**row) for row in rows("steps", asked)]


def voucher(code: str) -> Voucher:
    """The voucher of a code; refuses `no_such_voucher`."""
    found = rows("voucher", {"code": code, "redemption_id": None})
    if not found:
        raise refusals.no_such_voucher()
    return _voucher(found[0])


def voucher_of(citizen_id: int, redemption_id: UUID) -> Voucher | None:
    """The voucher of a citizen's redemption, or None where there is none."""
    found = rows("voucher", {"code": None, "redemption_id": redemption_id})
    made = _voucher(found[0]) if found else None
    return made if made and made.redemption.citizen_id == citizen_id else None


def _voucher(row: dict[str, Any]) -> Voucher:
    made = redemption(row["citizen_id"], row["redemption_id"])
    return Voucher(row["code"], row["merchant_id"], made, offer_by_id(made.offer_id))


def codes_of(citizen_id: int, redemption_id: UUID) -> list[str]:
    """The merchant's codes that a citizen's redemption brought, opened."""
    redemption(citizen_id, redemption_id)
    found = rows("codes_of", {"redemption_id": redemption_id})
    return [unseal(row["code_sealed"], field=CODE_FIELD) for row in found]


def spendable(citizen_id: int, at: datetime) -> Spendable:
    """A citizen's points: what may be spent now, what waits and until when, what is set aside."""
    held = books.balances(holder_id=citizen_id, kinds=(CITIZEN_POINTS,))[CITIZEN_POINTS]
    waiting = points_waiting(citizen_id=citizen_id, at=at)
    return Spendable(
        max(0, held.available - waiting.points), waiting.points, waiting.next_day, held.reserved
    )
