"""What one may know of cases: where they are, what was done in them, what can be done next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from tanhui.cases.kinds import Kind, StepRule
from tanhui.cases.reading import Kinds, city_kinds
from tanhui.cases.rules import who_may_not
from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import is_blind_code, unseal
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.runtime.sql import load

_ROOM = "tanhui.cases"
WORDS_FIELD = "cases.words"
SEALED = (SealedColumn("cases_words", "sealed", lambda _: WORDS_FIELD, key_column="case_id"),)


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands. `party_id` is the person it is about; times are aware UTC.

    `steps` counts the rows of its history; `facts` are those it was opened with.
    """

    id: UUID
    kind: str
    version: str
    subject: str
    state: str
    party_id: int | None
    facts: dict[str, Any]
    opened_at: datetime
    clock_at: datetime | None
    clock_then: str | None
    assignee_id: int | None
    closed_at: datetime | None
    steps: int

    @property
    def rules(self) -> Kind:
        """The kind's version that this case goes by."""
        return kinds().version(self.kind, self.version)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done in a case; `words` is None where none were needed or they are erased.

    `person_id` is None where no person acted (the platform's clock, a program).
    """

    number: int
    step: str
    from_state: str
    to_state: str
    actor: str
    person_id: int | None
    at: datetime
    words: str | None
    erased: bool
    facts: dict[str, Any]
    files: tuple[str, ...]


def kinds() -> Kinds:
    """The kinds of cases of this city."""
    return city_kinds(settings.TANHUI.content_root)


def case(case_id: UUID) -> Case:
    """The case; refuses `no_such_case`."""
    found = _cases("one", {"case_id": case_id})
    if not found:
        raise NotFound("no_such_case", zh="没有这件事项。", en="There is no such case.")
    return found[0]


def live_case(kind: str, subject: str) -> Case | None:
    """The case of `kind` about `subject` that is not closed; there is at most one."""
    return next((found for found in latest_cases(kind, [subject]).values() if is_live(found)), None)


def is_live(found: Case) -> bool:
    """Whether the case is not closed."""
    return found.closed_at is None


def latest_cases(kind: str, subjects: Sequence[str]) -> dict[str, Case]:
    """The newest case of `kind` about each of `subjects`, live or closed, by subject."""
    rows = _cases("of_subjects", {"kind": kind, "subjects": list(subjects)}) if subjects else []
    newest: dict[str, Case] = {}
    for found in rows:
        before = newest.get(found.subject)
        # A live case is the newest whatever its instant says: only one can be.
        if before is None or (is_live(found) and not is_live(before)):
            newest[found.subject] = found
    return newest


def open_cases(
    kind: str, *, states: Sequence[str] = (), limit: int, after: UUID | None = None
) -> list[Case]:
    """Live cases of `kind` in `states` (all of them when empty), the oldest first.

    `after` is the last case of the page before.
    """
    asked = {"kind": kind, "states": list(states), "rows_max": limit, "after": after}
    return _cases("open_of_kind", asked)


def cases_of_party(kind: str, party_id: int) -> list[Case]:
    """The live cases of `kind` about a person, the oldest first."""
    return _cases("of_party", {"kind": kind, "party_id": party_id})


def run_out(kind: str, *, at: datetime, limit: int) -> list[Case]:
    """Live cases of `kind` whose clock has run out at `at`, the longest ago first."""
    return _cases("run_out", {"kind": kind, "at": at, "rows_max": limit})


def history(case_id: UUID) -> list[Step]:
    """Everything that was done in the case, in order. Raises where words are not those hashed."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "history"), {"case_id": case_id})
        return [_step(case_id, row) for row in cursor.fetchall()]


def offered(found: Case, actor: Actor) -> list[StepRule]:
    """The steps that `actor` may take in the case now, in the order of its kind's file.

    The platform is offered what it may do before any clock runs out.
    """
    if not is_live(found):
        return []
    rules, done = found.rules, history(found.id)
    taken = [(step.step, step.person_id) for step in done]
    return [
        rule
        for rule in rules.steps.values()
        if found.state in rule.sources and who_may_not(found, rules, taken, rule, actor) is None
    ]


def words_key(case_id: UUID, number: int, words: str) -> str:
    """What the keyed hash of a step's words is made of: moved to another step it does not fit."""
    return f"{case_id}\0{number}\0{words}"


def _cases(name: str, asked: Mapping[str, Any]) -> list[Case]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), asked)
        return [_case(row) for row in cursor.fetchall()]


def _case(row: Sequence[Any]) -> Case:
    case_id, kind, version, subject, state, party_id, facts, opened_at, *clock_and_end = row
    # Through Django's connection JSON arrives as text.
    begun = (json.loads(facts), opened_at)
    return Case(case_id, kind, version, subject, state, party_id, *begun, *clock_and_end)


def _step(case_id: UUID, row: Sequence[Any]) -> Step:
    number, step, from_state, to_state, actor, person_id, at, kept, sealed, facts, files = row
    words = None if sealed is None else unseal(sealed, field=WORDS_FIELD)
    if words is not None and not is_blind_code(
        bytes(kept), words_key(case_id, number, words), field=WORDS_FIELD
    ):
        raise RuntimeError(f"the words of step {number} of case {case_id} are not those it had")
    return Step(
        number=number,
        step=step,
        from_state=from_state,
        to_state=to_state,
        actor=actor,
        person_id=person_id,
        at=at,
        words=words,
        erased=kept is not None and sealed is None,
        facts=json.loads(facts),
        files=tuple(files),
    )
