"""Who may take a step. Decides on a case, what was done in it, and an actor; asks no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tanhui.cases.kinds import ASSIGNEE, OPEN, PARTY, PLATFORM, Kind, StepRule
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Refusal

# The steps taken so far: name, and the person who took it.
Taken = Sequence[tuple[str, int | None]]


class Standing(Protocol):
    """What of a case decides who may act in it."""

    @property
    def party_id(self) -> int | None: ...
    @property
    def assignee_id(self) -> int | None: ...
    @property
    def facts(self) -> dict[str, Any]: ...


def who_may_not(
    case: Standing, kind: Kind, taken: Taken, rule: StepRule, actor: Actor
) -> Refusal | None:
    """The refusal that keeps `actor` from this step, or None; where the case is, is not asked.

    In order: `step_not_offered` (taken as often as may be), `not_permitted`,
    `conflict_of_interest`, `person_unknown`, `own_earlier_step`.
    """
    if rule.times and sum(name == rule.name for name, _ in taken) >= rule.times:
        return not_offered(rule.name)
    party = actor.person_id is not None and actor.person_id == case.party_id
    if party and PARTY in rule.by:
        return None
    given = actor.person_id is not None and actor.person_id == case.assignee_id
    if not (rule.by & actor.roles or (given and ASSIGNEE in rule.by)):
        return Forbidden(
            "not_permitted",
            zh="{actor} 不能走“{step}”这一步。",
            en="{actor} may not take the step “{step}”.",
            actor=actor.name,
            step=rule.name,
        )
    if PLATFORM in actor.roles:
        return None
    if party or is_conflicted(case, actor.person_id):
        return conflict_of_interest()
    if kind.counts_persons(rule.name) and actor.person_id is None:
        return person_unknown()
    if any(name in rule.not_by and person == actor.person_id for name, person in taken):
        return Conflict(
            "own_earlier_step",
            zh="你在这件事上已经决定过一步，这一步须由别人来走。",
            en="You took an earlier step in this case; somebody else takes this one.",
        )
    return None


def assignable(case: Standing, kind: Kind, taken: Taken, person_id: int) -> bool:
    """Whether the case can be given to a person: no interest, and free to take what follows."""
    if person_id == case.party_id or is_conflicted(case, person_id):
        return False
    barred = {name for rule in kind.steps.values() if ASSIGNEE in rule.by for name in rule.not_by}
    return not any(name in barred and person == person_id for name, person in taken)


def is_conflicted(case: Standing, person_id: int | None) -> bool:
    """Whether the case's facts name the person as one who may not decide."""
    return person_id is not None and person_id in case.facts.get("conflicted", ())


def opener_unknown(kind: Kind, actor: Actor) -> bool:
    """Whether opening counts for later steps, and nobody can say who opened."""
    return kind.counts_persons(OPEN) and actor.person_id is None and PLATFORM not in actor.roles


def not_offered(step: str) -> Conflict:
    """The refusal of a step that cannot be taken from where the case is."""
    return Conflict(
        "step_not_offered",
        zh="现在不能走“{step}”这一步。",
        en="The step “{step}” cannot be taken now.",
        step=step,
    )


def conflict_of_interest() -> Forbidden:
    """The refusal of someone who has an interest of their own in the case."""
    return Forbidden(
        "conflict_of_interest",
        zh="这件事与你本人有关，须由别人处理。",
        en="You have an interest in this case; somebody else deals with it.",
    )


def person_unknown() -> Forbidden:
    """The refusal of a program where it must be known which person decides."""
    return Forbidden(
        "person_unknown",
        zh="这一步须由登录的本人来走。",
        en="This step needs a person who is logged in.",
    )
