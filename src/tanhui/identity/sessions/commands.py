"""Opening a session, raising it, and noting the device it is on."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import connection

from tanhui.identity import refusals
from tanhui.identity.models import STAFF_SESSION_LIFE, Membership, Session
from tanhui.identity.sealing import token_hash
from tanhui.runtime.sql import load

SESSION_LIFE = timedelta(days=30)
# Browsers keep a cookie for 400 days at most.
DEVICE_LIFE = timedelta(days=400)
_TOKEN_BYTES = 32


def new_device(*, known: str | None) -> str:
    """The token of the device that logs in: the one it has, or a new one where it has none."""
    return known or secrets.token_urlsafe(_TOKEN_BYTES)


def open_session(
    *, person_id: int, device: str, at: datetime, proved: bool, vouched: bool = False
) -> str:
    """Opens a session on a device within the caller's transaction; answers its token.

    `proved` says that the phone was proved just now. `vouched` stands for all that may be asked of
    anybody: the second factor, and a device that was always there.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # Who may decide over others logs in again every working day.
    staff = Membership.objects.filter(person_id=person_id, ended_at__isnull=True).exists()
    Session.objects.create(
        token_hash=token_hash(token),
        person_id=person_id,
        created_at=at,
        expires_at=at + (STAFF_SESSION_LIFE if staff else SESSION_LIFE),
        second_factor_at=at if staff and vouched else None,
        proved_at=at if proved else None,
        device_since=_note_device(person_id, device, at, vouched=vouched),
    )
    return token


def raise_session(
    *,
    person_id: int,
    session_token: str,
    at: datetime,
    second_factor: bool = False,
    proved: bool = False,
) -> str:
    """A new token in place of the old one, so that nobody who knew that one comes in with it.

    Works within the caller's transaction; the new session knows all that the old one did. Refuses
    `session_over` where the token is no longer the person's.
    """
    old = (
        Session.objects.select_for_update()
        .filter(token_hash=token_hash(session_token), person_id=person_id, expires_at__gt=at)
        .first()
    )
    if old is None:
        raise refusals.session_over()
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    Session.objects.create(
        token_hash=token_hash(token),
        person_id=old.person_id,
        created_at=old.created_at,
        expires_at=old.expires_at,
        second_factor_at=at if second_factor else old.second_factor_at,
        seen_at=at,
        proved_at=at if proved else old.proved_at,
        device_since=old.device_since,
    )
    old.delete()
    return token


def _note_device(person_id: int, device: str, at: datetime, *, vouched: bool) -> datetime:
    """Notes that a person logged in here; answers since when the device counts as theirs.

    The first one counts from registration, every other one from its first log-in.
    """
    asked: dict[str, int | bytes | datetime] = {
        "person_id": person_id,
        "token_hash": token_hash(device),
        "at": at,
        "vouched": vouched,
        "before": at - DEVICE_LIFE,
    }
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "lock_person"), {"person_id": person_id})
        cursor.execute(load("tanhui.identity", "note_device"), asked)
        [(since,)] = cursor.fetchall()
        cursor.execute(load("tanhui.identity", "forget_devices"), asked)
    found: datetime = since
    return found
