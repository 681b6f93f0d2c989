"""Points become a reward: set aside, said yes to, given back while it is not used.

A redemption sets aside points, a unit of stock and the sponsor's money together, or nothing. Where
little is spent the yes is in the same act; where much is, the person proves the phone first.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.rewards import queries, refusals
from tanhui.rewards.records import Redemption
from tanhui.rewards.refusals import KeyKnown, VoucherCodeTaken, named
from tanhui.rewards.telling import tell_refunded
from tanhui.rewards.terms import Terms, city_terms
from tanhui.scenes.in_force import library_in_force

# Crockford's letters: none is taken for another when read aloud.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 8
_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DRAWS_MOST = 5


def redeem_reward(
    *, actor: Actor, offer_code: str, units: int, key: str, at: datetime
) -> Redemption:
    """Redeems at once what needs no further proof; what does is only reserved.

    A key answers the same redemption again. Refuses `not_permitted`, `key_invalid`,
    `units_invalid`, `exists_with_different_content`, `device_too_new`, `no_such_offer`,
    `offer_closed`, `by_draw_only`, `own_offer`, `level_too_low`, `person_limit`, `day_limit`,
    `points_missing` and `sold_out`.
    """
    return _begin(actor, offer_code, units, key, at, yes=True)


def reserve_reward(
    *, actor: Actor, offer_code: str, units: int, key: str, at: datetime
) -> Redemption:
    """Keeps units of an offer for the citizen until `hold_until`; refuses as `redeem_reward`."""
    return _begin(actor, offer_code, units, key, at, yes=False)


def confirm_redemption(*, actor: Actor, redemption_id: UUID, at: datetime) -> Redemption:
    """The citizen's yes to what was reserved; a second yes answers the same.

    Refuses `not_permitted`, `no_such_redemption`, `step_up_needed`, `device_too_new`, `hold_over`
    and `redemption_<state>`.
    """
    citizen_id = _citizen(actor, "rewards.redeem")
    before = queries.redemption(citizen_id, redemption_id)
    if before.state in ("confirmed", "delivered"):
        return before
    # A yes to what came back meanwhile is no yes: the step itself refuses it by its state.
    if before.state == "reserved":
        _may_confirm(actor, before, at)
    return go_on(
        actor=actor,
        redemption=before,
        sources=("reserved",),
        to="confirmed",
        action="rewards.confirm",
        at=at,
    )


def _may_confirm(actor: Actor, reserved: Redemption, at: datetime) -> None:
    terms = city_terms(settings.TANHUI.content_root)
    lately = queries.spent_lately(reserved.citizen_id, at)
    if (allowed := device_allowed(actor, terms, at)) and (
        reserved.points >= terms.device_wait_points or lately >= terms.device_wait_day_points
    ):
        raise refusals.device_too_new(allowed)
    if not proved(actor, terms, at) and (
        reserved.points >= terms.step_up_points or lately >= terms.step_up_day_points
    ):
        raise refusals.step_up_needed(int(terms.step_up.total_seconds() // 60))
    if reserved.hold_until is not None and reserved.hold_until <= at:
        raise refusals.hold_over()


def return_redemption(*, actor: Actor, redemption_id: UUID, at: datetime) -> Redemption:
    """Gives back what was not used; the points return with their day of expiry.

    Refuses `not_permitted`, `no_such_redemption` and `redemption_<state>`.
    """
    citizen_id = _citizen(actor, "rewards.redeem")
    return go_on(
        actor=actor,
        redemption=queries.redemption(citizen_id, redemption_id),
        sources=("reserved", "confirmed"),
        to="refunded",
        reason="returned",
        action="rewards.return",
        at=at,
    )


def go_on(
    *,
    actor: Actor,
    redemption: Redemption,
    sources: tuple[str, ...],
    to: str,
    action: str,
    at: datetime,
    reason: str | None = None,
) -> Redemption:
    """Moves a redemption on, its points, stock and money with it, and audits it.

    For the commands of this room, which have asked for their permission. Refuses
    `no_such_redemption` and `redemption_<state>`.
    """
    terms = city_terms(settings.TANHUI.content_root)

    def act() -> Redemption:
        asked = {
            "citizen_id": redemption.citizen_id,
            "id": redemption.id,
            "from_states": list(sources),
            "to_state": to,
            "reason": reason,
            "actor": actor.name,
            "voucher": draw_code(),
            "day_start": day_start(city_day(at)),
            "restored_until": at + terms.refund_min,
            "ids": [uuid4(), uuid4(), uuid4()],
            "resolution": REASON_NUMBERS[Reason.RESOLUTION],
            "points_returned": REASON_NUMBERS[Reason.POINTS_RETURNED],
            "fen_returned": REASON_NUMBERS[Reason.REWARD_RETURNED],
            "at": at,
        }
        with transaction.atomic():
            with named():
                (row,) = queries.rows("go_on", asked)
            made = Redemption(**row)
            _audit(actor, action, made, at)
            if made.state == "refunded" and redemption.state != "reserved":
                tell_refunded(redemption=made, until=at + terms.refund_min, at=at)
        return made

    return _with_free_code(act)


def draw_code() -> str:
    """Eight letters that nobody can guess, for a voucher."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CODE_LETTERS))


