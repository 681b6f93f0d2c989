"""Any sequence of steps, by anybody, at any hour: what must hold of every case does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.cases import commands, queries
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.cases.people import (
    CITIZEN,
    MONDAY,
    NEIGHBOUR,
    OPERATOR,
    OPERATOR_2,
    PARTY,
    PLATFORM,
    PROGRAM,
    REGULATOR,
    REGULATOR_2,
    opened,
    person,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("content")]

PEOPLE = (
    *(CITIZEN, NEIGHBOUR, OPERATOR, OPERATOR_2, REGULATOR, REGULATOR_2),
    *(PLATFORM, PROGRAM, person(PARTY, "operator"), person(9, "partner")),
)
Act = tuple[Actor, int, int]
# Who acts, which of the kind's steps (beyond the last: giving the case away), hours later.
ACTS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.integers(0, 19), st.integers(0, 400)), max_size=24
)


def act(case_id: UUID, actor: Actor, chosen: int, hours: int) -> None:
    """One attempt. Half of the steps are chosen from what is offered, else most are refused."""
    case = queries.case(case_id)
    at = MONDAY + timedelta(hours=hours)
    names = list(case.rules.steps)
    offered = [rule.name for rule in queries.offered(case, actor)]
    if chosen >= len(names):
        commands.assign(actor=actor, case_id=case_id, person_id=21 + chosen % 4, at=at)
        return
    name = offered[chosen % len(offered)] if offered and chosen % 2 else names[chosen]
    commands.take_step(actor=actor, case_id=case_id, step=name, words="一句话", at=at)


def must_hold(case_id: UUID) -> None:
    case, told = queries.case(case_id), queries.history(case_id)
    steps = case.rules.steps
    assert [done.number for done in told] == list(range(1, case.steps + 1))
    assert case.state == told[-1].to_state
    for before, done in pairwise(told):
        assert done.from_state == before.to_state
        assert not case.rules.states[done.from_state].end
        if done.step == "assign":
            continue
        rule = steps[done.step]
        assert done.from_state in rule.sources
        assert done.to_state == rule.to
        barred = {
            earlier.person_id
            for earlier in told
            if earlier.number < done.number and earlier.step in rule.not_by
        }
        assert done.person_id is None or done.person_id not in barred
        if done.person_id == PARTY:
            assert rule.by & {"party"}
        if rule.not_by:
            assert done.person_id is not None or done.actor == "platform"
    for rule in steps.values():
        taken = sum(done.step == rule.name for done in told)
        assert not rule.times or taken <= rule.times
    state = case.rules.states[case.state]
    assert (case.closed_at is not None) == state.end
    # One clock: that of the state where the case is, and none where it has none.
    assert case.clock_then == (state.clock.then if state.clock else None)
    assert (case.clock_at is None) == (state.clock is None)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_no_sequence_of_steps_breaks_what_holds(acts: Sequence[Act]) -> None:
    # Examples share a transaction, so each has a subject of its own.
    case_id = opened(subject=f"thing:{uuid4()}")
    hours = 0
    for actor, chosen, more in acts:
        hours += more
        was = queries.case(case_id)
        try:
            act(case_id, actor, chosen, hours)
        except Refusal:
            # What is refused leaves no trace.
            assert queries.case(case_id) == was
    must_hold(case_id)
