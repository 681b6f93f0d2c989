"""Enrolling a device, giving its code, recovering without it, and resetting it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.models import Membership, RecoveryCode, SecondFactor, Session
from tanhui.identity.second_factor import codes, refusals
from tanhui.identity.second_factor.secret import open_secret, recovery_hash, seal_secret
from tanhui.identity.sessions.commands import raise_session
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal

TRIES_MAX = 5
LOCK = timedelta(minutes=15)
# What is shown to enrol with is good for as long as one needs to fetch a phone.
ENROLMENT_LIFE = timedelta(minutes=15)


def begin_enrolment(*, actor: Actor, at: datetime) -> None:
    """Makes sure that there is a secret to enrol with; a stale one is replaced.

    Refuses `not_permitted`, `seat_missing` (who has no desk) and `second_factor_exists`.
    """
    require(actor, "second_factor.own")
    with transaction.atomic():
        person_id = _seated(actor)
        live = _live(person_id)
        if live is not None:
            if live.confirmed_at is not None:
                raise refusals.second_factor_exists()
            if at - live.made_at < ENROLMENT_LIFE:
                return
            _end(live, at)
        number = uuid4()
        SecondFactor.objects.create(
            id=number,
            person_id=person_id,
            secret_sealed=seal_secret(codes.new_secret(), number),
            made_at=at,
        )


def confirm_enrolment(
    *, actor: Actor, session_token: str, code: str, at: datetime
) -> tuple[str, list[str]]:
    """Takes the device's first code: the session becomes one of staff.

    Answers the new session token and the recovery codes, which nobody sees again. Refuses
    `not_permitted`, `seat_missing`, `second_factor_exists`, `second_factor_expired`,
    `second_factor_wrong` and `second_factor_locked`.
    """
    require(actor, "second_factor.own")
    with transaction.atomic():
        person_id = _seated(actor)
        live = _live(person_id)
        if live is None or at - live.made_at >= ENROLMENT_LIFE:
            raise refusals.second_factor_expired()
        if live.confirmed_at is not None:
            raise refusals.second_factor_exists()
        refusal = _try_code(live, code, at)
        if refusal is None:
            live.confirmed_at = at
            live.save(update_fields=["confirmed_at"])
            shown = _new_recovery_codes(live)
            _told(actor, "identity.second_factor_confirmed", person_id, at)
            return _raised(live.person_id, session_token, at), shown
    raise refusal


def give_code(*, actor: Actor, session_token: str, code: str, at: datetime) -> str:
    """Takes a code of the device; answers the token of the session that is now one of staff.

    Refuses `not_permitted`, `seat_missing`, `second_factor_missing`, `second_factor_wrong` and
    `second_factor_locked` (five wrong tries, for a quarter of an hour).
    """
    require(actor, "second_factor.own")
    # A wrong try is counted by this transaction, which the refusal must not undo.
    with transaction.atomic():
        factor = _confirmed(actor)
        refusal = _try_code(factor, code, at)
        if refusal is None:
            _told(actor, "identity.second_factor_given", factor.person_id, at)
            return _raised(factor.person_id, session_token, at)
    raise refusal


def give_recovery_code(*, actor: Actor, session_token: str, code: str, at: datetime) -> str:
    """Uses one recovery code up; answers the token of the session that is now one of staff.

    Refuses as `give_code` does: `not_permitted`, `seat_missing`, `second_factor_missing`,
    `second_factor_wrong`, `second_factor_locked`.
    """
    require(actor, "second_factor.own")
    with transaction.atomic():
        factor = _confirmed(actor)
        refusal = _locked(factor, at)
        if refusal is None:
            hashes = recovery_hash(codes.plain_recovery_code(code), factor.id)
            found = factor.recovery_codes.filter(code_hash__in=hashes, used_at__isnull=True).first()
            if found is None:
                refusal = _failed(factor, at)
            else:
                found.used_at = at
                found.save(update_fields=["used_at"])
                _cleared(factor)
                _told(actor, "identity.recovery_code_used", factor.person_id, at)
                return _raised(factor.person_id, session_token, at)
    raise refusal


def renew_recovery_codes(*, actor: Actor, code: str, at: datetime) -> list[str]:
    """New recovery codes in place of all older ones, for a code of the device.

    Refuses `not_permitted`, `seat_missing`, `second_factor_missing`, `second_factor_wrong` and
    `second_factor_locked`.
    """
    require(actor, "second_factor.own")
    with transaction.atomic():
        factor = _confirmed(actor)
        refusal = _try_code(factor, code, at)
        if refusal is None:
            factor.recovery_codes.all().delete()
            _told(actor, "identity.recovery_codes_renewed", factor.person_id, at)
            return _new_recovery_codes(factor)
    raise refusal


def reset_second_factor(*, actor: Actor, person_id: int, at: datetime) -> None:
    """Ends a person's second factor and sessions; the next log-in enrols another device.

    Refuses `not_permitted`, `own_second_factor` and `second_factor_missing`.
    """
    require(actor, "second_factor.reset")
    if actor.person_id == person_id:
        raise refusals.own_second_factor()
    with transaction.atomic():
        live = _live(person_id)
        if live is None:
            raise refusals.second_factor_missing()
        _end(live, at)
        Session.objects.filter(person_id=person_id).delete()
        _told(actor, "identity.second_factor_reset", person_id, at)


def end_second_factor(*, person_id: int, at: datetime) -> None:
    """Forgets the secret of somebody who leaves their desk; part of the act that ends the seat."""
    live = _live(person_id)
    if live is not None:
        _end(live, at)


def _seated(actor: Actor) -> int:
    person_id = actor.person_id
    if person_id is None:
        raise refusals.seat_missing()
    if not Membership.objects.filter(person_id=person_id, ended_at__isnull=True).exists():
        raise refusals.seat_missing()
    return person_id


def _live(person_id: int) -> SecondFactor | None:
    """The person's factor, held until the transaction ends: tries are counted one by one."""
    return (
        SecondFactor.objects.select_for_update()
        .filter(person_id=person_id, ended_at__isnull=True)
        .first()
    )


