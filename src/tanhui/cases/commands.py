"""What may happen to cases. The command of a higher room has asked for its permission already;
the engine asks for the role, the party, and who took earlier steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from psycopg.types.json import Jsonb

from tanhui.cases import queries, rules
from tanhui.cases.kinds import ASSIGN, PLATFORM, State, StepRule
from tanhui.cases.queries import WORDS_FIELD, Case, Step, words_key
from tanhui.governance.commands import write_audit
from tanhui.identity.sealing import blind_index, seal
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.runtime.sql import load

_ROOM = "tanhui.cases"
WORDS_MAX = 500
_LIVE_ONCE = "cases_case_live"


def open_case(
    *,
    actor: Actor,
    kind: str,
    subject: str,
    party_id: int | None,
    facts: Mapping[str, Any],
    at: datetime,
) -> UUID:
    """Opens a case about `subject`; `facts` are codes and numbers, never personal values.

    `facts["conflicted"]` may list persons (ids) who shall not decide. Refuses:
    `no_such_case_kind`, `case_exists`, `person_unknown`.
    """
    found = queries.kinds().newest(kind)
    if rules.opener_unknown(found, actor):
        raise rules.person_unknown()
    case_id = uuid4()
    state = found.states[found.start]
    try:
        with transaction.atomic():
            _run(
                "open",
                {
                    "id": case_id,
                    "kind": kind,
                    "version": found.version,
                    "subject": subject,
                    "party_id": party_id,
                    "facts": Jsonb(dict(facts)),
                    "state": found.start,
                    "actor": actor.name,
                    "person_id": actor.person_id,
                    "at": at,
                    **_clock(state, [], at),
                },
            )
            _audit(actor, "open", case_id, kind, subject, at)
    except IntegrityError as error:
        if _LIVE_ONCE not in str(error):
            raise
        raise Conflict(
            "case_exists",
            zh="这件事已在处理中。",
            en="A case about this is open already.",
        ) from error
    return case_id


def take_step(
    *,
    actor: Actor,
    case_id: UUID,
    step: str,
    words: str = "",
    facts: Mapping[str, Any] | None = None,
    files: Sequence[str] = (),
    at: datetime,
) -> Case:
    """Takes one step of the case's kind; answers the case as it stands afterwards.

    `words` (at most 500 letters) are sealed and can be erased; `files` are numbers of the vault.
    The platform takes a clock's step only when it has run out, and needs no words. Refuses:
    `no_such_case`, `case_closed`, `step_not_offered`, `not_permitted`, `conflict_of_interest`,
    `person_unknown`, `own_earlier_step`, `reason_missing`, `too_many_files`.
    """
    words = words.strip()
    with transaction.atomic():
        case = _locked(case_id)
        kind, done = case.rules, queries.history(case_id)
        rule = kind.steps.get(step)
        taken = [(earlier.step, earlier.person_id) for earlier in done]
        if rule is None or case.state not in rule.sources or _is_early(case, rule, actor, at):
            raise rules.not_offered(step)
        if refusal := rules.who_may_not(case, kind, taken, rule, actor):
            raise refusal
        _check_what_comes(rule, words, files, actor)
        _run("move", _moved(case, rule, done, actor, words, facts or {}, files, at))
        _audit(actor, step, case_id, case.kind, case.subject, at)
        return queries.case(case_id)


def assign(*, actor: Actor, case_id: UUID, person_id: int, at: datetime) -> Case:
    """Gives the case to a person; who had it before has it no longer.

    Refuses: `no_such_case`, `case_closed`, `conflict_of_interest` (the party, one the facts name,
    or one who took a step that bars from those of the assigned).
    """
    with transaction.atomic():
        case = _locked(case_id)
        taken = [(done.step, done.person_id) for done in queries.history(case_id)]
        if not rules.assignable(case, case.rules, taken, person_id):
            raise rules.conflict_of_interest()
        _run(
            "assign",
            {
                "case_id": case_id,
                "number": case.steps + 1,
                "assignee_id": person_id,
                "actor": actor.name,
                "person_id": actor.person_id,
                "at": at,
            },
        )
        _audit(actor, ASSIGN, case_id, case.kind, case.subject, at)
        return queries.case(case_id)


def run_clocks(*, kind: str, at: datetime, limit: int) -> list[Case]:
    """Cases of `kind` whose clock has run out, the longest ago first.

    The room that owns the kind takes each one's `clock_then` as the platform, in a transaction
    of its own, and does what follows from it.
    """
    return queries.run_out(kind, at=at, limit=limit)


def erase_words(*, person_id: int) -> int:
    """Erases what a person wrote in cases, and what was written in cases about that person.

    The steps and the keyed hashes stay; answers how many texts are gone. The caller asks for the
    permission and audits.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "erase_words"), {"person_id": person_id})
        return int(cursor.rowcount)


