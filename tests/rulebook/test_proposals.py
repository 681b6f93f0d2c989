"""What stands in the way of a rule: named refusals, three persons, a replay before any decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from tanhui.behaviours.replay.rules import faults_of, propose_rule
from tanhui.cases import queries as cases
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.rulebook import commands, queries, replays
from tanhui.rulebook.drafts import RuleFaulty, earliest_day
from tests.rulebook.acts import AT, BIKE_RULE, halved, propose, published, replay, text_in_force
from tests.rulebook.conftest import (
    CITIZEN,
    OPERATOR,
    OPERATOR_2,
    REGULATOR,
    REGULATOR_2,
)

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("book")]


def _refused(code: str, act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def test_a_text_is_refused_with_line_and_key() -> None:
    body = halved().replace("points_per_day_max = 30", "points_per_day_min = 30")
    with pytest.raises(RuleFaulty) as caught:
        propose(body)
    keys = {problem.key: problem for problem in caught.value.problems}
    wrong = keys["points.points_per_day_min"]
    assert body.splitlines()[wrong.line - 1] == "points_per_day_min = 30"
    assert faults_of(halved(), at=AT) == []
    assert [one.code for one in faults_of("x = 1\n", at=AT)] == ["unknown_kind"]
    assert [one.code for one in faults_of("[tariff", at=AT)] == ["not_toml"]
    missing = halved().replace('version = "3.0.0"\n', "")
    assert [one.key for one in faults_of(missing, at=AT)] == ["tariff.version"]


def test_a_worked_example_that_no_longer_fits_is_a_fault() -> None:
    body = halved().replace("points = 5\n", "points = 6\n", 1)
    assert [one.code for one in faults_of(body, at=AT)] == ["example_fails"]


@pytest.mark.parametrize(
    ("code", "first_day", "version"),
    [
        ("effective_not_future", AT.date(), "3.0.0"),
        ("version_not_higher", date(2026, 8, 15), "2.0.0"),
        ("version_not_higher", date(2026, 8, 15), "1.9.0"),
    ],
)
def test_a_version_and_its_day_go_forward(code: str, first_day: date, version: str) -> None:
    _refused(code, lambda: propose(halved(first_day, version=version)))


def test_a_day_before_the_notice_can_end_is_refused_before_anybody_has_worked_for_it() -> None:
    assert earliest_day(AT) == date(2026, 8, 14)
    tomorrow = halved(date(2026, 8, 11))
    told = _refused("effective_before_notice", lambda: propose(tomorrow))
    assert told.facts["earliest"] == "2026-08-14"
    assert _refused("effective_before_notice", lambda: faults_of(tomorrow, at=AT))
    _refused("effective_before_notice", lambda: propose(halved(date(2026, 8, 13))))
    assert queries.proposals() == []
    assert published(halved(date(2026, 8, 14))).effective_from == date(2026, 8, 14)


def test_a_proposal_is_not_seconded_once_its_notice_would_end_too_late() -> None:
    proposal = propose(halved(date(2026, 8, 14)))
    replay(proposal)
    second = partial(commands.second, actor=OPERATOR_2, proposal_id=proposal.id, words="x")
    told = _refused("effective_before_notice", partial(second, at=AT + timedelta(days=1)))
    assert told.facts["earliest"] == "2026-08-15"
    assert queries.case_of(proposal).state == "replayed"
    assert second(at=AT).state == "notice"


def test_a_text_of_another_rule_is_not_taken_where_one_rule_is_meant() -> None:
    bus = ("tariff", "points.bus")
    propose_there = partial(propose_rule, actor=OPERATOR, body=halved(), reason="x", at=AT)
    _refused("rule_is_another", partial(propose_there, about=bus))
    _refused("rule_is_another", lambda: faults_of(halved(), at=AT, about=bus))
    assert propose_there(about=BIKE_RULE).document == "points.shared-bike"


def test_a_text_that_is_published_already_is_no_proposal() -> None:
    _refused("digest_known", lambda: propose(text_in_force(*BIKE_RULE)))
    _refused("no_such_rule", lambda: propose(halved().replace("points.shared-bike", "points.wish")))
    _refused("rule_too_long", lambda: propose("#" * 200_001))
    empty = lambda: propose_rule(actor=OPERATOR, body=halved(), reason=" ", at=AT)  # noqa: E731
    _refused("rule_reason_missing", empty)


def test_two_versions_never_overlap() -> None:
    published(halved(date(2026, 9, 1)))
    again = halved(date(2026, 8, 20), version="4.0.0").replace("30", "31")
    _refused("validity_overlaps", lambda: propose(again, at=AT + timedelta(days=4)))


def test_there_is_one_proposal_for_a_rule_at_a_time() -> None:
    first = propose()
    _refused("case_exists", lambda: propose(halved(date(2026, 8, 16))))
    commands.withdraw(actor=OPERATOR, proposal_id=first.id, words="", at=AT)
    assert propose(halved(date(2026, 8, 16))).id != first.id


def test_only_operators_propose_and_only_as_persons() -> None:
    for actor in (REGULATOR, CITIZEN, platform_actor()):
        _refused(
            "not_permitted",
            partial(propose_rule, actor=actor, body=halved(), reason="x", at=AT),
        )


def test_nobody_decides_before_the_replay() -> None:
    proposal = propose()
    second = partial(commands.second, actor=OPERATOR_2, proposal_id=proposal.id, words="x", at=AT)
    _refused("replay_missing", second)
    replay(proposal)
    assert second().state == "notice"


def test_three_different_persons_take_part() -> None:
    proposal = propose()
    replay(proposal)

    def second(actor: object) -> object:
        return commands.second(actor=actor, proposal_id=proposal.id, words="x", at=AT)  # type: ignore[arg-type]

    _refused("own_earlier_step", lambda: second(OPERATOR))
    _refused("not_permitted", lambda: second(CITIZEN))
    second(REGULATOR)
    later = AT + timedelta(days=4)
    commands.end_notices(actor=platform_actor(), at=later)

    def publish(actor: object) -> object:
        return commands.publish(actor=actor, proposal_id=proposal.id, words="x", at=later)  # type: ignore[arg-type]

    _refused("not_permitted", lambda: publish(OPERATOR_2))
    _refused("own_earlier_step", lambda: publish(REGULATOR))
    assert publish(REGULATOR_2)
    assert not cases.is_live(queries.case_of(proposal))


def test_a_notice_lasts_its_days_and_hears_objections() -> None:
    proposal = propose()
    replay(proposal)
    commands.second(actor=OPERATOR_2, proposal_id=proposal.id, words="x", at=AT)
    early = lambda: commands.publish(  # noqa: E731
        actor=REGULATOR, proposal_id=proposal.id, words="x", at=AT + timedelta(days=1)
    )
    _refused("step_not_offered", early)
    commands.object_to(actor=CITIZEN, proposal_id=proposal.id, words="太少了", at=AT)
    assert commands.end_notices(actor=platform_actor(), at=AT + timedelta(days=2)) == 0
    assert commands.end_notices(actor=platform_actor(), at=AT + timedelta(days=3)) == 1
    steps = cases.history(proposal.case_id)
    assert [(one.step, one.words) for one in steps if one.step == "object"] == [
        ("object", "太少了")
    ]


def test_findings_are_answered_and_seconded_anew() -> None:
    proposal = propose()
    replay(proposal)
    commands.send_back(actor=REGULATOR, proposal_id=proposal.id, words="为什么减半", at=AT)
    commands.answer(actor=OPERATOR, proposal_id=proposal.id, words="市里新表", at=AT)
    assert queries.case_of(proposal).state == "replayed"
    commands.second(actor=OPERATOR_2, proposal_id=proposal.id, words="x", at=AT)
    commands.refuse(actor=REGULATOR, proposal_id=proposal.id, words="不合适", at=AT)
    assert queries.case_of(proposal).state == "refused"
    held = queries.in_force(*BIKE_RULE, date(2026, 8, 15))
    assert held is not None
    assert held.version == "2.0.0"


def test_what_is_published_too_late_does_not_begin_in_the_past() -> None:
    proposal = propose(halved(AT.date() + timedelta(days=4)))
    replay(proposal)
    commands.second(actor=OPERATOR_2, proposal_id=proposal.id, words="x", at=AT)
    late = AT + timedelta(days=5)
    commands.end_notices(actor=platform_actor(), at=late)
    _refused(
        "effective_not_future",
        lambda: commands.publish(actor=REGULATOR, proposal_id=proposal.id, words="x", at=late),
    )
    assert queries.case_of(proposal).state == "ready"


def test_a_replay_is_asked_for_days_that_are_over() -> None:
    proposal = propose()
    yesterday = AT.date() - timedelta(days=1)

    def ask(first: date, last: date) -> int:
        return replays.ask_replay(
            actor=OPERATOR, proposal_id=proposal.id, first=first, last=last, at=AT
        )

    _refused("days_not_over", lambda: ask(yesterday, AT.date()))
    _refused("days_not_over", lambda: ask(yesterday, yesterday - timedelta(days=1)))
    _refused("too_many_days", lambda: ask(yesterday - timedelta(days=200), yesterday))
    ask(yesterday, yesterday)
    _refused("replay_running", lambda: ask(yesterday, yesterday))
    _refused("no_such_proposal", lambda: queries.proposal(999))
