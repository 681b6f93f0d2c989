"""What happens to kilograms: issued, transferred, reserved, retired; and the books agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.publiclog import commands as publiclog
from tanhui.registry import queries
from tanhui.registry.records import Equation
from tanhui.registry.recount import recount
from tanhui.registry.retiring import lock_retirements, undo_retirement
from tests.cast import NOW
from tests.registry.register import Register

pytestmark = [pytest.mark.database]


def _holds(register: Register, organisation: str) -> tuple[int, int]:
    found = queries.holdings(register.cast.organisation(organisation))
    return (sum(one.held_kg for one in found), sum(one.reserved_kg for one in found))


def _refused(code: str, act: object) -> None:
    with pytest.raises(Refusal) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code == code


def test_a_tonne_goes_from_its_owner_to_a_certificate(register: Register) -> None:
    register.issue(3_586_420, buffer_kg=358_642)
    moved = register.transfer(500_000, "sale-1")
    assert moved.ranges == ((1, 500_000),)
    retired = register.retire(1_200, "launch", persona="buyer")
    assert (retired.state, retired.kg, retired.number) == ("retired", 1_200, "TH-2026-000001")
    assert retired.commitment is not None
    assert queries.equation() == Equation(3_586_420, 3_585_220, 0, 1_200, 0)
    assert _holds(register, "EXPO") == (498_800, 0)
    assert _holds(register, "GLASS") == (2_727_778, 0)
    life = queries.life(117)
    assert [(event.kind, event.first, event.last) for event in life.events] == [
        ("issue", 1, 3_227_778),
        ("transfer", 1, 500_000),
        ("retire", 1, 1_200),
    ]
    assert life.events[-1].retirement_number == retired.number
    assert (life.block.state, life.block.first, life.block.last) == ("retired", 1, 1_200)
    assert queries.life(1_201).block.state == "held"
    assert recount().matches


def test_while_it_may_be_undone_a_retirement_is_reserved(register: Register) -> None:
    register.issue(1_000)
    pending = register.retire(400, "one", waive=False)
    assert (pending.state, pending.undo_until) == ("pending", NOW + timedelta(minutes=30))
    assert _holds(register, "GLASS") == (600, 400)
    _refused("credits_insufficient", lambda: register.transfer(601, "too-much"))
    undone = undo_retirement(
        actor=register.actor("owner-glass"),
        number=pending.number,
        at=NOW + timedelta(minutes=29, seconds=59),
    )
    assert (undone.state, undone.commitment) == ("undone", None)
    assert _holds(register, "GLASS") == (1_000, 0)
    again = register.retire(400, "two", waive=False)
    late = NOW + timedelta(minutes=30)
    owner = register.actor("owner-glass")
    _refused("undo_over", lambda: undo_retirement(actor=owner, number=again.number, at=late))
    assert lock_retirements(actor=platform_actor(), at=late - timedelta(seconds=1)) == 0
    assert lock_retirements(actor=platform_actor(), at=late) == 1
    assert lock_retirements(actor=platform_actor(), at=late) == 0
    assert queries.retirement(again.number).state == "retired"
    assert [event.kind for event in queries.life(1).events] == [
        "issue",
        "reserve",
        "undo",
        "reserve",
        "retire",
    ]
    assert queries.equation() == Equation(1_000, 600, 0, 400, 0)
    assert recount().matches


def test_the_same_reference_is_the_same_act(register: Register) -> None:
    register.issue(1_000)
    first = register.transfer(10, "sale")
    second = register.transfer(10, "sale")
    assert (second.exists, second.event_id, second.ranges) == (True, first.event_id, first.ranges)
    _refused("exists_with_different_kg", lambda: register.transfer(11, "sale"))
    _refused("exists_with_different_to", lambda: register.transfer(10, "sale", to="FACTORY"))
    retired = register.retire(20, "gone")
    assert register.retire(20, "gone") == retired
    _refused("exists_with_different_kind", lambda: register.retire(20, "gone", waive=False))
    _refused("exists_with_different_kind", lambda: register.transfer(20, "gone"))
    assert queries.equation() == Equation(1_000, 980, 0, 20, 0)


def test_what_cannot_be_is_refused_by_its_name(register: Register) -> None:
    register.issue(1_000)
    for code, act in (
        ("kg_invalid", lambda: register.transfer(0, "a")),
        ("kg_invalid", lambda: register.transfer(-5, "a")),
        ("kg_invalid", lambda: register.transfer(10**18, "a")),
        ("credits_insufficient", lambda: register.transfer(1_001, "a")),
        ("credits_insufficient", lambda: register.transfer(1, "a", vintage=2024)),
        ("vintage_invalid", lambda: register.transfer(1, "a", vintage=19)),
        ("no_such_project", lambda: register.transfer(1, "a", project="CDCER-9999")),
        ("organisation_holds_nothing", lambda: register.transfer(1, "a", to="VERIFY-A")),
        ("transfer_to_itself", lambda: register.transfer(1, "a", to="GLASS")),
        ("reference_invalid", lambda: register.transfer(1, "")),
        ("not_permitted", lambda: register.transfer(1, "a", persona="verifier")),
        ("not_permitted", lambda: register.retire(1, "a", persona="regulator")),
        ("credits_insufficient", lambda: register.retire(1, "a", persona="buyer")),
    ):
        _refused(code, act)
    assert queries.equation() == Equation(1_000, 1_000, 0, 0, 0)
    assert recount().matches


def test_a_period_is_issued_once_and_never_past_its_cap(register: Register) -> None:
    period = register.open_period(register.furnace, 2025)
    register.issue(600, cap_kg=1_000, period_id=period)
    _refused("period_issued", lambda: register.issue(1, cap_kg=1_000, period_id=period))
    _refused("cap_exceeded", lambda: register.issue(401, cap_kg=1_000))
    register.issue(400, cap_kg=1_000)
    _refused("cap_exceeded", lambda: register.issue(1, cap_kg=1_000))
    register.issue(1, cap_kg=1_000, vintage=2024)
    _refused("nothing_to_issue", lambda: register.issue(0))
    assert queries.block_of(1_001).vintage == 2024
    assert recount().matches


def test_every_event_but_reserving_is_told_to_the_log(register: Register) -> None:
    register.issue(1_000)
    register.transfer(10, "sale")
    register.retire(5, "gone")
    register.retire(5, "waits", waive=False)
    publiclog.number_leaves(limit=100)
    told = {event.kind: event.outbox_id for event in queries.events()}
    assert told["reserve"] is None
    assert None not in (told["issue"], told["transfer"], told["retire"])


def test_the_lowest_free_numbers_go_first_and_what_is_reserved_stays(register: Register) -> None:
    register.issue(100)
    register.issue(100)
    assert register.transfer(10, "one").ranges == ((1, 10),)
    register.retire(20, "waits", waive=False)
    assert register.transfer(150, "two").ranges == ((31, 100), (101, 180))
    assert queries.block_of(30).state == "reserved"
    assert queries.block_of(181).organisation_id == register.cast.organisation("GLASS")
    assert recount().matches
