"""One truth, two evaluators: exact fractions and the int64 row kernel give the same integers."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.methodology.both import Read, Row, reader, same
from tests.methodology.random_documents import Drawn, documents

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.library import Library
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import Shelves, open_shelf
from tanhui.methodology.units import quantity_of
from tanhui.methodology.worked import example_problems

CONTENT = Path(__file__).resolve().parents[2] / "content"
BIKE = CONTENT / "chengdu/methodologies/citizen/travel/shared-bike.toml"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The real units and factors, to write small documents against."""
    return open_shelf(CONTENT)


@pytest.fixture(scope="module")
def read(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads drawn documents."""
    return reader(shelf, tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def shared_bike(shelf: Shelf) -> Methodology:
    """The city's shared-bike methodology."""
    return read_methodology(BIKE, shelf)


def test_both_give_the_same_integers_for_random_documents(
    read: Read,
) -> None:
    """Most of them compile; the others are refused for one of the kernel's own reasons."""
    counts: Counter[str] = Counter()

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn=documents())
    def each(drawn: Drawn) -> None:
        methodology = read(drawn)
        try:
            same(methodology, list(drawn.rows))
        except Refusal as refusal:
            if not refusal.code.startswith("kernel_"):
                raise
            counts[refusal.code] += 1
        else:
            counts["compiled"] += 1

    each()
    assert counts["compiled"] > 0.8 * counts.total(), counts
    assert set(counts) <= {"compiled", "kernel_overflow"}


def test_the_city_s_own_documents_compile_and_agree() -> None:
    """Every citizen document: its ends, values between, what is missing and what is beyond."""
    documents = [item for item in Shelves(CONTENT).read_all()[0] if item.kind == "citizen"]
    assert len(documents) >= 20
    dice = random.Random(487)
    for methodology in documents:
        kernel = compile_kernel(methodology)
        rows: list[Row] = []
        for _ in range(40):
            odd = dice.choice([*kernel.columns, *[""] * 3])
            row: dict[str, int | str | None] = {}
            for name, (low, high) in kernel.bounds:
                inside = [low, high, *(dice.randint(low, high) for _ in range(6))]
                row[name] = dice.choice([low - 1, high + 1, None] if name == odd else inside)
            for name, options in kernel.options:
                row[name] = dice.choice(["?", None] if name == odd else list(options))
            rows.append(row)
        same(methodology, rows)


@settings(max_examples=200, deadline=None)
@given(
    distances=st.lists(
        st.none() | st.integers(-5, 720_005) | st.integers(-(2**63), 2**63 - 1),
        min_size=1,
        max_size=20,
    )
)
def test_both_give_the_same_integers_for_any_ride(
    shared_bike: Methodology, distances: list[int | None]
) -> None:
    same(shared_bike, [{"distance_m": distance} for distance in distances])


def test_every_metre_up_to_the_bound_is_floored_exactly(shared_bike: Methodology) -> None:
    frame = pl.DataFrame({"distance_m": pl.int_range(0, 720_001, eager=True)})
    answers = compile_kernel(shared_bike).quantify(frame).to_list()
    assert answers == [metres * 487 // 10 for metres in range(720_001)]


def test_the_worked_examples_of_every_document_come_out(library: Library) -> None:
    assert library.methodologies()
    for methodology in library.methodologies():
        assert methodology.examples
        assert example_problems(methodology) == []


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, "missing_input"),
        ({"d": ("1", "m"), "x": ("1", "m")}, "unknown_input"),
        ({"d": ("1", "gCO2")}, "unit_mismatch"),
        ({"d": ("1", "person.km")}, "kind_mismatch"),
        ({"d": ("720.001", "km")}, "out_of_bounds"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    shared_bike: Methodology,
    library: Library,
    inputs: dict[str, tuple[str, str]],
    code: str,
) -> None:
    with pytest.raises(Refusal) as refused:
        evaluate(
            shared_bike,
            {name: quantity_of(library.units, *given) for name, given in inputs.items()},
        )
    assert refused.value.code == code


def test_the_digest_is_of_the_case_not_of_its_writing(
    shared_bike: Methodology, library: Library
) -> None:
    def case(value: str, unit: str) -> str:
        return evaluate(shared_bike, {"d": quantity_of(library.units, value, unit)}).digest

    assert case("2431", "m") == case("2.4310", "km")
    assert case("2431", "m") != case("2432", "m")


def test_the_trace_walks_from_input_to_result(shared_bike: Methodology, library: Library) -> None:
    evaluation = evaluate(shared_bike, {"d": quantity_of(library.units, "2431", "m")})
    assert [row.symbol for row in evaluation.trace] == ["d", "EF", "ER", "reduction_mg"]
    assert shared_bike.factors[0].row.digest in evaluation.trace[1].source
    assert evaluation.outputs["ER"].value == Fraction("118.3897")
    assert evaluation.result == 118_389
