"""What the demo's reviewers and citizens have said about held deeds, so that the desks show it."""

from __future__ import annotations

from datetime import datetime

from tanhui.behaviours.appeals import intend_to_refuse, speak
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.desk_evidence import deed_of
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor

_REASON = "全程平均时速太高，路上几乎没有停过，像是坐车。"
_WORDS = "一路下坡，没有开车，路上人也少。"
# Of these the first are to be refused, and to the very first its citizen has objected.
_INTENDED = 2


def say_of_holds(*, at: datetime) -> None:
    """Means to refuse two of the demo's holds; one citizen objects. Does nothing a second time."""
    operator = _member("operator", "operator")
    found = [hold for hold in open_holds(actor=operator, at=at) if not hold.own]
    if any(hold.case_id for hold in found):
        return
    for place, hold in enumerate(found[:_INTENDED]):
        intend_to_refuse(actor=operator, hold_id=hold.id, reason=_REASON, at=at)
        if place == 0:
            citizen_id, key = deed_of(hold.id)
            citizen = acting(citizen_id, role=None, organisation_id=None)
            speak(actor=citizen, key=key, words=_WORDS, at=at)


def _member(persona: str, role: str) -> Actor:
    return acting(persona_id(persona), role=role, organisation_id=None)
