"""Disputes about redemptions: what they are about, where they stand, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.cases import queries as cases
from tanhui.cases.queries import Step
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.rewards import dispute_refusals as refusals
from tanhui.rewards.queries import rows

# Roles that read every dispute; the others read those of their own shop or their own redemptions.
_DESKS = frozenset({"operator", "regulator", "auditor"})
_MOST = 200
# Draws have the letter D.
_LETTER = "Q"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute; `state` is that of its case, `clock_at` when the next word is due.

    `raised_by` is `citizen` or `merchant`; points and fen are for all units.
    """

    number: int
    case_id: UUID
    citizen_id: int
    redemption_id: UUID
    raised_by: str
    at: datetime
    state: str
    clock_at: datetime | None
    closed_at: datetime | None
    offer_code: str
    title_zh: str
    title_en: str
    merchant_id: int
    delivery: str
    units: int
    points: int
    cost_fen: int
    redemption_state: str
    confirmed_at: datetime | None
    ended_at: datetime | None
    voucher_code: str | None

    @property
    def code(self) -> str:
        """How people call it, such as `Q-0007`."""
        return f"{_LETTER}-{self.number:04d}"

    @property
    def voucher_shown(self) -> str:
        """The voucher's code in two groups of four; empty where there is none."""
        return f"{self.voucher_code[:4]} {self.voucher_code[4:]}" if self.voucher_code else ""

    @property
    def is_live(self) -> bool:
        """Whether somebody still owes a word."""
        return self.closed_at is None


def dispute(code: str) -> Dispute:
    """One dispute, whoever asks; refuses `no_such_dispute`."""
    letter, _, digits = code.partition("-")
    if not (letter == _LETTER and digits.isascii() and digits.isdigit() and len(digits) < 12):
        raise refusals.no_such_dispute()
    return of_number(int(digits))


def of_number(number: int) -> Dispute:
    """One dispute by its number; refuses `no_such_dispute`."""
    found = _found(number=number)
    if not found:
        raise refusals.no_such_dispute()
    return found[0]


def of_case(case_id: UUID) -> Dispute:
    """One dispute by its case; refuses `no_such_dispute`."""
    found = _found(case_id=case_id)
    if not found:
        raise refusals.no_such_dispute()
    return found[0]


def readable(*, actor: Actor, code: str) -> Dispute:
    """A dispute that the actor may read: their own, of their own shop, or any for the desks.

    Refuses `no_such_dispute`, so that numbers of others tell nothing.
    """
    found = dispute(code)
    own = actor.person_id is not None and actor.person_id == found.citizen_id
    if own or is_of_shop(actor, found) or actor.roles & _DESKS:
        return found
    raise refusals.no_such_dispute()


def is_of_shop(actor: Actor, found: Dispute) -> bool:
    """Whether the actor works at the shop that the dispute is about."""
    return "merchant" in actor.roles and actor.organisation_id == found.merchant_id


def disputes_of_merchant(merchant_id: int, *, live: bool | None = None) -> list[Dispute]:
    """Disputes about a merchant's offers, the newest first."""
    return _found(merchant_id=merchant_id, live=live)


def disputes_of_citizen(citizen_id: int, *, live: bool | None = None) -> list[Dispute]:
    """Disputes about a citizen's redemptions, the newest first, whoever raised them."""
    return _found(citizen_id=citizen_id, live=live)


def disputes_of_redemption(citizen_id: int, redemption_id: UUID) -> list[Dispute]:
    """Disputes about one redemption, the newest first."""
    return _found(citizen_id=citizen_id, redemption_id=redemption_id)


def all_disputes(*, actor: Actor, live: bool | None = None) -> list[Dispute]:
    """Every dispute, the newest first, at most 200; refuses `not_permitted`."""
    require(actor, "cases.read")
    return _found(live=live)


def story(found: Dispute) -> list[Step]:
    """What was said and decided, in order, without the opening that says nothing."""
    return [step for step in cases.history(found.case_id) if step.step != "open"]


def due(limit: int) -> list[Dispute]:
    """Live disputes whose points came back in another way, the earliest first."""
    numbers = [row["number"] for row in rows("disputes_settled", {"limit": limit})]
    return [of_number(number) for number in numbers]


def _found(
    *,
    number: int | None = None,
    case_id: UUID | None = None,
    merchant_id: int | None = None,
    citizen_id: int | None = None,
    redemption_id: UUID | None = None,
    live: bool | None = None,
) -> list[Dispute]:
    asked = {
        "number": number,
        "case_id": case_id,
        "merchant_id": merchant_id,
        "citizen_id": citizen_id,
        "redemption_id": redemption_id,
        "live": live,
        "limit": _MOST,
    }
    return [Dispute(**row) for row in rows("disputes", asked)]
