"""The factor library: what a row must say, and which row answers for a region and a day."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.factors import FactorLibrary
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.units import UnitTable

CONTENT = Path(__file__).resolve().parents[2] / "content"
UNITS = UnitTable(CONTENT / "common" / "units.toml")
FACTORS = FactorLibrary(CONTENT / "common" / "factors", UNITS)

HEAD = """[table]
id = "own"
version = "1.0.0"
zh = "自拟"
en = "Own"

[defaults]
series = "grid.own"
unit = "kgCO2/kWh"
kind = "grid.average"
region = "CN-51"
source = "自拟"
status = "unverified"
"""


def _row(key: str, year: int, more: str = "", value: str = "0.1") -> str:
    return (
        f'\n[[factor]]\nkey = "{key}"\nzh = "因子"\nen = "Factor"\nvalue = "{value}"\n'
        f"year = {year}\nvalid_for = {{ from = {year}-01-01 }}\n{more}\n"
    )


def _read(folder: Path, *tables: str) -> FactorLibrary:
    for number, text in enumerate(tables):
        (folder / f"{number}.toml").write_text(text, encoding="utf-8")
    return FactorLibrary(folder, UNITS)


def _faults(folder: Path, *tables: str) -> list[Problem]:
    with pytest.raises(ContentRefused) as refused:
        _read(folder, *tables)
    assert all(item.zh and item.en and item.line for item in refused.value.problems)
    return list(refused.value.problems)


# What a row says.


def test_what_rows_have_in_common_is_written_once(tmp_path: Path) -> None:
    once = _read(tmp_path, HEAD + _row("a", 2022))
    (tmp_path / "0.toml").unlink()
    lines = "\n".join(HEAD.split("[defaults]\n")[1].splitlines())
    whole = _read(tmp_path, HEAD.split("[defaults]")[0] + _row("a", 2022, lines))
    assert once.row("a") == whole.row("a")
    assert once.row("a").digest.startswith("sha256:")


def test_a_row_overrules_what_is_common(tmp_path: Path) -> None:
    factors = _read(tmp_path, HEAD + _row("a", 2022, 'region = "CN-50"\nunit = "tCO2/MWh"'))
    assert (factors.row("a").region, factors.row("a").quantity.unit.text) == ("CN-50", "tCO2/MWh")


def test_what_a_row_may_leave_out_is_empty(tmp_path: Path) -> None:
    text = _row("a", 2022).replace("year = 2022\n", "")
    row = _read(tmp_path, HEAD + text).row("a")
    assert (row.year, row.published_at, row.address, row.gwp, row.supersedes) == (0, *[""] * 4)
    assert row.best_before is None
    assert not row.past_best_before(date.max)


@pytest.mark.parametrize("key", ["forest.cunninghamia.D", "sce.ef.2_66", "fod.F", "grid.11.2023"])
def test_keys_may_hold_capitals_and_digits(tmp_path: Path, key: str) -> None:
    assert _read(tmp_path, HEAD + _row(key, 2022)).row(key).key == key


@pytest.mark.parametrize(
    ("more", "value", "key", "code", "said"),
    [
        ("", "1.3", "value", "implausible_value", "1.3 kgCO2/kWh"),
        ("", "-0.1", "value", "implausible_value", "0..1.2 kgCO2/kWh"),
        ('unit = "kgCO2/MWh"', "1300", "value", "implausible_value", "1300 kgCO2/MWh"),
        # An average that is declared a thousand times too large by its unit.
        ('unit = "tCO2/kWh"', "0.1", "value", "implausible_value", "0.1 tCO2/kWh"),
        ('unit = "kgCO2e/kWh"', "0.1", "unit", "kind_mismatch", "CO2"),
        ('unit = "kgCO2/GJ"', "0.1", "unit", "kind_mismatch", "heat"),
        ('unit = "kgCO2/km"', "0.1", "unit", "unit_mismatch", "length"),
        ('unit = "kgCO2/kwh"', "0.1", "unit", "unknown_unit", "kWh"),
        ('kind = "grid.avg"', "0.1", "kind", "unknown_kind", "grid.avg"),
        ('gwp = "AR5"', "0.1", "gwp", "gwp_without_co2e", "CO2e"),
        ('gwp = "AR9"', "0.1", "gwp", "unknown_value", "AR4, AR5, AR6"),
        ("best_before = 2021-12-31", "0.1", "best_before", "ends_before_start", "before"),
        ('best_before = "2030"', "0.1", "best_before", "wrong_type", "date"),
        ('supersedes = "nobody"', "0.1", "supersedes", "no_such_factor", "nobody"),
        ('published_at = "2022-1"', "0.1", "published_at", "malformed_value", "2022-1"),
        ('untit = "1"', "0.1", "untit", "unknown_key", "unit"),
    ],
)
def test_a_faulty_row_is_named(
    tmp_path: Path, more: str, value: str, key: str, code: str, said: str
) -> None:
    (fault,) = _faults(tmp_path, HEAD + _row("a", 2022, more, value))
    assert (fault.key, fault.code) == (f"factor.0.{key}", code)
    assert said in fault.en


def test_a_missing_unit_is_a_fault_and_never_a_guess(tmp_path: Path) -> None:
    head = HEAD.replace('unit = "kgCO2/kWh"\n', "")
    (fault,) = _faults(tmp_path, head + _row("a", 2022))
    assert (fault.key, fault.code) == ("factor.0.unit", "missing_key")


def test_an_implausible_value_is_told_in_both_languages(tmp_path: Path) -> None:
    more = 'series = "ncv"\nunit = "TJ/1e4Nm3"\nkind = "fuel.ncv.gas"'
    (fault,) = _faults(tmp_path, HEAD + _row("gas", 2015, more, "389.31"))
    assert fault.code == "implausible_value"
    for sentence in (fault.zh, fault.en):
        assert "gas" in sentence
        assert "389.31 TJ/1e4Nm3" in sentence
        assert "300..420 GJ/1e4Nm3" in sentence


def test_one_region_and_year_has_one_row(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, HEAD + _row("a", 2022) + _row("b", 2022))
    assert (fault.key, fault.code) == ("factor.1.year", "duplicate_factor")
    assert "already has a for CN-51, 2022" in fault.en


def test_a_key_appears_once_in_all_tables(tmp_path: Path) -> None:
    other = HEAD.replace('"own"', '"other"')
    faults = _faults(tmp_path, HEAD + _row("a", 2022), other + _row("a", 2023))
    assert [(item.path.name, item.code) for item in faults] == [("1.toml", "duplicate_factor")]


def test_a_table_appears_once(tmp_path: Path) -> None:
    faults = _faults(tmp_path, HEAD + _row("a", 2022), HEAD + _row("b", 2023))
    assert [(item.key, item.code) for item in faults] == [("table.id", "duplicate_table")]


def test_a_series_is_of_one_kind(tmp_path: Path) -> None:
    text = HEAD + _row("a", 2022) + _row("b", 2022, 'region = "CN-50"\nkind = "grid.ets"')
    (fault,) = _faults(tmp_path, text)
    assert (fault.key, fault.code) == ("factor.1.kind", "series_of_two_kinds")


# Superseding.


def test_a_row_supersedes_an_older_one_even_of_another_file(tmp_path: Path) -> None:
    new = HEAD.replace('"own"', '"another"') + _row("new", 2023, 'supersedes = "old"')
    factors = _read(tmp_path, new, HEAD + _row("old", 2022))
    old, row = factors.row("old"), factors.row("new")
    assert factors.successor(old) == row
    assert factors.successor(row) is None
    assert not factors.superseded(old, date(2022, 12, 31))
    assert factors.superseded(old, date(2023, 1, 1))
    assert not factors.superseded(row, date.max)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (2022, _row("new", 2023, 'supersedes = "old"\nseries = "x"'), "supersedes_other"),
        (2022, _row("new", 2023, 'supersedes = "old"\nregion = "CN"'), "supersedes_other"),
        (2024, _row("new", 2023, 'supersedes = "old"'), "supersedes_newer"),
        (2022, _row("new", 2023, 'supersedes = "new"'), "supersedes_newer"),
        (2022, _row("mid", 2023, 'supersedes = "old"')
         + _row("new", 2024, 'supersedes = "old"'), "superseded_twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_superseded_is_named(tmp_path: Path, old: int, new: str, code: str) -> None:
    faults = _faults(tmp_path, HEAD + _row("old", old) + new)
    assert [fault.code for fault in faults] == [code]
    assert faults[0].key.endswith(".supersedes")


# Which row answers.


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2018-01-01", "grid.avg.sichuan.2018"),
        ("2020-12-31", "grid.avg.sichuan.2018"),
        ("2021-05-13", "grid.avg.sichuan.2021"),
        ("2022-12-31", "grid.avg.sichuan.2022"),
        ("2023-01-01", "grid.avg.51.2023"),
        ("2024-07-01", "grid.avg.51.2023"),
        ("2025-12-31", "grid.avg.51.2023"),
    ],
)
def test_the_row_in_force_on_the_day_of_the_act_answers(day: str, key: str) -> None:
    row = FACTORS.select("grid.average.mee-annual", "CN-51", date.fromisoformat(day))
    assert row.key == key


def test_the_sichuan_rows_supersede_one_another() -> None:
    rows = FACTORS.rows("grid.average.mee-annual", "CN-51")
    assert [row.year for row in rows] == [2018, 2021, 2022, 2023]
    assert [FACTORS.successor(row) for row in rows] == [*rows[1:], None]
    assert [row.supersedes for row in rows] == ["", *(row.key for row in rows[:-1])]


def test_of_two_rows_in_force_the_later_year_answers(tmp_path: Path) -> None:
    factors = _read(tmp_path, HEAD + _row("late", 2023) + _row("early", 2021))
    assert factors.select("grid.own", "CN-51", date(2025, 1, 1)).key == "late"
    assert factors.select("grid.own", "CN-51", date(2022, 1, 1)).key == "early"


@pytest.mark.parametrize(
    ("series", "region", "day", "code", "said"),
    [
        ("grid.average.mee-anual", "CN-51", "2023-01-01", "no_such_series", "mee-annual"),
        ("soup", "CN-51", "2023-01-01", "no_such_series", "soup"),
        ("grid.ets", "CN-51", "2023-01-01", "no_factor_for_region", "it has: CN"),
        ("grid.average.mee-annual", "CN-51", "2017-12-31", "no_factor_in_force", "2018-01-01/"),
        ("grid.average.mee-annual", "CN-54", "2023-01-01", "no_factor_for_region", "CN-51"),
    ],
)
def test_where_no_row_answers_it_is_said_why(
    series: str, region: str, day: str, code: str, said: str
) -> None:
    with pytest.raises(Refusal) as refused:
        FACTORS.select(series, region, date.fromisoformat(day))
    assert refused.value.code == code
    assert refused.value.kind == "not_found"
    assert said in refused.value.en
    assert said.replace("it has: ", "现有：") in refused.value.zh


def test_a_row_is_found_by_its_digest() -> None:
    for row in FACTORS:
        assert FACTORS.by_digest(row.digest) == row
    with pytest.raises(Refusal) as refused:
        FACTORS.by_digest("sha256:0")
    assert refused.value.code == "no_such_factor"


def test_the_pinned_rows_of_shared_cycling_never_change() -> None:
    digests = {row.key: row.digest for row in FACTORS if row.table == "shared-cycling"}
    assert digests == {
        "beh.sharedbike.meituan":
            "sha256:e9736ad99721e51efab852acb4225736ed0d57c1d0e8f602d3b1645c6756ca54",
        "beh.sharedbike.hello": FACTORS.row("beh.sharedbike.hello").digest,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("grid.avg.51.2023", date(2027, 12, 31)),
        ("grid.avg.sichuan.2022", date(2026, 12, 31)),
        ("grid.avg.cn.ets2022", date(2025, 12, 31)),
    ],
)
def test_grid_rows_are_best_before_two_years_after_publication(key: str, last: date) -> None:
    row = FACTORS.row(key)
    assert row.best_before == last
    assert not row.past_best_before(last)
    assert row.past_best_before(date.fromordinal(last.toordinal() + 1))


def test_a_listing_shows_every_table_with_its_rows(tmp_path: Path) -> None:
    tables = FACTORS.tables()
    assert [table.id for table in tables] == sorted(table.id for table in tables)
    assert sum(len(table.rows) for table in tables) == len(FACTORS)
    for table in tables:
        assert table.path.name == f"{table.id}.toml"
        assert table.zh
        assert table.en
        assert bool(table.note_zh) == bool(table.note_en)
        assert [row.number for row in table.rows] == list(range(1, len(table.rows) + 1))
    one = _read(tmp_path, HEAD + _row("a", 2022)).tables()[0]
    two = _read(tmp_path, HEAD.replace('自拟"\nen', '另拟"\nen') + _row("a", 2022)).tables()[0]
    assert one.digest != two.digest
    assert one.rows == two.rows


# Whatever a table holds.

_LINES = [
    *HEAD.splitlines(),
    *_row("a", 2022, 'published_at = "2024"\nbest_before = 2025-01-01').splitlines(),
    *_row("b", 2023, 'supersedes = "a"').splitlines(),
]
_VALUES = [
    '""', '"x"', "0", "-1", "true", "1.5", "nan", "inf", "[]", "{}", "{ from = 1 }", "2020-01-01",
    "2020-01-01T00:00:00Z", "12:00:00", '"b"', '"{b}"', "99999999999999999999", '"gCO2e/km"',
]  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    lines = list(_LINES)
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["value", "drop", "double", "swap"])):
            case "value" if "=" in lines[index]:
                lines[index] = lines[index].split("=")[0] + "= " + draw(st.sampled_from(_VALUES))
            case "drop":
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[index], lines[other] = lines[other], lines[index]
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(_mutated())
def test_no_table_makes_the_library_fall_over(text: str) -> None:
    problems: tuple[Problem, ...] = ()
    with tempfile.TemporaryDirectory() as folder:
        try:
            factors = _read(Path(folder), text)
        except ContentRefused as refusal:
            problems = refusal.problems
        else:
            assert all(factors.by_digest(row.digest).key for row in factors)
    assert all(problem.zh and problem.en for problem in problems)
