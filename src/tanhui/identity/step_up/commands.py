"""Proving by a code that the phone is still one's own, in a session that is open already."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.identity.codes.commands import PROOF, send_code, try_code
from tanhui.identity.sessions.commands import raise_session
from tanhui.identity.sms import Sms
from tanhui.identity.step_up.queries import own_phone
from tanhui.kernel.actors import Actor


def ask_step_up(*, actor: Actor, at: datetime, sms: Sms, address: str | None = None) -> str:
    """Sends a code to the phone of the one who acts, which is not asked for; answers the number.

    Refuses `not_yours` (nobody acts), `phone_missing`, `too_many_codes`, `too_many_codes_here` and
    what the gateway refuses.
    """
    number = own_phone(actor)
    send_code(number=number, purpose=PROOF, at=at, sms=sms, address=address)
    return number


def give_step_up(*, actor: Actor, session_token: str, code: str, at: datetime) -> str:
    """Takes the code; answers the token of the session, which has now proved to have the phone.

    The old token is worth nothing afterwards. Refuses `not_yours`, `phone_missing`, `code_wrong`,
    `code_expired`, `code_used_up` and `session_over`.
    """
    number = own_phone(actor)
    try_code(number=number, code=code, purpose=PROOF, at=at)
    with transaction.atomic():
        person_id = actor.person_id or 0
        write_audit(
            actor=actor,
            action="identity.phone_proved",
            subject=f"person:{person_id}",
            facts={},
            at=at,
        )
        return raise_session(person_id=person_id, session_token=session_token, at=at, proved=True)
