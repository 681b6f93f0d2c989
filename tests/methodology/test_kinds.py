"""Kinds say what a number is for, what it may be, and what it never mixes with."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.problems import ContentRefused
from tanhui.methodology.units import UnitTable, quantity_of
from tanhui.methodology.warming import Warming

CONTENT = Path(__file__).resolve().parents[2] / "content"
TABLE = UnitTable(CONTENT / "common" / "units.toml")
GRID = [
    "grid.average", "grid.average-ex-market", "grid.fossil", "grid.ets", "grid.pv-inclusion",
    "grid.operating-margin", "grid.build-margin", "grid.combined-margin",
]  # fmt: skip


@pytest.fixture
def common(tmp_path: Path) -> Path:
    """A copy of the units, kinds and conversions that a test may break."""
    for name in ("units.toml", "gwp.toml"):
        shutil.copy(CONTENT / "common" / name, tmp_path / name)
    shutil.copytree(CONTENT / "common" / "kinds", tmp_path / "kinds")
    return tmp_path


def _faults(common: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(ContentRefused) as refused:
        UnitTable(common / "units.toml")
    assert all(problem.zh and problem.en for problem in refused.value.problems)
    return [(item.path.name, item.line, item.key, item.code) for item in refused.value.problems]


def test_every_kind_is_named_in_both_languages_and_holds_what_it_may() -> None:
    assert len(TABLE.kinds) > 200
    for kind in TABLE.kinds.values():
        assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", kind.name), kind.name
        assert kind.zh
        assert kind.en
        assert not re.search(r"[,;:()]", kind.zh), kind.zh
        assert kind.low is None or kind.high is None or kind.low <= kind.high


@pytest.mark.parametrize("name", GRID)
def test_grid_factors_never_mix_and_stay_below_what_coal_emits(name: str) -> None:
    kind = TABLE.kinds[name]
    assert kind.distinct
    assert kind.holds(quantity_of(TABLE, "1.2", "tCO2/MWh"))
    assert not kind.holds(quantity_of(TABLE, "1.21", "kgCO2/kWh"))
    assert not kind.holds(quantity_of(TABLE, "-0.1", "kgCO2/kWh"))


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        # A gas's calorific value with the label of another thousand, as an open copy has it.
        ("fuel.ncv.gas", ("389.31", "GJ/1e4Nm3"), ("389.31", "TJ/1e4Nm3")),
        # tCO2/TJ where tC/TJ is meant.
        ("fuel.carbon-content", ("25.64", "tC/TJ"), ("94.0", "tC/TJ")),
        # 万吨 printed where tonnes are meant.
        ("grid.combined-margin", ("0.7", "tCO2/MWh"), ("7000", "tCO2/MWh")),
        ("gwp.ch4", ("28", "kgCO2e/kgCH4"), ("28", "tCO2e/kgCH4")),
    ],
)
def test_unit_errors_seen_in_the_wild_are_implausible(
    kind: str, right: tuple[str, str], wrong: tuple[str, str]
) -> None:
    TABLE.kinds[kind].require_plausible(quantity_of(TABLE, *right), "x")
    with pytest.raises(Refusal) as refused:
        TABLE.kinds[kind].require_plausible(quantity_of(TABLE, *wrong), "x")
    assert refused.value.code == "implausible_value"
    for sentence in (refused.value.zh, refused.value.en):
        value = str(Fraction(wrong[0])) if "." not in wrong[0] else wrong[0].removesuffix(".0")
        assert value in sentence
        assert wrong[1] in sentence
        assert TABLE.kinds[kind].range_text() in sentence


def test_a_range_is_written_in_the_kinds_own_unit() -> None:
    assert TABLE.kinds["fuel.ncv.gas"].range_text() == "300..420 GJ/1e4Nm3"
    assert TABLE.kinds["grid.average"].range_text() == "0..1.2 kgCO2/kWh"


def test_a_kind_that_two_files_declare_is_named_with_its_file(common: Path) -> None:
    (common / "kinds" / "more.toml").write_text(
        '[kind]\n"area" = { unit = "m2", zh = "面积", en = "area" }\n', encoding="utf-8"
    )
    assert _faults(common) == [("more.toml", 2, "kind.area", "duplicate_kind")]


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        ('unit = "m2", zh = "面", en = "x", plausible = ["1"]', "plausible", "malformed_value"),
        ('unit = "m2", zh = "面", en = "x", plausible = ["2", "1"]', "plausible",
         "malformed_value"),
        ('unit = "m2", zh = "面", en = "x", plausible = [true, 2]', "plausible",
         "malformed_value"),
        ('unit = "m2", zh = "面", en = "x", plausible = "1..2"', "plausible", "malformed_value"),
        ('unit = "m2", zh = "面", en = "x", distinct = "yes"', "distinct", "wrong_type"),
        ('unit = "m9", zh = "面", en = "x"', "unit", "unknown_unit"),
        ('zh = "面", en = "x"', "unit", "missing_key"),
        ('unit = "m2", zh = "面", en = "x", unti = "m2"', "unti", "unknown_key"),
    ],
)  # fmt: skip
def test_a_faulty_kind_is_named_by_file_line_and_key(
    common: Path, text: str, key: str, code: str
) -> None:
    (common / "kinds" / "more.toml").write_text(
        f'# One kind.\n[kind]\n"mine" = {{ {text} }}\n', encoding="utf-8"
    )
    assert _faults(common) == [("more.toml", 3, f"kind.mine.{key}", code)]


@pytest.mark.parametrize(
    ("given", "low", "high"),
    [('["0.5", "2"]', "0.5", "2"), ("[0.5, 2]", "0.5", "2"), ("[-1, 1]", "-1", "1")],
)
def test_a_range_may_be_written_as_texts_or_numbers(
    common: Path, given: str, low: str, high: str
) -> None:
    (common / "kinds" / "more.toml").write_text(
        f'[kind]\n"mine" = {{ unit = "km", zh = "我", en = "x", plausible = {given} }}\n',
        encoding="utf-8",
    )
    kind = UnitTable(common / "units.toml").kinds["mine"]
    assert (kind.low, kind.high) == (Fraction(low) * 1000, Fraction(high) * 1000)


def test_a_derived_unit_of_what_is_not_there_is_named(common: Path) -> None:
    text = (common / "units.toml").read_text(encoding="utf-8")
    (common / "units.toml").write_text(text.replace('"kWh/h"', '"kWh/hour"'), encoding="utf-8")
    assert [(item[2], item[3]) for item in _faults(common)] == [("unit.kW.is", "unknown_unit")]


# Conversions.


@pytest.mark.parametrize(
    ("name", "gwp", "given", "becomes"),
    [
        ("carbon_as_co2", "AR5", ("12", "tC"), ("44", "tCO2")),
        ("co2_as_carbon", "AR5", ("44", "tCO2"), ("12", "tC")),
        ("carbon_as_ch4", "AR5", ("12", "kgC"), ("16", "kgCH4")),
        ("nitrogen_as_n2o", "AR5", ("28", "kgN2O-N"), ("44", "kgN2O")),
        ("co2_as_co2e", "AR6", ("7", "kgCO2"), ("7", "kgCO2e")),
        ("ch4_as_co2e", "AR4", ("1", "tCH4"), ("25", "tCO2e")),
        ("ch4_as_co2e", "AR6", ("10", "tCH4"), ("279", "tCO2e")),
        ("n2o_as_co2e", "AR5", ("1", "kgN2O"), ("265", "kgCO2e")),
        ("electricity_as_heat", "AR5", ("1", "MWh"), ("3.6", "GJ")),
        ("heat_as_electricity", "AR5", ("3.6", "MJ"), ("1", "kWh")),
    ],
)
def test_conversions_are_exact_and_typed(
    name: str, gwp: str, given: tuple[str, str], becomes: tuple[str, str]
) -> None:
    warming = Warming(CONTENT / "common" / "gwp.toml", TABLE)
    conversion = warming.conversions[name]
    found = quantity_of(TABLE, *given).to(conversion.found)
    expected = quantity_of(TABLE, *becomes).to(conversion.becomes)
    assert found.unit.signature == conversion.found.signature
    assert found.value * conversion.factor(warming.sets[gwp]) == expected.value


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ('ratio = "44/12"', 'ratio = "44/0"', "ratio", "malformed_value"),
        ('ratio = "44/12"', 'ratio = "44:12"', "ratio", "malformed_value"),
        ('ratio = "44/12"', 'ratio = 3', "ratio", "wrong_type"),
        ('ratio = "44/12"', 'ratio = "44/12"\ngas = "CO2"', "gas", "not_both"),
        ('ratio = "44/12"', "", "gas", "missing_key"),
        ('to = "tCO2"\nratio = "44/12"', 'to = "tSoap"\nratio = "44/12"', "to", "unknown_unit"),
    ],
)  # fmt: skip
def test_a_faulty_conversion_is_named(
    common: Path, old: str, new: str, key: str, code: str
) -> None:
    text = (common / "gwp.toml").read_text(encoding="utf-8")
    assert old in text
    (common / "gwp.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentRefused) as refused:
        Warming(common / "gwp.toml", TABLE)
    assert [(item.key, item.code) for item in refused.value.problems] == [
        (f"conversion.carbon_as_co2.{key}", code)
    ]
