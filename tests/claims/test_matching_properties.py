"""Drawn days: what two partners tell of one ride is merged, what an honest day holds is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.claims import matching
from tanhui.claims.matching import GROUPS
from tests.claims.telling import Told, judged, paid

minutes = st.integers(1, 90)
clocks = st.integers(-20, 20)


@st.composite
def rides(draw: st.DrawFn) -> Told:
    """One ride of a plausible length."""
    long = draw(minutes)
    return Told(
        start=draw(st.integers(0, 1_200)),
        minutes=long,
        metres=long * draw(st.integers(50, 450)),
        group=draw(st.sampled_from(GROUPS)),
    )


@st.composite
def chains(draw: st.DrawFn, alike: bool = False) -> list[Told]:
    """An honest day of one partner: rides one after the other, with nothing in between or more."""
    told: list[Told] = []
    clock = draw(st.integers(0, 400))
    for _ in range(draw(st.integers(2, 6))):
        ride = draw(rides())
        if alike and told:
            ride = replace(told[0], start=0)
        told.append(replace(ride, start=clock))
        clock += int(ride.minutes) + draw(st.integers(0, 40))
    return told


@st.composite
def as_others_tell(draw: st.DrawFn, ride: Told, partner: int, clock: int, part: int = 1) -> Told:
    """The same ride by another partner: its clock, and measures as far off as they may be.

    `part` is 2 where they may be half as far off.
    """
    jitter = draw(st.sampled_from([-1, 0, 1]))
    farther = ride.metres + draw(st.sampled_from([-1, 0, 1])) * 200 // part
    return replace(
        ride,
        start=ride.start + clock,
        minutes=max(ride.minutes + jitter * min(2, ride.minutes / 2) / part, 0.5),
        metres=max(farther, 1),
        partner=partner,
    )


@given(st.data(), rides(), clocks)
def test_one_ride_told_by_two_partners_is_always_paid_once(
    data: st.DataObject, ride: Told, clock: int
) -> None:
    other = data.draw(as_others_tell(ride, 2, clock))
    assert paid([ride], [other]) == [ride]
    assert paid([other], [ride]) == [other]
    assert len(paid([ride, other])) == 1
    assert len(paid([other, ride])) == 1


@given(st.data(), rides(), clocks, clocks)
def test_three_partners_are_paid_once(
    data: st.DataObject, ride: Told, clock: int, other_clock: int
) -> None:
    # Any two of them are within the tolerance of one another but for their clocks.
    told = [
        ride,
        data.draw(as_others_tell(ride, 2, clock, part=2)),
        data.draw(as_others_tell(ride, 3, other_clock, part=2)),
    ]
    assert len(paid(told)) == 1
    assert len(paid(*[[one] for one in told])) == 1
    assert len(paid(told[:1], told[1:])) == 1


@given(st.data(), st.one_of(chains(), chains(alike=True)), clocks)
def test_an_honest_day_told_by_two_partners_is_paid_once_and_whole(
    data: st.DataObject, day: list[Told], clock: int
) -> None:
    other = [data.draw(as_others_tell(ride, 2, clock)) for ride in day]
    # A partner whose own rides overlap tells of one time twice; that is not an honest day.
    ends = [ride.start + ride.minutes for ride in other]
    if any(end > later.start for end, later in zip(ends, other[1:], strict=False)):
        other = [replace(ride, start=ride.start + clock, partner=2) for ride in day]
    assert len(paid(day, other)) == len(day)
    assert len(paid(other, day)) == len(day)
    assert len(paid(day + other)) == len(day)


@given(chains(), st.permutations(range(6)))
def test_an_honest_day_of_one_partner_is_paid_whole_in_any_order(
    day: list[Told], order: list[int]
) -> None:
    mixed = [day[place] for place in order if place < len(day)]
    assert len(paid(mixed)) == len(day)
    assert len(paid(*[[ride] for ride in mixed])) == len(day)


@given(chains(), st.data())
def test_rides_of_many_partners_in_different_modes_or_lengths_are_paid_whole(
    day: list[Told], data: st.DataObject
) -> None:
    # Nothing alike follows in time: another mode, or at least twice the length.
    told = [
        replace(
            ride,
            group=GROUPS[place % 4] if place % 2 else "cycling",
            partner=data.draw(st.integers(1, 4)),
            metres=1_000 * 3**place,
        )
        for place, ride in enumerate(day)
    ]
    assert len(paid(told)) == len(day)
    assert len(paid(*[[ride] for ride in reversed(told)])) == len(day)


@given(rides(), st.integers(21, 600))
def test_a_commute_to_and_fro_is_two_trips(ride: Told, later: int) -> None:
    back = replace(ride, start=ride.start + ride.minutes + later, partner=2)
    assert judged(ride, back).same_as.tolist() == [-1, -1]


@given(st.data(), chains(), clocks, st.integers(0, 12))
def test_one_batch_or_many_come_to_the_same(
    data: st.DataObject, day: list[Told], clock: int, cut: int
) -> None:
    other = [data.draw(as_others_tell(ride, 2, clock)) for ride in day]
    told = sorted([*day, *other], key=lambda one: (one.start, one.partner))
    whole = paid(told)
    assert paid(told[:cut], told[cut:]) == whole
    assert paid(*[[one] for one in told]) == whole


@given(st.data(), chains(), clocks)
def test_a_declared_day_never_stands_in_the_way(
    data: st.DataObject, day: list[Told], clock: int
) -> None:
    said = [replace(data.draw(as_others_tell(ride, 0, clock)), declared=True) for ride in day]
    for batches in ((said, day), (day, said), (said + day,)):
        found = paid(*batches)
        assert [ride for ride in found if not ride.declared] == day


@given(st.data(), st.one_of(chains(), chains(alike=True)), clocks)
def test_someone_with_many_reports_is_judged_like_anybody(
    data: st.DataObject, day: list[Told], clock: int
) -> None:
    told = [*day, *(data.draw(as_others_tell(ride, 2, clock)) for ride in day)]
    told += [replace(ride, partner=0, declared=True) for ride in day]
    cut = data.draw(st.integers(0, len(told)))
    known = tuple(told[:cut])
    listed = judged(*told[cut:], known=known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_CROWD", 1)
        crowded = judged(*told[cut:], known=known)
    assert listed.same_as.tolist() == crowded.same_as.tolist()
    assert listed.reason.tolist() == crowded.reason.tolist()
    assert listed.displaced.tolist() == crowded.displaced.tolist()


@st.composite
def anything(draw: st.DrawFn) -> Told:
    """Any report of a crowded morning, however implausible beside the others."""
    return Told(
        start=draw(st.integers(0, 120)) / 2,
        minutes=draw(st.integers(1, 60)) / 2,
        metres=draw(st.sampled_from([500, 600, 2_000, 5_000])),
        partner=draw(st.integers(1, 4)),
        group=draw(st.sampled_from(["cycling", "bus"])),
        declared=draw(st.booleans()),
    )


@given(st.lists(st.lists(anything(), max_size=8), min_size=1, max_size=5))
def test_whatever_is_told_no_time_is_paid_twice(batches: list[list[Told]]) -> None:
    found = sorted(paid(*batches), key=lambda one: one.start)
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            overlap = min(one.start + one.minutes, other.start + other.minutes) - other.start
            apart = one.group != other.group and one.partner != other.partner and overlap <= 10
            least = (max if apart else min)(one.minutes, other.minutes)
            assert overlap <= 0 or 2 * overlap < least
            assert one.partner != other.partner or overlap <= 1
