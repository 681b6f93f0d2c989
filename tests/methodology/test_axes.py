"""Values over axes: sums, items, cohorts, choices along an axis, and modules run along one."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methodology.random_documents import EXAMPLE, HEAD

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.explain import explain_case
from tanhui.methodology.given import Given, Listed, Spread
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import Shelves
from tanhui.methodology.units import Quantity

CONTENT = Path(__file__).resolve().parents[2] / "content"
SHELVES = Shelves(CONTENT)
LABEL = 'zh = "量"\nen = "a quantity"\n'
SOURCE = 'source_zh = "源"\nsource_en = "source"\n'

AXES = """
[axis.species]
zh = "树种"
en = "species"
[axis.species.items]
fir = { zh = "杉", en = "fir" }
oak = { zh = "栎", en = "oak" }

[axis.year]
zh = "年"
en = "year"
most = 50
unit = "yr"

[axis.age]
zh = "龄"
en = "age"
length = 50
first = 0
unit = "yr"
"""


def _input(symbol: str, kind: str, unit: str, axes: str = "", more: str = "") -> str:
    along = f"axes = [{axes}]\n" if axes else ""
    return (
        f'\n[input.{symbol}]\nkind = "{kind}"\nunit = "{unit}"\nbounds = [0, 1000000]\n'
        + along + more + LABEL + SOURCE
    )  # fmt: skip


def _formula(symbol: str, expression: str, kind: str, unit: str) -> str:
    return (
        f'\n[formula.{symbol}]\nexpression = "{expression}"\nkind = "{kind}"\nunit = "{unit}"\n'
        + LABEL
    )


def _document(tmp_path: Path, *parts: str) -> Methodology:
    path = tmp_path / "small.toml"
    text = HEAD.format(id="small", kind="tool") + "".join(parts) + EXAMPLE
    path.write_text(text, encoding="utf-8")
    return read_methodology(path, SHELVES.shelf)


def _inputs(text: str) -> dict[str, Given]:
    return parse_inputs(text, SHELVES.shelf.units)


@pytest.fixture
def stand(tmp_path: Path) -> Methodology:
    """A mass by species and year, summed in every way."""
    return _document(
        tmp_path,
        AXES.split("[axis.age]")[0],
        _input("m", "mass", "t", '"species", "year"'),
        _formula("by_species", "sum(m, year)", "mass", "t"),
        _formula("by_year", "sum(m, species)", "mass", "t"),
        _formula("all", "sum(by_year)", "mass", "t"),
        _formula("oak", "sum(at(m, oak))", "mass", "t"),
        _formula("first", "at(by_year, 1)", "mass", "t"),
        _formula("places", "count(year) * count(species)", "ratio", "1"),
        _formula("late", "sum(if(index(year) / at(index(year), 1) > 1, by_year, 0))", "mass", "t"),
    )


def test_sums_and_items_of_two_axes(stand: Methodology) -> None:
    given_ = '{"m": {"value": {"fir": [1, 2, 3], "oak": [10, 20, 30]}, "unit": "t"}}'
    found = evaluate(stand, _inputs(given_)).outputs
    assert isinstance(found["by_species"], Spread)
    assert found["by_species"].cells == {"fir": 6, "oak": 60}
    assert isinstance(found["by_year"], Spread)
    assert found["by_year"].cells == [11, 22, 33]
    names = ("all", "oak", "first", "late", "places")
    plain = {name: found[name].value for name in names}  # type: ignore[union-attr]
    assert plain == {"all": 66, "oak": 60, "first": 11, "late": 55, "places": 6}


def test_lists_and_objects_mean_the_same(stand: Methodology) -> None:
    by_item = '{"m": {"value": {"oak": [10, 20], "fir": [1, 2]}, "unit": "t"}}'
    by_place = '{"m": {"value": [[1, 2], [10, 20]], "unit": "t"}}'
    one, other = evaluate(stand, _inputs(by_item)), evaluate(stand, _inputs(by_place))
    assert one.digest == other.digest
    assert one.outputs == other.outputs


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("5", "wrong_input"),
        ('{"fir": [1, 2]}', "wrong_input"),
        ('{"fir": [1], "oak": [1], "elm": [1]}', "wrong_input"),
        ("[[1, 2], [1]]", "axis_length_differs"),
        ("[[1, 2], [1, null]]", "wrong_input"),
        ("[[1, 2], [1, -2]]", "out_of_bounds"),
        ("[[1, 2], [3, 4], [5, 6]]", "wrong_input"),
        (f"[{[1] * 51}, {[1] * 51}]", "axis_length_differs"),
        ("[[], []]", "axis_length_differs"),
    ],
)
def test_cells_that_do_not_fit_the_axes_are_refused(
    stand: Methodology, value: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        evaluate(stand, _inputs(f'{{"m": {{"value": {value}, "unit": "t"}}}}'))
    assert refused.value.code == code


def test_an_open_axis_for_which_nobody_gives_a_list_is_not_shown(tmp_path: Path) -> None:
    document = _document(
        tmp_path,
        AXES.split("[axis.age]")[0].split("[axis.year]")[0].split("[axis.species]")[0],
        "[axis.year]\nmost = 5\n" + LABEL,
        _input("m", "mass", "t", '"year"'),
        _formula("double", "2 * m", "mass", "t"),
    )
    single = evaluate(document, _inputs('{"m": {"value": 4, "unit": "t"}}')).outputs["double"]
    listed = evaluate(document, _inputs('{"m": {"value": [4], "unit": "t"}}')).outputs["double"]
    assert isinstance(single, Quantity)
    assert isinstance(listed, Spread)
    assert single.value == 8
    assert listed.cells == [8]


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> Methodology:
    """What is left of every year's waste, by its age."""
    return _document(
        tmp_path_factory.mktemp("heap"),
        AXES.split("[axis.species]")[0],
        "[axis.year]" + AXES.split("[axis.year]")[1],
        _input("W", "mass", "t", '"year"'),
        '\n[param.k]\nkind = "fod.decay-rate"\nunit = "1/yr"\nvalue = "0.185"\n'
        'source = "t"\nstatus = "default"\n' + LABEL,
        _formula("R", "exp(-k * index(age))", "ratio", "1"),
        _formula("left", "convolve(W, R)", "mass", "t"),
    )


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_a_cohort_is_what_a_loop_over_years_and_ages_gives(
    heap: Methodology, amounts: list[int]
) -> None:
    tonne = SHELVES.shelf.units.parse("t")
    found = evaluate(heap, {"W": Listed([Fraction(amount) for amount in amounts], tonne)})
    left = found.outputs["left"]
    assert isinstance(left, Spread)
    context = Context(prec=60)
    for year, cell in enumerate(left.cells):
        expected = sum(
            Decimal(amounts[early]) * context.exp(Decimal("-0.185") * (year - early))
            for early in range(year + 1)
        )
        assert abs(Decimal(cell.numerator) / Decimal(cell.denominator) - expected) <= Decimal(
            "1e-15"
        ) * max(Decimal(1), expected)


