"""Settlement against its own story told in plain Python: every row, every point, every balance."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings as product
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.behaviours.bill import day_bill
from tanhui.behaviours.keys import behaviour_key
from tanhui.behaviours.queries import why
from tanhui.behaviours.recount import recount
from tanhui.identity.commands import register_simulated
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.references import reference_digest
from tanhui.partners.commands import bind_riders, register_partner
from tests.behaviours.model import Model
from tests.behaviours.telling import JULY, City, add_up, balance, told
from tests.cast import OPERATOR, ride

pytestmark = pytest.mark.database

_TURNS = count(1)
REFERENCES = tuple(f"JC{number}" for number in range(18))
# The day before has neither grades for bicycles nor a limit over all scenes.
MIDNIGHT = datetime(2026, 7, 1, tzinfo=CITY_ZONE)
# From one place to another without a meter: 4.4 km by the great circle.
PLACES = {
    "distance_m": None,
    "start_lat": 30.65,
    "start_lng": 104.06,
    "end_lat": 30.67,
    "end_lng": 104.10,
}
METRES = {
    "shared_bike": [0, 0.4, 205, 2_431, 4_107, 8_000],
    "shared_ebike": [2_431, 8_000],
    "bus": [4_107, 15_000],
    "metro": [9_000, 20_000, 60_000],
}


@st.composite
def rows(draw: st.DrawFn, *, apart: bool = False) -> dict[str, Any]:
    """A ride on one of few days by one of few riders, so that caps and repeats are met often.

    Where they shall be `apart`, only repeats of one reference are ridden at one time.
    """
    number = draw(st.integers(0, len(REFERENCES) - 1))
    minute = draw(st.sampled_from([-30, -1, 0, 1, 24, 25, 26, 480, 480, 492, 600, 700, 1_439]))
    if apart:
        minute = 40 * number + draw(st.integers(0, 1))
    started = MIDNIGHT - timedelta(days=draw(st.integers(0, 1)), minutes=-minute)
    if draw(st.integers(0, 20)) == 0:
        started = datetime(2019, 12, 31, 23, 59, tzinfo=CITY_ZONE)
    mode = draw(st.sampled_from(["shared_bike", *METRES]))
    measured = {"distance_m": draw(st.sampled_from(METRES[mode]))}
    return ride(
        REFERENCES[number],
        started_at=started,
        minutes=draw(st.sampled_from([25, 25, 25, 26])),
        mode=mode,
        rider=draw(st.sampled_from(["a", "a", "a", "b", "stranger"])),
        **(PLACES if draw(st.integers(0, 5)) == 0 else measured),
    )


FILES = st.lists(
    st.tuples(st.lists(rows(), min_size=1, max_size=18), st.integers(1, 9)), min_size=1, max_size=3
)


def _partner() -> tuple[str, dict[str, int]]:
    """A partner of this example alone, whose three riders have ridden nowhere yet."""
    turn = next(_TURNS)
    code = f"BIKE-{turn}"
    register_partner(
        actor=OPERATOR,
        code=code,
        name_zh="锦城单车",
        name_en="Jincheng Bikes",
        scene="shared-bike",
        simulated=True,
        at=JULY,
    )
    citizens = register_simulated(actor=OPERATOR, count=3 * turn + 2, at=JULY)[-3:]
    riders = dict(zip("abc", citizens, strict=True))
    bind_riders(
        actor=OPERATOR, partner_code=code, riders=list(riders), citizen_ids=citizens, at=JULY
    )
    return code, riders


def _recorded(city: City, code: str) -> dict[str, tuple[Any, ...]]:
    found = city.rows(
        "SELECT r.reference, b.reduction_mg, b.points_uncapped, b.points, m.paid_digest,"
        " b.citizen_id, b.started_at, b.partner_id, b.reference_digest"
        " FROM behaviours_behaviour AS b JOIN partners_partner AS p ON p.id = b.partner_id"
        " JOIN behaviours_reference AS r ON r.partner_id = b.partner_id"
        " AND r.digest = b.reference_digest LEFT JOIN behaviours_merge AS m"
        " ON (m.citizen_id, m.started_at, m.partner_id, m.reference_digest)"
        " = (b.citizen_id, b.started_at, b.partner_id, b.reference_digest) WHERE p.code = %s",
        code,
    )
    return {row[0]: row[1:] for row in found}


def _agrees(model: Model, found: dict[str, tuple[Any, ...]]) -> None:
    """Each deed as the model has it, and each card with what the day had been paid before it."""
    by_digest = {model.digests[name]: deed for name, deed in model.deeds.items()}
    assert set(found) == set(model.deeds)
    for name, deed in model.deeds.items():
        mg, uncapped, points, paid_digest, citizen, started, partner, digest = found[name]
        assert (mg, uncapped, points) == (deed.reduction_mg, deed.uncapped, deed.points)
        assert (paid_digest is None) is (deed.same_as is None)
        if paid_digest is not None:
            paid = by_digest[paid_digest]
            assert paid.same_as is None
            assert deed.lies_on(paid)
        card = why(citizen_id=citizen, key=behaviour_key(started, partner, digest))
        assert (card.points.used_before, card.points.used_in_all) == (deed.used, deed.used_in_all)


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILES)
def test_the_books_say_what_the_model_says(
    city: City, files: list[tuple[list[dict[str, Any]], int]]
) -> None:
    code, riders = _partner()
    key = product.TANHUI.reference_key
    model = Model(riders, {name: reference_digest(key, name) for name in REFERENCES})
    for told_rows, chunk_rows in files:
        result = city.tell(code, *told_rows, chunk_rows=chunk_rows)
        expected = []
        for begin in range(0, len(told_rows), chunk_rows):
            expected += model.record(told_rows[begin : begin + chunk_rows])
        assert add_up(result)
        assert result.rows == len(told_rows)
        reasons = told(result)
        assert [reasons.get(n, "recorded") for n in range(1, len(expected) + 1)] == expected
        assert result.recorded == expected.count("recorded") + expected.count("merged")
        assert result.exists == expected.count("exists")
    _agrees(model, _recorded(city, code))
    for citizen in riders.values():
        assert balance(citizen) == (model.points[citizen], model.reduction_mg[citizen])
        for day in {deed.day for deed in model.deeds.values() if deed.citizen == citizen}:
            assert day_bill(citizen_id=citizen, day=day).agrees
    assert recount().matches


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(rows(apart=True), min_size=8, max_size=30), st.integers(1, 7))
def test_the_size_of_chunks_does_not_change_totals(
    city: City, told_rows: list[dict[str, Any]], chunk_rows: int
) -> None:
    totals = []
    for size in (chunk_rows, 1_000):
        code, riders = _partner()
        result = city.tell(code, *told_rows, chunk_rows=size)
        assert add_up(result)
        answer = (result.recorded, result.exists, result.refused, result.reduction_mg)
        totals.append((*answer, result.points, [balance(citizen) for citizen in riders.values()]))
    assert totals[0] == totals[1]
