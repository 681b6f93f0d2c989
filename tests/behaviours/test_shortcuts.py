"""What is told by a shorter way is what the longer way tells."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from tanhui.behaviours.measuring import quantify
from tanhui.behaviours.store import city_days
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.scenes.library import city_library

CONTENT = Path(__file__).resolve().parents[2] / "content"
LIBRARY = city_library(CONTENT)


@given(st.lists(st.datetimes(datetime(1985, 1, 1), datetime(2100, 1, 1)), max_size=5))  # noqa: DTZ001
@example([datetime(1991, 12, 31, 23, 59, 59)])  # noqa: DTZ001
@example([datetime(2026, 3, 1, 15, 59, 59, 999_999), datetime(2026, 3, 1, 16)])  # noqa: DTZ001
def test_a_day_is_the_citys_day(moments: list[datetime]) -> None:
    instants = [moment.replace(tzinfo=UTC) for moment in moments]
    started = np.array(
        [
            int((each - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**6
            for each in instants
        ],
        dtype=np.int64,
    )
    expected = [
        (city_day(each.replace(microsecond=0)) - date(1970, 1, 1)).days for each in instants
    ]
    assert city_days(started).tolist() == expected
    assert CITY_ZONE.key == "Asia/Shanghai"


def test_few_deeds_reduce_what_many_do() -> None:
    for scene in LIBRARY.scenes:
        rule = LIBRARY.rule_on(scene, date(2026, 3, 1))
        amounts = np.arange(0, 70_000, 7, dtype=np.int64)
        detail = np.full(len(amounts), scene.measured.default, dtype=np.int64)
        many = quantify(rule.methodology, scene, amounts, detail)
        few = np.concatenate(
            [
                quantify(rule.methodology, scene, amounts[at : at + 500], detail[at : at + 500])
                for at in range(0, len(amounts), 500)
            ]
        )
        assert len(amounts) > 5_000
        assert pl.Series(few).equals(pl.Series(many)), scene.code
