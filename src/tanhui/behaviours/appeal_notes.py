"""What was said about a held deed, for its citizen and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.behaviours.keys import behaviour_key
from tanhui.behaviours.rows import AppealNote
from tanhui.cases import queries as cases
from tanhui.cases.kinds import PARTY
from tanhui.runtime.sql import load

# What each step's words are to the citizen.
_SAID = frozenset({"explain", "object", "answer"})
_ANSWERS = frozenset({"release", "grant", "uphold"})
# How long a decision is told on the home.
_TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AppealToTell:
    """A held deed that waits for its citizen (`noticed`, `asked`) or was decided lately.

    `until` is when the wait ends by itself.
    """

    key: str
    state: str
    until: datetime | None
    points: int


def appeals_to_tell(*, citizen_id: int, at: datetime) -> list[AppealToTell]:
    """What a citizen should hear of held deeds: first what waits, then what was decided."""
    asked: dict[str, Any] = {"citizen_id": citizen_id, "since": at - _TOLD_FOR}
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "appeals_to_tell"), asked)
        return [AppealToTell(behaviour_key(*row[:3]), *row[3:]) for row in cursor.fetchall()]


def appeal_note(case_id: UUID) -> AppealNote:
    """The case of a hold as its citizen may know it; nobody who acted is named."""
    case, done = cases.case(case_id), cases.history(case_id)
    words: dict[str, str] = {step.step: step.words for step in done if step.words}
    taken = [step.step for step in done]
    may = next(
        (
            rule.name
            for rule in case.rules.steps.values()
            if PARTY in rule.by
            and case.state in rule.sources
            and (not rule.times or taken.count(rule.name) < rule.times)
        ),
        "",
    )
    intended = words.get("intend", "")
    answer = next((words[step] for step in taken if step in _ANSWERS and step in words), "")
    return AppealNote(
        state=case.state,
        until=case.clock_at,
        intended=intended,
        asked=words.get("ask", ""),
        # Nobody objected, so the reason that was told first stays the last word.
        answer=answer or (intended if case.state == "refused" else ""),
        said=tuple(step.words for step in done if step.step in _SAID and step.words),
        may=may,
    )
