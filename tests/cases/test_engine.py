"""The engine: every pattern a case may follow, and everything that nobody may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tanhui.cases import commands, queries
from tanhui.cases.reading import city_kinds
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.cases.people import (
    CITIZEN,
    DAY,
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
    step,
    walk,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("content")]
# Seven working days from the Monday on which the notice began.
NOTICE_OVER = datetime(2026, 11, 18, 16, tzinfo=UTC)


def refused(case_id: UUID, actor: Actor, name: str, *, words: str = "一句话") -> str:
    with pytest.raises(Refusal) as caught:
        step(case_id, actor, name, words=words)
    return caught.value.code


def in_review(assignee: Actor = OPERATOR_2) -> UUID:
    """A case that was in public notice until its clock ran out, and was given to somebody."""
    case_id = opened()
    walk(case_id, (OPERATOR, "accept"))
    commands.take_step(actor=PLATFORM, case_id=case_id, step="close-notice", at=NOTICE_OVER)
    assert assignee.person_id is not None
    commands.assign(actor=OPERATOR, case_id=case_id, person_id=assignee.person_id, at=NOTICE_OVER)
    return case_id


def at_review(case_id: UUID, actor: Actor, name: str, hours: int) -> queries.Case:
    at = NOTICE_OVER + timedelta(hours=hours)
    return commands.take_step(actor=actor, case_id=case_id, step=name, words="依据如下", at=at)


def test_a_case_begins_where_its_kind_says_with_its_clock() -> None:
    case = queries.case(opened())
    assert (case.state, case.party_id, case.steps, case.closed_at) == ("filed", PARTY, 1, None)
    # Monday does not count: the fifth working day is the next Monday, and it counts whole.
    assert case.clock_at == datetime(2026, 11, 16, 16, tzinfo=UTC)
    assert case.clock_then == "lapse"


def test_completeness_is_asked_for_and_given_and_not_for_ever() -> None:
    case_id = opened()
    case = walk(case_id, *[(OPERATOR, "return"), (CITIZEN, "complete")] * 2)
    assert case.state == "filed"
    assert refused(case_id, OPERATOR, "return") == "step_not_offered"


def test_a_notice_that_is_contested_goes_on_when_another_dismisses_it() -> None:
    case = walk(opened(), (OPERATOR, "accept"), (NEIGHBOUR, "contest"), (REGULATOR, "dismiss"))
    assert case.state == "public"
    assert case.clock_then == "close-notice"


def test_findings_stop_the_review_clock_and_answers_start_it_again() -> None:
    case_id = in_review()
    due = queries.case(case_id).clock_at
    at_review(case_id, OPERATOR_2, "find", 24)
    asked = queries.case(case_id)
    assert (asked.clock_then, asked.clock_at) == ("go-on", NOTICE_OVER + 8 * DAY)
    answered = at_review(case_id, CITIZEN, "answer", 24 + 48)
    assert due is not None
    assert answered.clock_at == due + timedelta(hours=48)


def test_two_persons_decide_and_a_third_hears_the_appeal() -> None:
    case_id = in_review()
    at_review(case_id, OPERATOR_2, "sign", 1)
    assert refused(case_id, OPERATOR_2, "countersign") == "own_earlier_step"
    at_review(case_id, REGULATOR, "countersign", 2)
    at_review(case_id, CITIZEN, "appeal", 3)
    assert refused(case_id, REGULATOR, "uphold") == "own_earlier_step"
    ended = at_review(case_id, REGULATOR_2, "undo", 4)
    assert (ended.state, ended.clock_at) == ("undone", None)
    assert ended.closed_at == NOTICE_OVER + timedelta(hours=4)
    assert refused(case_id, REGULATOR_2, "uphold") == "case_closed"


def test_a_case_is_given_to_nobody_with_an_interest() -> None:
    case_id = opened(conflicted=(23,))
    walk(case_id, (OPERATOR, "accept"))
    for person_id in (PARTY, 23, 21):  # the party, one that is named, one that accepted it
        with pytest.raises(Refusal) as caught:
            commands.assign(actor=OPERATOR, case_id=case_id, person_id=person_id, at=MONDAY)
        assert caught.value.code == "conflict_of_interest"
    case = commands.assign(actor=OPERATOR, case_id=case_id, person_id=24, at=MONDAY)
    assert case.assignee_id == 24


def test_only_the_one_it_was_given_to_takes_the_steps_of_the_assigned() -> None:
    case_id = in_review()
    assert refused(case_id, REGULATOR, "sign") == "not_permitted"


def test_a_role_a_state_and_a_reason_are_needed() -> None:
    case_id = opened()
    assert refused(case_id, CITIZEN, "accept") == "not_permitted"
    assert refused(case_id, NEIGHBOUR, "complete") == "step_not_offered"
    assert refused(case_id, OPERATOR, "nothing") == "step_not_offered"
    assert refused(case_id, OPERATOR, "return", words="  ") == "reason_missing"
    assert refused(case_id, OPERATOR, "return", words="长" * 501) == "reason_missing"
    assert refused(uuid4(), OPERATOR, "accept") == "no_such_case"


def test_the_party_never_decides_even_with_a_desk_of_its_own() -> None:
    assert refused(opened(), person(PARTY, "operator"), "accept") == "conflict_of_interest"
    named = opened(subject="thing:2", conflicted=(21,))
    assert refused(named, OPERATOR, "accept") == "conflict_of_interest"


def test_who_decides_is_a_person_where_it_counts_who_it_was() -> None:
    assert refused(opened(), PROGRAM, "accept") == "person_unknown"
    # Whoever opens this kind may not countersign, so it must be known who opened it.
    with pytest.raises(Refusal) as caught:
        opened(PROGRAM, subject="thing:2")
    assert caught.value.code == "person_unknown"


def test_no_more_files_than_a_step_takes() -> None:
    case_id = opened()
    walk(case_id, (OPERATOR, "return"))
    with pytest.raises(Refusal) as caught:
        commands.take_step(
            actor=CITIZEN, case_id=case_id, step="complete", files=("a", "b", "c"), at=MONDAY
        )
    assert caught.value.code == "too_many_files"


def test_a_subject_has_one_live_case_of_a_kind() -> None:
    first = opened()
    with pytest.raises(Refusal) as caught:
        opened(OPERATOR)
    assert caught.value.code == "case_exists"
    found = queries.live_case("whole", "thing:1")
    assert found is not None
    assert found.id == first
    commands.take_step(actor=PLATFORM, case_id=first, step="lapse", at=MONDAY + 9 * DAY)
    assert queries.live_case("whole", "thing:1") is None
    second = opened()
    assert queries.latest_cases("whole", ["thing:1", "thing:2"])["thing:1"].id == second


def test_there_is_no_case_of_a_kind_without_a_file() -> None:
    with pytest.raises(Refusal) as caught:
        commands.open_case(
            actor=CITIZEN, kind="nothing", subject="x", party_id=None, facts={}, at=MONDAY
        )
    assert caught.value.code == "no_such_case_kind"


def test_the_platform_waits_for_its_clock() -> None:
    case_id = opened()
    assert refused(case_id, PLATFORM, "lapse") == "step_not_offered"
    due = queries.case(case_id).clock_at
    assert due is not None
    assert commands.run_clocks(kind="whole", at=due - DAY, limit=10) == []
    assert [case.id for case in commands.run_clocks(kind="whole", at=due, limit=10)] == [case_id]
    commands.take_step(actor=PLATFORM, case_id=case_id, step="lapse", at=due)
    assert commands.run_clocks(kind="whole", at=due, limit=10) == []


def test_what_is_offered_is_what_would_not_be_refused() -> None:
    case = queries.case(opened())

    def names(actor: Actor) -> list[str]:
        return [rule.name for rule in queries.offered(case, actor)]

    assert names(OPERATOR) == ["return", "accept"]
    assert names(CITIZEN) == names(NEIGHBOUR) == []
    assert names(PROGRAM) == ["return"]
    assert names(person(PARTY, "operator")) == []


def test_history_tells_everything_in_order_and_words_can_be_erased() -> None:
    case_id = opened()
    walk(case_id, (OPERATOR, "return"), (CITIZEN, "complete"), (OPERATOR, "accept"))
    told = queries.history(case_id)
    assert [(done.number, done.step, done.person_id) for done in told] == [
        (1, "open", PARTY),
        (2, "return", 21),
        (3, "complete", PARTY),
        (4, "accept", 21),
    ]
    assert [done.words for done in told] == [None, "一句话", "一句话", "一句话"]
    assert commands.erase_words(person_id=PARTY) == 3
    assert [(done.words, done.erased) for done in queries.history(case_id)] == [
        (None, False),
        *[(None, True)] * 3,
    ]


def test_words_are_sealed_and_audited_without_being_told() -> None:
    case_id = opened()
    step(case_id, OPERATOR, "return", words="身份证号缺了一位")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM cases_words")
        assert "身份证".encode() not in bytes(cursor.fetchone()[0])
    rows = AuditRow.objects.filter(subject=f"case:{case_id}").order_by("id")
    assert [(row.action, row.actor) for row in rows] == [
        ("cases.open", "person:7"),
        ("cases.return", "person:21"),
    ]
    assert rows[1].facts == {"kind": "whole", "about": "thing:1"}


def test_a_desk_is_paged_through_without_losing_a_case() -> None:
    made = [opened(subject=f"thing:{number}") for number in range(5)]
    seen: list[UUID] = []
    after = None
    while page := queries.open_cases("whole", states=("filed",), limit=2, after=after):
        seen += [case.id for case in page]
        after = seen[-1]
    assert sorted(seen) == sorted(made)
    assert queries.open_cases("whole", states=("final",), limit=9) == []
    assert len(queries.cases_of_party("whole", PARTY)) == 5


def test_an_old_case_goes_on_under_the_version_it_began_by(content: Path) -> None:
    case_id = opened()
    folder = content / "city" / "cases"
    text = (folder / "whole.toml").read_text(encoding="utf-8")
    newer = text.replace('version = "1.0.0"', 'version = "1.0.10"').replace("filed", "brought")
    (folder / "whole-1.0.10.toml").write_text(newer, encoding="utf-8")
    (folder / "whole-1.0.9.toml").write_text(
        text.replace('version = "1.0.0"', 'version = "1.0.9"'), encoding="utf-8"
    )
    city_kinds.cache_clear()
    assert queries.case(opened(subject="thing:2")).state == "brought"
    assert step(case_id, OPERATOR, "accept").state == "public"
