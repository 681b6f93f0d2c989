"""Who acts in these tests, and the hours at which they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tanhui.cases import commands
from tanhui.cases.queries import Case
from tanhui.kernel.actors import Actor

# A Monday morning in the city, in a month without holidays.
MONDAY = datetime(2026, 11, 9, 2, tzinfo=UTC)
DAY = timedelta(days=1)
PARTY = 7


def person(number: int, *roles: str) -> Actor:
    return Actor(f"person:{number}", frozenset(roles), person_id=number)


CITIZEN = person(PARTY, "citizen")
NEIGHBOUR = person(8, "citizen")
OPERATOR, OPERATOR_2 = person(21, "operator"), person(23, "operator")
REGULATOR, REGULATOR_2 = person(22, "regulator"), person(24, "regulator")
PLATFORM = Actor("platform", frozenset({"platform"}))
PROGRAM = Actor("operator:command-line", frozenset({"operator"}))


def opened(
    actor: Actor = CITIZEN, *, subject: str = "thing:1", conflicted: tuple[int, ...] = ()
) -> UUID:
    return commands.open_case(
        actor=actor,
        kind="whole",
        subject=subject,
        party_id=PARTY,
        facts={"conflicted": list(conflicted)},
        at=MONDAY,
    )


def step(
    case_id: UUID, actor: Actor, name: str, *, after: timedelta = DAY, words: str = "一句话"
) -> Case:
    return commands.take_step(
        actor=actor, case_id=case_id, step=name, words=words, at=MONDAY + after
    )


def walk(case_id: UUID, *steps: tuple[Actor, str]) -> Case:
    """Steps one after another, an hour apart."""
    for number, (actor, name) in enumerate(steps):
        case = step(case_id, actor, name, after=timedelta(hours=number))
    return case