def _locked(case_id: UUID) -> Case:
    """The case, which nobody else moves until the transaction ends."""
    _run("lock", {"case_id": case_id})
    case = queries.case(case_id)
    if not queries.is_live(case):
        raise Conflict("case_closed", zh="这件事已经办结。", en="This case is closed.")
    return case


def _is_early(case: Case, rule: StepRule, actor: Actor, at: datetime) -> bool:
    """Whether the platform comes before its clock has run out."""
    waiting = case.clock_at is not None and at < case.clock_at
    return PLATFORM in actor.roles and rule.name == case.clock_then and waiting


def _check_what_comes(rule: StepRule, words: str, files: Sequence[str], actor: Actor) -> None:
    needed = rule.reason and PLATFORM not in actor.roles
    if len(words) > WORDS_MAX or (needed and not words):
        raise Invalid(
            "reason_missing",
            zh="请写明理由，{most} 字以内。",
            en="Give the reason, in at most {most} letters.",
            most=WORDS_MAX,
        )
    if len(files) > rule.files:
        raise Invalid(
            "too_many_files",
            zh="这一步最多附 {most} 个文件。",
            en="At most {most} files may come with this step.",
            most=rule.files,
        )


def _moved(
    case: Case,
    rule: StepRule,
    done: Sequence[Step],
    actor: Actor,
    words: str,
    facts: Mapping[str, Any],
    files: Sequence[str],
    at: datetime,
) -> dict[str, Any]:
    number = case.steps + 1
    state = case.rules.states[rule.to]
    stays = rule.to == case.state
    clock = {"clock_at": case.clock_at, "clock_then": case.clock_then}
    key = words_key(case.id, number, words)
    return {
        "case_id": case.id,
        "number": number,
        "step": rule.name,
        "from_state": case.state,
        "to_state": rule.to,
        "ends": state.end,
        # Whoever adds something without moving the case does not gain time by it.
        **(clock if stays else _clock(state, done, at)),
        "not_by": sorted(rule.not_by),
        "actor": actor.name,
        "person_id": actor.person_id,
        "words_hash": blind_index(key, field=WORDS_FIELD) if words else None,
        "words": seal(words, field=WORDS_FIELD) if words else None,
        "facts": Jsonb(dict(facts)),
        "files": list(files),
        "at": at,
    }


def _clock(state: State, done: Sequence[Step], at: datetime) -> dict[str, Any]:
    """The clock of a state that is entered at `at`."""
    if state.clock is None:
        return {"clock_at": None, "clock_then": None}
    stays = _stays(state.name, done, at) if state.clock.continues else []
    end = state.clock.end(at, stays, queries.kinds().calendar)
    return {"clock_at": end, "clock_then": state.clock.then}


def _stays(state: str, done: Sequence[Step], at: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when the case was in a state so far."""
    stays: list[tuple[datetime, datetime]] = []
    entered: datetime | None = None
    for step in done:
        if entered is None and step.to_state == state:
            entered = step.at
        elif entered is not None and step.to_state != state:
            stays.append((entered, step.at))
            entered = None
    return stays if entered is None else [*stays, (entered, at)]


def _audit(actor: Actor, step: str, case_id: UUID, kind: str, subject: str, at: datetime) -> None:
    write_audit(
        actor=actor,
        action=f"cases.{step}",
        subject=f"case:{case_id}",
        facts={"kind": kind, "about": subject},
        at=at,
    )


def _run(name: str, facts: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
