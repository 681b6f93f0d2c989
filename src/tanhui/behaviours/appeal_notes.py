"""What was said about a held deed, for its citizen and for the desk."""

from __future__ import annotations

from uuid import UUID

from tanhui.behaviours.rows import AppealNote
from tanhui.cases import queries as cases
from tanhui.cases.kinds import PARTY

# What each step's words are to the citizen.
_SAID = frozenset({"explain", "object", "answer"})
_ANSWERS = frozenset({"release", "grant", "uphold"})


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