def test_a_tool_is_run_once_for_each_species_it_is_given(tmp_path: Path, library: Library) -> None:
    tool = library.methodology("afforestation.bef")
    document = _document(
        tmp_path,
        AXES.split("[axis.year]")[0],
        _input("V", tool.inputs[0].kind, "m3/ha", '"species"'),
        _input("A", "area", "ha"),
        f'\n[use.tree]\nmodule = "{tool.reference}"\ndigest = "{tool.digest}"\n{LABEL}'
        'inputs = { V = "V", A = "A" }\n',
        _formula("CO2", "sum(tree.CO2)", "carbon.stock.co2", "tCO2"),
    )
    area = '"A": {"value": 100, "unit": "ha"}'
    both = f'{{"V": {{"value": {{"fir": 120, "oak": 60}}, "unit": "m3/ha"}}, {area}}}'
    answer = evaluate(document, _inputs(both))
    single = {
        volume: evaluate(
            tool,
            _inputs(f'{{"V": {{"value": {volume}, "unit": "m3/ha"}}, {area}}}'),
        ).outputs["CO2"].value  # type: ignore[union-attr]
        for volume in (120, 60)
    }  # fmt: skip
    traced = {row.symbol: row.quantity for row in answer.trace}
    assert isinstance(traced["tree.CO2"], Spread)
    assert traced["tree.CO2"].cells == {"fir": single[120], "oak": single[60]}
    assert answer.outputs["CO2"].value == single[120] + single[60]  # type: ignore[union-attr]
    # The explanation shows the module's steps under the module's name.
    modules = {step.module for step in explain_case(document, _inputs(both)).steps}
    assert modules == {"", "tree"}


def test_a_branch_that_is_not_taken_is_never_computed(tmp_path: Path) -> None:
    document = _document(
        tmp_path,
        "[axis.year]\nmost = 5\n" + LABEL,
        _input("m", "mass", "t", '"year"'),
        _input("n", "mass", "t", '"year"'),
        _formula("ratio", "if(n > 0, m / n, 0)", "ratio", "1"),
    )
    text = '{"m": {"value": [4, 4], "unit": "t"}, "n": {"value": [2, 0], "unit": "t"}}'
    ratio = evaluate(document, _inputs(text)).outputs["ratio"]
    assert isinstance(ratio, Spread)
    assert ratio.cells == [2, 0]


def test_a_guard_on_constants_fails_every_time_not_only_the_first(tmp_path: Path) -> None:
    share = '\n[param.s]\nkind = "share"\nunit = "1"\nvalue = "0.4"\nsource = "t"\n'
    document = _document(
        tmp_path,
        _input("m", "mass", "t"),
        share + 'status = "default"\n' + LABEL,
        _formula("part", "m * s", "mass", "t"),
        '\n[guard.half]\nrequire = "s >= 0.5"\n' + LABEL,
    )
    case = '{"m": {"value": 4, "unit": "t"}}'
    for _ in range(3):
        with pytest.raises(Refusal) as refused:
            evaluate(document, _inputs(case))
        assert refused.value.code == "guard_failed"
    more = '{"m": {"value": 4, "unit": "t"}, "s": {"value": 0.5, "unit": "1"}}'
    for text in (more, more):
        found = evaluate(document, _inputs(text)).outputs["part"]
        assert isinstance(found, Quantity)
        assert found.value == 2
    with pytest.raises(Refusal):
        evaluate(document, _inputs(case))
