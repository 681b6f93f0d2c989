"""Any sequence of acts against a model that knows every kilogram by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.registry import queries
from tanhui.registry.cancelling import confirm_cancellation, propose_cancellation
from tanhui.registry.recount import recount
from tanhui.registry.retiring import lock_retirements, undo_retirement
from tanhui.registry.setting_aside import release_set_aside, set_aside
from tests.cast import NOW
from tests.registry.register import Register

pytestmark = [pytest.mark.database]

DESKS = {"GLASS": "owner-glass", "FOREST": "owner-forest", "EXPO": "buyer"}
HOLDERS = tuple(DESKS)
ACT = st.tuples(
    st.sampled_from(
        ("issue", "transfer", "transfer", "retire", "wait", "undo", "aside", "release", "cancel")
    ),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(1, 40),
)


@dataclass
class Kilogram:
    """One number: who holds it, how it is, and what it is reserved for."""

    holder: str | None
    state: str = "held"
    hold: object = None


@dataclass
class Model:
    """The register as a list of kilograms; the place in the list is the number less one."""

    all: list[Kilogram] = field(default_factory=list)
    pending: dict[str, datetime] = field(default_factory=dict)
    asides: list[Any] = field(default_factory=list)

    def free(self, holder: str | None) -> list[Kilogram]:
        return [one for one in self.all if (one.holder, one.state) == (holder, "held")]

    def counts(self, holder: str) -> tuple[int, int]:
        own = [one.state for one in self.all if one.holder == holder]
        return own.count("held"), own.count("reserved")


class Rollback(Exception):
    """Ends an example so that the next one begins with an empty register."""


def _step(register: Register, model: Model, act: tuple[str, int, int, int], turn: int) -> None:
    name, one, two, kg = act
    at = NOW + timedelta(minutes=turn * 5)
    holder, target = HOLDERS[one], HOLDERS[two]
    if name == "issue":
        buffer_kg = kg // 4
        register.issue(kg, buffer_kg=buffer_kg, at=at)
        model.all += [Kilogram("GLASS") for _ in range(kg - buffer_kg)]
        model.all += [Kilogram(None) for _ in range(buffer_kg)]
    elif name == "transfer":
        enough = len(model.free(holder)) >= kg and holder != target
        _tried(
            enough,
            lambda: register.transfer(kg, f"t{turn}", persona=DESKS[holder], to=target, at=at),
        )
        for taken in model.free(holder)[:kg] if enough else ():
            taken.holder = target
    elif name == "retire":
        enough = len(model.free(holder)) >= kg
        made = _tried(
            enough,
            lambda: register.retire(kg, f"r{turn}", persona=DESKS[holder], waive=two == 0, at=at),
        )
        for taken in model.free(holder)[:kg] if enough else ():
            taken.state = "retired" if two == 0 else "reserved"
            taken.hold = made.number
        if enough and two != 0:
            model.pending[made.number] = at + timedelta(minutes=30)
    elif name == "wait":
        lock_retirements(actor=platform_actor(), at=at)
        for number in [number for number, until in model.pending.items() if until <= at]:
            _ended(model, number, "retired")
            del model.pending[number]
    elif name == "undo" and model.pending:
        number = list(model.pending)[kg % len(model.pending)]
        owner = next(each.holder for each in model.all if each.hold == number)
        assert owner is not None
        in_time = model.pending[number] > at
        _tried(
            in_time,
            lambda: undo_retirement(actor=register.actor(DESKS[owner]), number=number, at=at),
        )
        if in_time:
            _ended(model, number, "held")
            del model.pending[number]
    elif name == "aside":
        _aside(register, model, holder, kg, turn, at)
    elif name == "release" and model.asides:
        aside_id = model.asides.pop(kg % len(model.asides))
        release_set_aside(
            actor=register.actor("regulator"), aside_id=aside_id, reason="解除", at=at
        )
        _ended(model, aside_id, "held")
    elif name == "cancel" and model.all:
        _cancel(register, model, kg, one * 3 + two, at)


def _aside(register: Register, model: Model, holder: str, kg: int, turn: int, at: datetime) -> None:
    enough = len(model.free(holder)) >= kg
    aside_id = _tried(
        enough,
        lambda: set_aside(
            actor=register.actor("regulator"),
            kind="freeze",
            organisation_id=register.cast.organisation(holder),
            project_code=register.furnace,
            vintage=2025,
            kg=kg,
            reason="核查",
            reference=f"a{turn}",
            at=at,
        ),
    )
    if enough:
        for taken in model.free(holder)[:kg]:
            taken.state, taken.hold = "reserved", aside_id
        model.asides.append(aside_id)


def _cancel(register: Register, model: Model, first: int, width: int, at: datetime) -> None:
    begin = first % len(model.all)
    cut = model.all[begin : begin + width + 1]
    states = {one.state for one in cut} | {f"{one.hold}" for one in cut if one.hold == "invalid"}
    possible = not states & {"reserved", "cancelled", "invalid"}
    proposal = propose_cancellation(
        actor=register.actor("regulator"),
        first=begin + 1,
        last=begin + len(cut),
        reason="表计有误",
        at=at,
    )
    done = _tried(
        possible,
        lambda: confirm_cancellation(
            actor=register.actor("regulator-2"), cancellation_id=proposal, at=at
        ),
    )
    if not possible:
        return
    lost = [one for one in cut if one.state == "retired"]
    for one in cut:
        if one.state == "held":
            one.state = "cancelled"
    for one in lost:
        one.hold = "invalid"
    instead = model.free(None)[: len(lost)]
    assert done.replaced_kg == len(instead)
    for one in instead:
        one.state = "retired"


def _ended(model: Model, hold: object, state: str) -> None:
    for one in model.all:
        if one.hold == hold and one.state == "reserved":
            one.state = state


def _tried(possible: bool, act: Any) -> Any:
    """What the act answers; refused exactly where the model says it is impossible."""
    if possible:
        return act()
    with pytest.raises(Refusal), transaction.atomic():
        act()
    return None


def _must_agree(register: Register, model: Model) -> None:
    for holder in HOLDERS:
        found = queries.holdings(register.cast.organisation(holder))
        told = (sum(one.held_kg for one in found), sum(one.reserved_kg for one in found))
        assert told == model.counts(holder)
    for number, one in enumerate(model.all, start=1):
        block = queries.block_of(number)
        organisation = register.cast.organisation(one.holder) if one.holder else None
        assert (block.state, block.organisation_id) == (one.state, organisation), number
        assert block.first <= number <= block.last
    assert recount().matches, recount()
    assert queries.equation().issued_kg == len(model.all)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACT, min_size=3, max_size=18))
def test_whatever_happens_every_kilogram_is_where_the_model_has_it(
    register: Register, acts: list[tuple[str, int, int, int]]
) -> None:
    with pytest.raises(Rollback), transaction.atomic():
        _play(register, acts)


def _play(register: Register, acts: list[tuple[str, int, int, int]]) -> None:
    model = Model()
    _step(register, model, ("issue", 0, 0, 40), 0)
    for turn, act in enumerate(acts, start=1):
        _step(register, model, act, turn)
    _must_agree(register, model)
    raise Rollback
