"""Settlement against its own story told in plain Python: every row, every point, every balance."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings as product
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.behaviours.recount import recount
from tanhui.identity.commands import register_simulated
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.references import reference_digest
from tanhui.partners.commands import bind_riders, register_partner
from tests.behaviours.model import Model
from tests.behaviours.telling import City, add_up, balance, told
from tests.cast import NOW, OPERATOR, ride

pytestmark = pytest.mark.database

_TURNS = count(1)
REFERENCES = tuple(f"JC{number}" for number in range(14))
MIDNIGHT = datetime(2026, 3, 19, tzinfo=CITY_ZONE)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    """A ride on one of few days by one of few riders, so that caps and repeats are met often."""
    minute = draw(st.sampled_from([-1, 0, 1, 480, 480, 1_080, 1_439, 1_440]))
    started = MIDNIGHT - timedelta(days=draw(st.integers(0, 1)), minutes=-minute)
    if draw(st.integers(0, 20)) == 0:
        started = datetime(2019, 12, 31, 23, 59, tzinfo=CITY_ZONE)
    return ride(
        draw(st.sampled_from(REFERENCES)),
        started_at=started,
        minutes=draw(st.sampled_from([25, 25, 25, 26])),
        distance_m=draw(st.sampled_from([0, 0.4, 205, 2_431, 2_431, 4_107, 8_000, 12_400])),
        rider=draw(st.sampled_from(["a", "a", "b", "c", "stranger"])),
    )


FILES = st.lists(
    st.tuples(st.lists(rows(), min_size=1, max_size=16), st.integers(1, 9)), min_size=1, max_size=3
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
        at=NOW,
    )
    citizens = register_simulated(actor=OPERATOR, count=3 * turn + 2, at=NOW)[-3:]
    riders = dict(zip("abc", citizens, strict=True))
    bind_riders(
        actor=OPERATOR, partner_code=code, riders=list(riders), citizen_ids=citizens, at=NOW
    )
    return code, riders


def _recorded(city: City, code: str) -> dict[str, tuple[int, int, int]]:
    found = city.rows(
        "SELECT r.reference, b.reduction_mg, b.points_uncapped, b.points"
        " FROM behaviours_behaviour AS b JOIN partners_partner AS p ON p.id = b.partner_id"
        " JOIN behaviours_reference AS r ON r.partner_id = b.partner_id"
        " AND r.digest = b.reference_digest WHERE p.code = %s",
        code,
    )
    return {row[0]: row[1:] for row in found}


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILES)
def test_the_books_say_what_the_model_says(
    city: City, files: list[tuple[list[dict[str, Any]], int]]
) -> None:
    code, riders = _partner()
    key = product.TANHUI.reference_key
    model = Model(riders, {name: reference_digest(key, name) for name in REFERENCES})
    for told_rows, chunk_rows in files:
        result = city.ingest(told_rows, partner_code=code, chunk_rows=chunk_rows)
        expected = []
        for begin in range(0, len(told_rows), chunk_rows):
            expected += model.record(told_rows[begin : begin + chunk_rows])
        assert add_up(result)
        assert result.rows == len(told_rows)
        reasons = told(result)
        assert [reasons.get(n, "recorded") for n in range(1, len(expected) + 1)] == expected
        assert result.recorded == expected.count("recorded")
        assert result.exists == expected.count("exists")
    deeds = model.deeds.items()
    assert _recorded(city, code) == {
        name: (deed.reduction_mg, deed.uncapped, deed.points) for name, deed in deeds
    }
    for citizen in riders.values():
        assert balance(citizen) == (model.points[citizen], model.reduction_mg[citizen])
    assert recount().matches


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(rows(), min_size=8, max_size=30), st.integers(1, 7))
def test_the_size_of_chunks_does_not_change_totals(
    city: City, told_rows: list[dict[str, Any]], chunk_rows: int
) -> None:
    totals = []
    for size in (chunk_rows, 1_000):
        code, riders = _partner()
        result = city.ingest(told_rows, partner_code=code, chunk_rows=size)
        assert add_up(result)
        answer = (result.recorded, result.exists, result.refused, result.reduction_mg)
        totals.append((*answer, result.points, [balance(citizen) for citizen in riders.values()]))
    assert totals[0] == totals[1]