def _confirmed(actor: Actor) -> SecondFactor:
    live = _live(_seated(actor))
    if live is None or live.confirmed_at is None:
        raise refusals.second_factor_missing()
    return live


def _locked(factor: SecondFactor, at: datetime) -> Refusal | None:
    if factor.locked_until is not None and at < factor.locked_until:
        return refusals.second_factor_locked(factor.locked_until - at)
    return None


def _try_code(factor: SecondFactor, code: str, at: datetime) -> Refusal | None:
    refusal = _locked(factor, at)
    if refusal is not None:
        return refusal
    step = codes.accepted_step(open_secret(factor), code, at=at, after=factor.last_step)
    if step is None:
        return _failed(factor, at)
    factor.last_step = step
    _cleared(factor)
    return None


def _failed(factor: SecondFactor, at: datetime) -> Refusal:
    factor.failures += 1
    left = TRIES_MAX - factor.failures
    if left <= 0:
        factor.failures, factor.locked_until = 0, at + LOCK
        _told(_whose(factor), "identity.second_factor_locked", factor.person_id, at)
    factor.save(update_fields=["failures", "locked_until"])
    return refusals.second_factor_wrong(left) if left > 0 else refusals.second_factor_locked(LOCK)


def _cleared(factor: SecondFactor) -> None:
    factor.failures, factor.locked_until = 0, None
    factor.save(update_fields=["last_step", "failures", "locked_until"])


def _end(factor: SecondFactor, at: datetime) -> None:
    factor.recovery_codes.all().delete()
    factor.secret_sealed, factor.ended_at = None, at
    factor.save(update_fields=["secret_sealed", "ended_at"])


def _new_recovery_codes(factor: SecondFactor) -> list[str]:
    shown = codes.new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            factor=factor,
            code_hash=recovery_hash(codes.plain_recovery_code(code), factor.id)[0],
        )
        for code in shown
    )
    return shown


def _raised(person_id: int, session_token: str, at: datetime) -> str:
    return raise_session(
        person_id=person_id, session_token=session_token, at=at, second_factor=True
    )


def _whose(factor: SecondFactor) -> Actor:
    return Actor(name=f"person:{factor.person_id}", roles=frozenset(), person_id=factor.person_id)


def _told(actor: Actor, action: str, person_id: int, at: datetime) -> None:
    write_audit(actor=actor, action=action, subject=f"person:{person_id}", facts={}, at=at)
