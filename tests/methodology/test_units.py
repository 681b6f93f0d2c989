"""Units are exact, and quantities of different kinds never mix."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.grammar import parse
from tanhui.methodology.shapes import Inference, Known, Shape
from tanhui.methodology.unitgrammar import DIMENSIONLESS, MAX_UNIT_CHARACTERS, Signature, times
from tanhui.methodology.units import (
    MAX_REMEMBERED,
    Quantity,
    Unit,
    UnitTable,
    decimal_text,
    exact_number,
    quantity_of,
)

CONTENT = Path(__file__).resolve().parents[2] / "content"
TABLE = UnitTable(CONTENT / "common" / "units.toml")
LANGUAGES = ("zh-hans", "en")


@pytest.mark.parametrize(
    ("text", "scale", "signature"),
    [
        ("1", Fraction(1), DIMENSIONLESS),
        ("%", Fraction(1, 100), DIMENSIONLESS),
        ("km", Fraction(1000), (("length", 1),)),
        ("gCO2/km", Fraction(1, 1000), (("length", -1), ("mass.co2", 1))),
        ("gCO2/(person.km)", Fraction(1, 1000),
         (("length", -1), ("mass.co2", 1), ("person", -1))),
        ("tCO2e/mu", Fraction(1500), (("area", -1), ("mass.co2e", 1))),
        ("GJ/1e4Nm3", Fraction(1, 10000), (("energy.heat", 1), ("volume.stp", -1))),
        ("tCO2/1000Nm3", Fraction(1000), (("mass.co2", 1), ("volume.stp", -1))),
        ("kWh/100km", Fraction(1, 100000), (("energy.electric", 1), ("length", -1))),
        ("km/km", Fraction(1), DIMENSIONLESS),
        ("m*m", Fraction(1), (("length", 2),)),
        ("kgN2O-N/kgN", Fraction(1), (("mass.n", -1), ("mass.n2o-n", 1))),
        ("kgCO2/0.5kg", Fraction(2), (("mass", -1), ("mass.co2", 1))),
        ("CNY/(day)", Fraction(1), (("day", -1), ("money", 1))),
        ("tC/t wet", Fraction(1), (("mass", -1), ("mass.c", 1))),
        ("1/yr", Fraction(1), (("year", -1),)),
        ("m2/mu", Fraction(3, 2000), DIMENSIONLESS),
    ],
)  # fmt: skip
def test_units_parse_to_an_exact_scale_and_a_signature(
    text: str, scale: Fraction, signature: Signature
) -> None:
    unit = TABLE.parse(text)
    assert (unit.scale, unit.signature) == (scale, signature)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("t d.m./m3", "t/m3"),
        ("tC/t d.m.", "tC/t"),
        ("kgCO2e/pkm", "kgCO2e/(person.km)"),
        ("tkm", "t.km"),
        ("MW.h", "MWh"),
        ("kW.h/yr", "kWh/yr"),
        ("TJ/Gg", "GJ/t"),
        ("HDD", "°C.day"),
        ("kgCO2/kWh", "tCO2/MWh"),
        ("month", "0.5yr/6"),
    ],
)
def test_two_ways_to_write_one_unit_are_one_unit(one: str, other: str) -> None:
    first, second = TABLE.parse(one), TABLE.parse(other)
    assert (first.scale, first.signature) == (second.scale, second.signature)


@pytest.mark.parametrize(
    "text",
    [
        "", "/km", "km/", "(km", "km)", "km km", "0km", "km^2", "m" * 90, "kg CO2/km", "t d.m",
        "t wetland", "kgN2O-", "-km", "km--km", "1e100km", "()", "．", "千米", "kg\n", " km",
    ],
)  # fmt: skip
def test_malformed_units_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        TABLE.parse(text)
    assert refused.value.code in ("malformed_unit", "unknown_unit")


def test_an_unknown_unit_names_its_neighbour() -> None:
    with pytest.raises(Refusal) as refused:
        TABLE.parse("kwh")
    assert refused.value.code == "unknown_unit"
    assert "kWh" in refused.value.text("en")
    assert "kWh" in refused.value.text("zh")


@pytest.mark.parametrize(
    ("found", "expected", "code"),
    [
        ("gCO2", "gCO2e", "kind_mismatch"),
        ("tC", "tCO2", "kind_mismatch"),
        ("kgN", "kgN2O-N", "kind_mismatch"),
        ("kgN2O-N", "kgN2O", "kind_mismatch"),
        ("km", "person.km", "kind_mismatch"),
        ("person.km", "vehicle.km", "kind_mismatch"),
        ("trip", "day", "kind_mismatch"),
        ("night", "room-night", "kind_mismatch"),
        ("bike", "car", "kind_mismatch"),
        ("kWh", "GJ", "kind_mismatch"),
        ("m3", "Nm3", "kind_mismatch"),
        ("h", "yr", "kind_mismatch"),
        ("km", "trip", "unit_mismatch"),
        ("gCO2", "km", "unit_mismatch"),
        ("CNY", "point", "unit_mismatch"),
    ],
)
def test_what_must_not_be_mixed_is_refused(found: str, expected: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        TABLE.require_same(TABLE.parse(found).signature, TABLE.parse(expected).signature, "x")
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
def test_a_written_zero_fits_any_quantity(source: str, found: str) -> None:
    known = Known({"d": Shape(TABLE.parse("m").signature)}, {}, {}, {}, {}, {}, TABLE)
    assert Inference(known).of(parse(source)).measured == TABLE.parse(found).signature


def test_conversion_is_exact() -> None:
    quantity = quantity_of(TABLE, "0.1", "km")
    assert quantity.to(TABLE.parse("m")).value == 100
    assert quantity_of(TABLE, "389.31", "GJ/1e4Nm3").to(TABLE.parse("MJ/Nm3")).value == Fraction(
        "38.931"
    )


@pytest.mark.parametrize(
    "text", ["", "x", "1e", "--1", "1_000", "0x10", "nan", "inf", "1e999", "9" * 60, "１２"]
)
def test_texts_that_are_no_usable_numbers_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        exact_number(text)
    assert refused.value.code == "malformed_number"


def test_numbers_are_read_exactly() -> None:
    assert exact_number("0.1") + exact_number("0.2") == exact_number("3e-1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(389310), "389310"),
        (Fraction("0.5366"), "0.5366"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(-2, 3), "≈-0.666666"),
        (Fraction(0), "0"),
    ],
)
def test_numbers_are_written_as_plain_decimals(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("gCO2e/km", "g CO₂e/km", "g CO₂e/km"),
        ("GJ/1e4Nm3", "GJ/万Nm³", "GJ/10⁴ Nm³"),
        ("tCO2/1000Nm3", "t CO₂/千Nm³", "t CO₂/1,000 Nm³"),
        ("kgN2O-N/kgN", "kg N₂O-N/kg 氮", "kg N₂O-N/kg N"),
        ("gCO2/(person.km)", "g CO₂/(人·km)", "g CO₂/(person·km)"),
        ("tC/t d.m.", "t 碳/t 干物质", "t C/t d.m."),
        ("kgCO2/0.5kg", "kg CO₂/0.5kg", "kg CO₂/0.5kg"),
        ("1", "1", "1"),
    ],
)
def test_people_read_units_in_their_own_words(text: str, zh: str, en: str) -> None:
    unit = TABLE.parse(text)
    assert (TABLE.label(unit, "zh-hans"), TABLE.label(unit, "en")) == (zh, en)


def test_every_unit_has_a_label_and_a_description_in_both_languages() -> None:
    for name in TABLE.names():
        unit = TABLE.parse(name)
        assert all(TABLE.label(unit, language).strip() for language in LANGUAGES)
        assert all(TABLE.describe(unit.signature, language).strip() for language in LANGUAGES)
        assert unit.scale > 0


# The grammar, by property.

_NAMES = TABLE.names()
Written = tuple[str, Fraction, Signature]


def _single(name: str) -> Written:
    unit = TABLE.parse(name)
    return name, unit.scale, unit.signature


def _counted(number: str, unit: Written) -> Written:
    return number + unit[0], Fraction(number) * unit[1], unit[2]


def _joined(left: Written, sign: str, right: Written) -> Written:
    power = -1 if sign == "/" else 1
    # Reading goes from left to right, so what stands on the right needs its parentheses.
    return (
        f"{left[0]}{sign}({right[0]})",
        left[1] * right[1] ** power,
        times(left[2], right[2], power),
    )


_PLAIN = st.sampled_from(_NAMES).map(_single)
_NUMBERED = st.builds(_counted, st.sampled_from(["100", "1000", "1e4", "0.5", "12"]), _PLAIN)
_UNITS = st.recursive(
    _PLAIN | _NUMBERED,
    lambda inner: st.builds(_joined, inner, st.sampled_from([".", "*", "/"]), inner),
    max_leaves=5,
)


@settings(deadline=None)
@given(_UNITS)
def test_what_is_written_by_the_grammar_is_read_as_it_was_meant(written: Written) -> None:
    text, scale, signature = written
    if len(text) > MAX_UNIT_CHARACTERS:
        with pytest.raises(Refusal):
            TABLE.parse(text)
        return
    unit = TABLE.parse(text)
    assert (unit.scale, unit.signature) == (scale, signature)
    assert all(TABLE.label(unit, language) for language in LANGUAGES)


_PIECES = st.lists(
    st.sampled_from([*_NAMES, ".", "/", "*", "(", ")", "0", "1e99", "1e4", " ", "-", "d.m.", "é"])
).map("".join)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=120), _PIECES))
def test_any_text_is_a_unit_or_is_refused_by_name(text: str) -> None:
    unit, code = Unit("1", Fraction(1), DIMENSIONLESS), ""
    try:
        unit = TABLE.parse(text)
    except Refusal as refusal:
        code = refusal.code if refusal.zh and refusal.en else "no sentence"
    assert code in ("", "malformed_unit", "unknown_unit")
    assert unit.scale > 0
    assert Quantity(Fraction(3), unit).to(unit).value == 3


def test_only_so_many_texts_are_remembered() -> None:
    table = UnitTable(CONTENT / "common" / "units.toml")
    for number in range(1, MAX_REMEMBERED + 10):
        table.parse(f"{number}km")
    assert len(table._cache) == MAX_REMEMBERED
    assert table.parse(f"{MAX_REMEMBERED + 9}km").scale == (MAX_REMEMBERED + 9) * 1000
