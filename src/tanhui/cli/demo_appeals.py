"""What the demo's reviewers and citizens have said about held deeds, so that the desks show it."""

from __future__ import annotations

from datetime import datetime

from tanhui.behaviours.appeals import intend_to_refuse, speak
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.desk_evidence import deed_of
from tanhui.identity.queries import acting, persona_id

_REASON = "全程平均时速太高，路上几乎没有停过，像是坐车。"
_WORDS = "一路下坡，没有开车，路上人也少。"


def say_of_holds(*, at: datetime) -> None:
    """Means to refuse a hold of 林晓, who may object, and one of somebody who has objected.

    Does nothing a second time.
    """
    operator = acting(persona_id("operator"), role="operator", organisation_id=None)
    found = open_holds(actor=operator, at=at)
    if any(hold.case_id for hold in found):
        return
    lin = persona_id("lin-xiao")
    deeds = [(*deed_of(hold.id), hold.id) for hold in found]
    hers = next((deed for deed in deeds if deed[0] == lin), None)
    others = next((deed for deed in deeds if deed[0] != lin), None)
    for deed in filter(None, (hers, others)):
        intend_to_refuse(actor=operator, hold_id=deed[2], reason=_REASON, at=at)
    if others:
        citizen = acting(others[0], role=None, organisation_id=None)
        speak(actor=citizen, key=others[1], words=_WORDS, at=at)
