"""The number of a posting is made of what it pays, the same way here and in the database."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.behaviours.postings import posting_id, posting_ids
from tanhui.config.database import Database
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION

CHUNKS = st.one_of(st.integers(1, 10), st.integers(1, 2**47 - 1), st.just(2**47 - 1))
CITIZENS = st.one_of(st.integers(1, 10), st.integers(1, 2**62 - 1))


@given(CHUNKS, st.lists(CITIZENS, min_size=1, max_size=9, unique=True))
def test_columns_and_single_numbers_agree(chunk_id: int, citizens: list[int]) -> None:
    for kind in (CITIZEN_POINTS, CITIZEN_REDUCTION):
        column = posting_ids(chunk_id, np.array(citizens, dtype=np.int64), kind)
        single = [posting_id(chunk_id, citizen, kind) for citizen in citizens]
        assert [cell.tobytes() for cell in column] == [number.bytes for number in single]
        assert {number.version for number in single} == {8}
        assert {number.variant for number in single} == {"specified in RFC 4122"}


def test_no_two_postings_share_a_number() -> None:
    numbers = {
        posting_id(chunk, citizen, kind)
        for chunk in (1, 2, 65_536, 2**40)
        for citizen in (1, 2, 65_536, 2**40)
        for kind in (CITIZEN_POINTS, CITIZEN_REDUCTION)
    }
    assert len(numbers) == 4 * 4 * 2


@pytest.mark.database
@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.tuples(CHUNKS, CITIZENS))
def test_the_database_makes_the_same_number(books: Database, facts: tuple[int, int]) -> None:
    with psycopg.connect(books.app_url) as app:
        for kind in (CITIZEN_POINTS, CITIZEN_REDUCTION):
            found = app.execute(
                "SELECT behaviours_posting_id(%s, %s, %s::smallint)", [*facts, kind.number]
            ).fetchone()
            assert found == (posting_id(*facts, kind),)