def checked_key(key: str) -> str:
    """A caller's key, if it is one; refuses `key_invalid`."""
    if not _KEY.fullmatch(key):
        raise refusals.key_invalid()
    return key


def asked_for(
    *,
    citizen_id: int,
    offer_code: str,
    units: int,
    key: str,
    state: str,
    actor: str,
    at: datetime,
) -> dict[str, object]:
    """What `reserve.sql` asks of one redemption in the state `state`, with no limit of points."""
    terms = city_terms(settings.TANHUI.content_root)
    limit = library_in_force().limit(city_day(at))
    return {
        "citizen_id": citizen_id,
        "id": uuid4(),
        "offer_code": offer_code,
        "units": units,
        "key": key,
        "fingerprint": fingerprint(offer_code, units),
        "state": state,
        "at": at,
        "hold_until": at + terms.hold,
        "day_start": day_start(city_day(at)),
        "waiting_since": limit.waiting_since(at) if limit else None,
        "levels_mg": terms.levels_mg,
        "voucher": draw_code(),
        "points_transfer_id": uuid4(),
        "fen_transfer_id": uuid4(),
        "points_reason": REASON_NUMBERS[Reason.POINTS_SPENT],
        "fen_reason": REASON_NUMBERS[Reason.REWARD_OWED],
        "actor": actor,
        "step_up_points": None,
        "step_up_day": None,
        "device_points": None,
        "device_day": None,
    }


def fingerprint(offer_code: str, units: int) -> bytes:
    """What a key was used for, to tell a repetition from another wish."""
    return hashlib.sha256(f"{offer_code}\0{units}".encode()).digest()


def _begin(
    actor: Actor, offer_code: str, units: int, key: str, at: datetime, *, yes: bool
) -> Redemption:
    citizen_id = _citizen(actor, "rewards.redeem")
    checked_key(key)
    terms = city_terms(settings.TANHUI.content_root)
    if not 1 <= units <= terms.units_max:
        raise refusals.units_invalid(terms.units_max)
    allowed, sure = device_allowed(actor, terms, at), proved(actor, terms, at)

    def act() -> Redemption:
        asked = asked_for(
            citizen_id=citizen_id,
            offer_code=offer_code,
            units=units,
            key=key,
            state="confirmed" if yes else "reserved",
            actor=actor.name,
            at=at,
        )
        if not sure:
            asked |= {
                "step_up_points": terms.step_up_points,
                "step_up_day": terms.step_up_day_points,
            }
        if allowed:
            asked |= {
                "device_points": terms.device_wait_points,
                "device_day": terms.device_wait_day_points,
            }
        with transaction.atomic():
            with named({"device_too_new": lambda _: refusals.device_too_new(allowed or at)}):
                (row,) = queries.rows("reserve", asked)
            made = Redemption(**row)
            _audit(actor, "rewards.redeem", made, at)
        return made

    try:
        return _with_free_code(act)
    except KeyKnown:
        before = queries.redemption_of_key(citizen_id, key)
        if before.fingerprint != fingerprint(offer_code, units):
            raise refusals.other_content() from None
        return before


def _with_free_code(act: Callable[[], Redemption]) -> Redemption:
    """Acts, and again with another code where the voucher's was taken, which is next to never."""
    for _ in range(_DRAWS_MOST - 1):
        try:
            return act()
        except VoucherCodeTaken:
            continue
    return act()


def _citizen(actor: Actor, permission: str) -> int:
    require(actor, permission)
    if actor.person_id is None:
        raise RuntimeError("a citizen without a number redeems nothing")
    return actor.person_id


def proved(actor: Actor, terms: Terms, at: datetime) -> bool:
    """Whether the person proved the phone so lately that much may be spent."""
    return actor.proved_at is not None and at - actor.proved_at <= terms.step_up


def device_allowed(actor: Actor, terms: Terms, at: datetime) -> datetime | None:
    """From when on the person's device may spend much; None when it may already."""
    if actor.device_since is None:
        return None
    allowed = actor.device_since + terms.device_wait
    return allowed if allowed > at else None


def _audit(actor: Actor, action: str, made: Redemption, at: datetime) -> None:
    write_audit(
        actor=actor,
        action=action,
        subject=f"redemption:{made.id}",
        facts={
            "offer": made.offer_id,
            "units": made.units,
            "points": made.points,
            "state": made.state,
        },
        at=at,
    )
