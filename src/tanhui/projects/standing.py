"""Where a project stands: its case, what the public objected, what waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case, Step
from tanhui.projects.reading import Project

CASE_KIND = "project-filing"
STRIKE_OFF_KIND = "project-strike-off"
OBJECT, ANSWERS = "object", ("answer", "answer-late")
PROPOSE, OPINE = "propose", "opine"


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection of the public, with the owner's answer once there is one.

    `role` is whose it is (citizen, buyer, …), never who; `words` are None once erased; `files` are
    numbers of the vault.
    """

    number: int
    at: datetime
    role: str
    words: str | None
    files: tuple[str, ...]
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a registration fixes: the crediting period (both days), the cap of a calendar year in
    whole kilograms, and the part of each issue that is held back."""

    first: date
    last: date
    cap_kg: int
    buffer_percent: int


def filing_case(found: Project) -> Case | None:
    """The newest case of a project's filing, live or closed; None for a draft."""
    return cases.latest_cases(CASE_KIND, [found.subject]).get(found.subject)


def strike_off_case(found: Project) -> Case | None:
    """The live case about striking the project off, if there is one."""
    return cases.live_case(STRIKE_OFF_KIND, found.subject)


def filing_steps(found: Project) -> list[Step]:
    """Everything that was done in a project's filing, in order, with words.

    The words are for who takes part: the caller has asked who reads.
    """
    case = filing_case(found)
    return cases.history(case.id) if case else []


def last_step(found: Project, name: str) -> Step | None:
    """The last time that this step was taken in the filing."""
    return next((step for step in reversed(filing_steps(found)) if step.step == name), None)


def objections(found: Project) -> list[Objection]:
    """The objections to a project in order, each with its answer; for who takes part."""
    return objections_among(filing_steps(found))


def objections_among(done: Sequence[Step]) -> list[Objection]:
    """The objections among the steps of a filing."""
    answers = {int(step.facts["to"]): step for step in done if step.step in ANSWERS}
    raised = [step for step in done if step.step == OBJECT]
    told = []
    for number, step in enumerate(raised, start=1):
        answer = answers.get(number)
        told.append(
            Objection(
                number,
                step.at,
                str(step.facts.get("role", "")),
                step.words,
                step.files,
                answer.words if answer else None,
                answer.at if answer else None,
            )
        )
    return told


def terms_of(step: Step) -> Terms:
    """What a proposal to register says."""
    return Terms(
        date.fromisoformat(step.facts["first"]),
        date.fromisoformat(step.facts["last"]),
        int(step.facts["cap_kg"]),
        int(step.facts["buffer_percent"]),
    )


def proposed_terms(found: Project) -> Terms | None:
    """The terms that wait for a second person; None where no registration is proposed."""
    step = last_step(found, PROPOSE) if found.state == "proposed" else None
    return None if step is None else terms_of(step)
