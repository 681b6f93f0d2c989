"""The desk for personal data: what a person asks for by phone, proved by a code on that phone.

An export takes one member of staff, an erasure two; both are cases with a term, and every step
leaves an audit row without any personal value.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tanhui.behaviours.personal import refusals
from tanhui.behaviours.personal.erasure import forget
from tanhui.behaviours.personal.export import tell
from tanhui.cases import commands as cases
from tanhui.cases import queries
from tanhui.cases.queries import Case
from tanhui.governance.permissions import require
from tanhui.identity.commands import platform_actor, prove_phone, send_login_code
from tanhui.identity.sms import Sms
from tanhui.kernel.actors import Actor

KIND = "personal-request"
EXPORT, ERASE = "export", "erase"
WANTS = (EXPORT, ERASE)
_LISTED = 200
_RUN_AT_ONCE = 100
_PERMISSION = "personal.desk"


def send_code(*, actor: Actor, phone: str, at: datetime, sms: Sms) -> str:
    """Sends a code to the phone that somebody calls from; answers the number.

    Refuses as `send_login_code` does, and `not_permitted`.
    """
    require(actor, _PERMISSION)
    return send_login_code(phone=phone, at=at, sms=sms)


def open_request(*, actor: Actor, phone: str, code: str, wants: str, at: datetime) -> UUID:
    """Opens a request of whoever reads out the code; `wants` is `export` or `erase`.

    Refuses: `not_permitted`, `wants_unknown`, `phone_invalid`, `code_wrong`, `code_expired`,
    `code_used_up`, `person_unknown` (nobody is registered), `own_request`, `case_exists`.
    """
    require(actor, _PERMISSION)
    if wants not in WANTS:
        raise refusals.wants_unknown()
    person_id = prove_phone(phone=phone, code=code, at=at)
    if person_id is None:
        raise refusals.person_unknown()
    if person_id == actor.person_id:
        raise refusals.own_request()
    return cases.open_case(
        actor=actor,
        kind=KIND,
        subject=f"{wants}:{person_id}",
        party_id=person_id,
        facts={"wants": wants},
        at=at,
    )


def hand_over(*, actor: Actor, case_id: UUID, at: datetime) -> dict[str, Any]:
    """The export for the person who asked; the request is done.

    Refuses: `not_permitted`, `person_unknown`, and as `cases.commands.take_step`.
    """
    require(actor, _PERMISSION)
    with transaction.atomic():
        person_id = _party(case_id, EXPORT)
        cases.take_step(actor=actor, case_id=case_id, step="hand-over", at=at)
        return tell(actor, person_id, at)


def propose_erasure(*, actor: Actor, case_id: UUID, words: str, at: datetime) -> None:
    """The first of two persons says that the erasure is right, and why.

    Refuses: `not_permitted`, and as `cases.commands.take_step`.
    """
    require(actor, _PERMISSION)
    with transaction.atomic():
        _party(case_id, ERASE)
        cases.take_step(actor=actor, case_id=case_id, step="propose", words=words, at=at)


def erase(*, actor: Actor, case_id: UUID, at: datetime) -> None:
    """The second person erases. What was written in the request goes with the person.

    Refuses: `not_permitted`, `seat_first`, `own_earlier_step`, and as `cases.commands.take_step`.
    """
    require(actor, _PERMISSION)
    with transaction.atomic():
        person_id = _party(case_id, ERASE)
        cases.take_step(actor=actor, case_id=case_id, step="erase", at=at)
        forget(actor, person_id, at)


def refuse(*, actor: Actor, case_id: UUID, words: str, at: datetime) -> None:
    """Ends a request without doing it, and says why.

    Refuses: `not_permitted`, and as `cases.commands.take_step`.
    """
    require(actor, _PERMISSION)
    cases.take_step(actor=actor, case_id=case_id, step="refuse", words=words, at=at)


def run_clocks(*, at: datetime) -> int:
    """Marks the requests whose term has passed; answers how many. Runs as the platform itself."""
    late = cases.run_clocks(kind=KIND, at=at, limit=_RUN_AT_ONCE)
    for found in late:
        cases.take_step(actor=platform_actor(), case_id=found.id, step="lapse", at=at)
    return len(late)


def open_requests(*, actor: Actor) -> list[Case]:
    """The requests that are not done, the oldest first. Refuses `not_permitted`."""
    require(actor, _PERMISSION)
    return queries.open_cases(KIND, limit=_LISTED)


def request_of(*, actor: Actor, case_id: UUID) -> Case:
    """One request, open or done. Refuses `not_permitted`, `no_such_case`."""
    require(actor, _PERMISSION)
    found = queries.case(case_id)
    if found.kind != KIND:
        raise refusals.no_such_request()
    return found


def _party(case_id: UUID, wants: str) -> int:
    found = queries.case(case_id)
    if found.kind != KIND or found.facts.get("wants") != wants or found.party_id is None:
        raise refusals.no_such_request()
    return found.party_id
