"""The landfill module against a closed form and against a plain loop over years and ages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Given, Listed
from tanhui.methodology.shelves import Shelves
from tanhui.methodology.units import Quantity

CONTENT = Path(__file__).resolve().parents[2] / "content"
YEARS = 10
DIGITS = 60
CLOSE = Fraction(1, 10**12)
UNITS = {
    "W1": "t",
    "k": "1/yr",
    "DOC": "tC/t",
    "DOCf": "1",
    "MCF": "1",
    "F": "1",
    "OX": "1",
    "phi": "1",
    "GWP": "kgCO2e/kgCH4",
    "f": "1",
}


@pytest.fixture(scope="module")
def landfill() -> Methodology:
    """The module that every project about landfilled waste imports."""
    return Shelves(CONTENT).module("kitchen-waste.tool04@1.0.0")


def share(low: str, high: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    """Decimals between `low` and `high`, both included."""
    return st.decimals(Decimal(low), Decimal(high), places=places)


cases = st.fixed_dictionaries(
    {
        "W1": share("0", "5000000", 2),
        "k": share("0.001", "1.5"),
        "DOC": share("0", "0.6"),
        "DOCf": share("0", "1"),
        "MCF": share("0", "1"),
        "F": share("0", "1"),
        "OX": share("0", "1"),
        "phi": share("0.5", "1"),
        "GWP": share("20", "90", 1),
        "f": share("0", "1"),
    }
)


def emissions(
    landfill: Methodology, case: dict[str, Decimal], series: Sequence[Decimal] = ()
) -> list[Fraction]:
    """What the module says each of the ten years emits, in tonnes of CO2e."""
    parse = landfill.units.parse
    inputs: dict[str, Given] = {
        symbol: Quantity(Fraction(value), parse(UNITS[symbol])) for symbol, value in case.items()
    }
    if series:
        inputs["W"] = Listed([Fraction(mass) for mass in series], parse("t"))
    answer = evaluate(landfill, inputs).outputs["emission"]
    assert not isinstance(answer, Quantity)
    assert answer.unit.text == "tCO2e"
    return list(answer.cells)


def per_carbon(case: dict[str, Decimal]) -> Fraction:
    """Tonnes of CO2e for each tonne of waste that decays, without the time."""
    kept = (1 - Fraction(case["f"])) * (1 - Fraction(case["OX"])) * Fraction(case["phi"])
    carbon = Fraction(case["DOC"]) * Fraction(case["DOCf"])
    return kept * carbon * Fraction(case["MCF"] * case["F"] * case["GWP"]) * Fraction(16, 12)


def left(k: Decimal, years: int) -> Fraction:
    """The share of waste that has not decayed after so many years."""
    with localcontext() as context:
        context.prec = DIGITS
        return Fraction((-k * years).exp())


def close(found: Fraction, expected: Fraction) -> bool:
    return abs(found - expected) <= CLOSE * abs(expected)


@settings(max_examples=60, deadline=None)
@given(case=cases)
def test_one_batch_decays_as_the_closed_form_says(
    landfill: Methodology, case: dict[str, Decimal]
) -> None:
    found = emissions(landfill, case)
    scale = Fraction(case["W1"]) * per_carbon(case)
    for year, emitted in enumerate(found, start=1):
        decayed = left(case["k"], year - 1) - left(case["k"], year)
        assert close(emitted, scale * decayed)
    assert close(sum(found, Fraction()), scale * (1 - left(case["k"], YEARS)))


@settings(max_examples=30, deadline=None)
@given(case=cases, series=st.lists(share("0", "900000", 1), min_size=YEARS, max_size=YEARS))
def test_deposits_of_many_years_add_up_as_a_plain_loop_does(
    landfill: Methodology, case: dict[str, Decimal], series: list[Decimal]
) -> None:
    found = emissions(landfill, case, series)
    deposits = [Fraction(mass) for mass in series]
    deposits[0] += Fraction(case["W1"])
    expected = [Fraction(0)] * YEARS
    for deposited, mass in enumerate(deposits):
        remaining = mass
        for year in range(deposited, YEARS):
            # What lies there loses the same share every year, whatever its age.
            lost = remaining * (1 - left(case["k"], 1))
            expected[year] += lost * per_carbon(case)
            remaining -= lost
    assert all(map(close, found, expected))


def test_waste_deposited_later_emits_the_same_later(landfill: Methodology) -> None:
    case = {"W1": Decimal(0)}
    early = emissions(landfill, case, [Decimal(10000), *[Decimal(0)] * 9])
    for delay in range(1, YEARS):
        series = [Decimal(0)] * YEARS
        series[delay] = Decimal(10000)
        late = emissions(landfill, case, series)
        assert late == [Fraction(0)] * delay + early[: YEARS - delay]


def test_no_year_emits_more_than_all_the_methane_that_the_waste_holds(
    landfill: Methodology,
) -> None:
    fastest = emissions(landfill, {"W1": Decimal(10000), "k": Decimal("1.5")})
    slowest = emissions(landfill, {"W1": Decimal(10000), "k": Decimal("0.001")})
    whole = 10000 * Fraction("0.85") * Fraction("0.9") * Fraction("0.15") * Fraction(1, 4)
    whole *= Fraction(16, 12) * 28
    assert sum(slowest) < sum(fastest) < whole


@pytest.mark.parametrize(
    ("symbol", "value", "code"),
    [
        ("W1", "-1", "out_of_bounds"),
        ("f", "1.0001", "out_of_bounds"),
        ("DOC", "0.9", "implausible_value"),
        ("k", "18.5", "implausible_value"),
        ("GWP", "0.028", "implausible_value"),
    ],
)
def test_a_value_of_a_wrong_order_is_refused(
    landfill: Methodology, symbol: str, value: str, code: str
) -> None:
    case = {"W1": Decimal(10000), symbol: Decimal(value)}
    with pytest.raises(Invalid) as refused:
        emissions(landfill, case)
    assert refused.value.code == code
