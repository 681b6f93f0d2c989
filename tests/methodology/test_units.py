"""Units are exact, and quantities of different kinds never mix."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.checking import infer
from tanhui.methodology.expression import parse
from tanhui.methodology.library import Library
from tanhui.methodology.units import DIMENSIONLESS, exact_number, quantity_of


@pytest.mark.parametrize(
    ("text", "scale", "signature"),
    [
        ("1", Fraction(1), DIMENSIONLESS),
        ("km", Fraction(1000), (("length", 1),)),
        ("gCO2/km", Fraction(1, 1000), (("length", -1), ("mass.co2", 1))),
        ("gCO2/(person.km)", Fraction(1, 1000),
         (("length", -1), ("mass.co2", 1), ("person", -1))),
        ("tCO2e/mu", Fraction(1500), (("area", -1), ("mass.co2e", 1))),
        ("GJ/1e4Nm3", Fraction(1, 10000), (("energy.heat", 1), ("volume.stp", -1))),
        ("kWh/100km", Fraction(1, 100000), (("energy.electric", 1), ("length", -1))),
        ("km/km", Fraction(1), DIMENSIONLESS),
        ("m*m", Fraction(1), (("length", 2),)),
    ],
)  # fmt: skip
def test_units_parse_to_an_exact_scale_and_a_signature(
    library: Library, text: str, scale: Fraction, signature: tuple[tuple[str, int], ...]
) -> None:
    unit = library.units.parse(text)
    assert (unit.scale, unit.signature) == (scale, signature)


@pytest.mark.parametrize("text", ["", "/km", "km/", "(km", "km)", "km km", "0km", "km^2", "m" * 90])
def test_malformed_units_are_refused(library: Library, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        library.units.parse(text)
    assert refused.value.code in ("malformed_unit", "unknown_unit")


def test_an_unknown_unit_names_its_neighbour(library: Library) -> None:
    with pytest.raises(Refusal) as refused:
        library.units.parse("kwh")
    assert refused.value.code == "unknown_unit"
    assert "kWh" in refused.value.text("en")
    assert "kWh" in refused.value.text("zh")


@pytest.mark.parametrize(
    ("found", "expected", "code"),
    [
        ("gCO2", "gCO2e", "kind_mismatch"),
        ("km", "person.km", "kind_mismatch"),
        ("person.km", "vehicle.km", "kind_mismatch"),
        ("trip", "day", "kind_mismatch"),
        ("kWh", "GJ", "kind_mismatch"),
        ("km", "trip", "unit_mismatch"),
        ("gCO2", "km", "unit_mismatch"),
    ],
)
def test_what_must_not_be_mixed_is_refused(
    library: Library, found: str, expected: str, code: str
) -> None:
    units = library.units
    with pytest.raises(Refusal) as refused:
        units.require_same(units.parse(found).signature, units.parse(expected).signature, "x")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("max(0, d)", "m"),
        ("d - 0", "m"),
        ("0 * d", "m"),
        ("max(0, 0 * d)", "m"),
        ("0", "1"),
        ("d / d", "1"),
        ("d * 2 / d", "1"),
    ],
)
def test_a_written_zero_fits_any_quantity(library: Library, source: str, found: str) -> None:
    units = library.units
    signature = infer(parse(source), {"d": units.parse("m").signature}, units)
    assert signature == units.parse(found).signature


def test_conversion_is_exact(library: Library) -> None:
    quantity = quantity_of(library.units, "0.1", "km")
    assert quantity.to(library.units.parse("m")).value == 100


@pytest.mark.parametrize(
    "text", ["", "x", "1e", "--1", "1_000", "0x10", "nan", "inf", "1e999", "9" * 60, "１２"]
)
def test_texts_that_are_no_usable_numbers_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        exact_number(text)
    assert refused.value.code == "malformed_number"


def test_numbers_are_read_exactly() -> None:
    assert exact_number("0.1") + exact_number("0.2") == exact_number("3e-1")
