"""The operator's own month, and its twin, read as the operator wrote them."""

from __future__ import annotations

from pathlib import Path

from tanhui.partners.files import look_through
from tests.files import divvy_twin
from tests.partners.reading import read, verdicts

REAL = Path("data/bike/202102-divvy-tripdata.zip")


def test_the_twin_is_judged_row_by_row(tmp_path: Path) -> None:
    path = divvy_twin.write_zip(tmp_path / "twin.zip")
    found = verdicts(read(path, chunk_rows=100))
    assert look_through(path).rows == len(found) == divvy_twin.ROWS
    assert {line: code for line, code in found.items() if code != "ok"} == (
        divvy_twin.expected_lines()
    )


def test_the_real_month_is_judged_as_counted(shared: Path) -> None:
    trips = read(shared / REAL, chunk_rows=50_000)
    assert trips.height == 49_622
    counts = trips["refused"].drop_nulls().value_counts()
    assert dict(counts.iter_rows()) == {
        "no_end": 214,
        "zero_duration": 4,
        "too_long": 37,
        "no_distance": 3_462,
        "too_fast": 99,
    }
    assert trips["amount"].min() == 0
    assert trips["reference"].n_unique() == trips.height
