"""Sending six digits to a phone, and trying what somebody typed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from tanhui.identity import refusals
from tanhui.identity.models import LoginCode
from tanhui.identity.sealing import blind_index, blind_indexes, is_blind_code
from tanhui.identity.sms import Sms
from tanhui.kernel.refusals import Refusal
from tanhui.runtime.sql import load

# What a code lets its owner do. One of them is no good for the other, so that nobody can be talked
# out of a code for logging in under the name of a harmless check.
LOGIN, PROOF = "login", "proof"
CODE_LIFE = timedelta(minutes=5)
CODE_TRIES_MAX = 5
CODE_PAUSE = timedelta(seconds=60)
CODES_PER_HOUR_MAX = 5
CODES_PER_ADDRESS_AND_HOUR_MAX = 60
PHONE_FIELD = "identity.person.phone"
_ADDRESS_FIELD = "identity.logincode.address"
_CODE_FIELD = "identity.logincode.code"
_CODE_KEPT = timedelta(days=1)
_HOUR = timedelta(hours=1)


def send_code(
    *, number: str, purpose: str, at: datetime, sms: Sms, address: str | None = None
) -> None:
    """Sends six digits that are good for five minutes, five tries and one purpose.

    Refuses `too_many_codes` (one a minute and five an hour for each phone, whatever they are for)
    and `too_many_codes_here` (sixty an hour from each network address).
    """
    index = blind_index(number, field=PHONE_FIELD)
    place = blind_index(address, field=_ADDRESS_FIELD) if address else None
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        lock_phone(number=number)
        _refuse_too_many(number, place, at)
        LoginCode.objects.filter(created_at__lt=at - _CODE_KEPT).delete()
        LoginCode.objects.create(
            phone_index=index,
            address_index=place,
            code_hash=blind_index(_code_text(index, code), field=_CODE_FIELD),
            purpose=purpose,
            created_at=at,
            expires_at=at + CODE_LIFE,
        )
    sms.send_login_code(number, code)


def _refuse_too_many(number: str, place: bytes | None, at: datetime) -> None:
    recent = list(
        _codes_of(number)
        .filter(created_at__gt=at - _HOUR)
        .order_by("-created_at")
        .values_list("created_at", flat=True)[:CODES_PER_HOUR_MAX]
    )
    if recent and at - recent[0] < CODE_PAUSE:
        raise refusals.too_many_codes(recent[0] + CODE_PAUSE - at)
    if len(recent) >= CODES_PER_HOUR_MAX:
        raise refusals.too_many_codes(recent[-1] + _HOUR - at)
    if place is None:
        return
    here = LoginCode.objects.filter(address_index=place, created_at__gt=at - _HOUR)
    if here.count() >= CODES_PER_ADDRESS_AND_HOUR_MAX:
        raise refusals.too_many_codes_here()


def try_code(*, number: str, code: str, purpose: str, at: datetime) -> None:
    """Uses up the newest code of this phone for this purpose.

    A wrong try is counted by a transaction of its own, which the refusal does not undo. Refuses
    `code_wrong`, `code_expired` and `code_used_up` (five wrong tries).
    """
    with transaction.atomic():
        lock_phone(number=number)
        refusal = _tried(number, code.strip(), purpose, at)
    if refusal is not None:
        raise refusal


def _tried(number: str, code: str, purpose: str, at: datetime) -> Refusal | None:
    waiting = _codes_of(number).filter(used_at__isnull=True, purpose=purpose)
    sent = waiting.order_by("-created_at", "-id").first()
    if sent is None or sent.expires_at <= at:
        return refusals.code_expired()
    if sent.attempts >= CODE_TRIES_MAX:
        return refusals.code_used_up()
    text = _code_text(bytes(sent.phone_index), code)
    if not is_blind_code(bytes(sent.code_hash), text, field=_CODE_FIELD):
        sent.attempts += 1
        sent.save(update_fields=["attempts"])
        left = CODE_TRIES_MAX - sent.attempts
        return refusals.code_wrong(left) if left else refusals.code_used_up()
    sent.used_at = at
    sent.save(update_fields=["used_at"])
    return None


def lock_phone(*, number: str) -> None:
    """Whoever does something about this phone at the same moment waits here.

    The oldest of its indexes is the one that every program knows while the key changes.
    """
    oldest = blind_indexes(number, field=PHONE_FIELD)[-1]
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "lock_phone"), {"phone_index": oldest})


def _codes_of(number: str) -> QuerySet[LoginCode]:
    return LoginCode.objects.filter(phone_index__in=blind_indexes(number, field=PHONE_FIELD))


def _code_text(index: bytes, code: str) -> str:
    """What is hashed, by a key: six digits could be guessed from a plain hash."""
    return index.hex() + code
