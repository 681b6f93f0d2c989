"""Numbers, days, serials and scripts, as registers write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.projects.foreign.cells import day_order, number_form, read_day
from tanhui.projects.foreign.layouts import load_register, read_registers
from tanhui.projects.foreign.overlaps import overlapping
from tanhui.projects.foreign.reading import ReadCredit, ReadProject, ReadRow
from tanhui.projects.foreign.script import read_script
from tanhui.projects.foreign.serials import Block, ends_block, read_blocks
from tanhui.projects.foreign.words import plain, said

CONTENT = Path(__file__).parents[3] / "content"


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["72,000", "1,454,054", "12"], [72_000, 1_454_054, 12]),
        (["6.726.799", "78.497", "0"], [6_726_799, 78_497, 0]),
        (["78.497", "950"], [78_497, 950]),
        (["84267.0", "917"], [84_267, 917]),
        (["1.234,5", "2.000"], [Decimal("1234.5"), 2_000]),
        (["1,234.5", "2,000"], [Decimal("1234.5"), 2_000]),
        (["1 234 567", "1'000", "9\u202f999"], [1_234_567, 1_000, 9_999]),
        (["12,34,567"], [1_234_567]),
        (["1.5E+05", "120 tCO2e", "-3"], [150_000, 120, -3]),
        # A lone dot beside large numbers without one may part thousands or decimals.
        (["7.092", "84267"], [None, 84_267]),
        (["", "1,23", "x", "1,234,5678"], [None, Decimal("1.23"), None, None]),
        (["NaN", "Infinity", "1" * 60], [None, None, None]),
    ],
)
def test_a_column_tells_how_its_numbers_are_written(
    cells: list[str], numbers: list[int | Decimal | None]
) -> None:
    form = number_form(cells)
    assert [form.read(cell) for cell in cells] == numbers


@given(st.integers(min_value=0, max_value=10**15), st.sampled_from((",", ".", " ")))
def test_grouped_numbers_read_back(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    assert number_form([text, f"1{mark}000{mark}000"]).read(text) == number


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-02-02", date(2024, 2, 2)),
        ("2026-04-13T12:35:58.842275", date(2026, 4, 13)),
        ("3/24/2026 9:08:01 PM", date(2026, 3, 24)),
        ("02/03/2026", date(2026, 2, 3)),
        ("20240131", date(2024, 1, 31)),
        ("15 Mar 2024", date(2024, 3, 15)),
        ("March 5th, 2024", date(2024, 3, 5)),
        ("45292", date(2024, 1, 1)),
        ("31/31/2024", None),
        ("soon", None),
        ("0001-01-01", None),
    ],
)
def test_days_are_read_as_they_are_written(cell: str, day: date | None) -> None:
    assert read_day(cell, "month") == day


def test_a_column_tells_whether_the_day_or_the_month_comes_first() -> None:
    assert day_order(["03/04/2025", "28/02/2025"], "month") == "day"
    assert day_order(["03/04/2025", "02/28/2025"], "day") == "month"
    assert day_order(["03.04.2025"], "month") == "day"
    assert day_order(["03/04/2025"], "month") == "month"
    # Both at once is no evidence; what does not fit the usual order is then unreadable.
    assert day_order(["28/02/2025", "02/28/2025"], "month") == "month"
    assert read_day("28/02/2025", "month") is None


@pytest.mark.parametrize(
    ("register", "serial", "first", "last", "project"),
    [
        ("verra", "8157-461579453-461579783-VCU-008-MER-SG-3-1712-01012018-31122018-0",
         461579453, 461579783, "1712"),
        ("verra", "9-5-6-VCS-VCU-997-VER-SG-1-OPR10-01012021-31122021-0", 5, 6, "OPR10"),
        ("verra", "0001-000001-000100-VCS-VCU-003-VER-US-0003-01012020-31122020-1", 1, 100, "0003"),
        ("car", "CAR-ROC-US-1316-105-276-CA-2025-9388-1 to 1", 1, 1, "1316"),
        ("car", "car-1-US-1335-31 to 5", None, None, ""),
        ("acr", "ACR-US-212-2019-1174-35,225 TO 35,235", 35225, 35235, "212"),
        ("art", "FCPF-CI-130-2023-20-1 to 46404", 1, 46404, "130"),
        ("gold-standard", "GS1-1-UG-GS11236-16-2024-30307-1-19149", 1, 19149, "11236"),
        ("gold-standard", "GS1-1-UG-GS11236-16-2024-30307-9-1", None, None, ""),
    ],
)  # fmt: skip
def test_serials_are_read_as_their_register_writes_them(
    register: str, serial: str, first: int | None, last: int | None, project: str
) -> None:
    blocks = read_blocks(load_register(CONTENT, register), serial)
    if first is None:
        assert blocks is None
    else:
        assert blocks is not None
        (block,) = blocks
        assert (block.first, block.last, block.project) == (first, last, project)


def test_ends_that_stand_apart_make_a_block() -> None:
    assert ends_block("AXJ1000", "AXJ1010") == Block("AXJ", 1000, 1010, "", "AXJ1000 to AXJ1010")
    assert ends_block("AXJ1000", "BXJ1010") is None
    assert ends_block("AXJ9", "AXJ1") is None


def test_headings_and_cells_in_plain_words() -> None:
    assert plain("Status Effective  (GMT)") == plain("status_effective") == "status effective"
    assert plain("Total Credits \nIssued") == plain("totalCreditsIssued")
    assert plain("(t)") == "t"
    assert said(" N/A ") == said("—".replace("—", "-")) == ""
    assert said("A\x00 B") == "A B"


def test_a_script_is_data_or_nothing() -> None:
    source = """// words
    export default [{ 'a-b': 'it\\'s' + ' \\u4e2d', n: -1.50, t: true, u: undefined, },];
    """
    assert read_script(source) == [{"a-b": "it's 中", "n": "-1.50", "t": True, "u": None}]
    assert read_script("module.exports = [1, /* two */ 2]") == [1, 2]
    for wrong in ("f()", "[a]", "[1", "`${x}`", "[1] [2]", "{a 1}", "[" * 100, "x => 1"):
        with pytest.raises(Refusal, match="script_not_data"):
            read_script(wrong)


def _row(line: int, first: int, last: int, kind: str = "retirement") -> ReadRow:
    block = Block("S", first, last, "", "")
    credit = ReadCredit(kind, block.width, None, block, "", None, None, None, None, {})
    project = ReadProject("1", "X-1", {}, (), {}, None, None, None, None)
    return ReadRow(line, bytes([line]), project, (credit,), False)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 15)), max_size=40))
def test_no_two_rows_that_stand_share_a_number(ranges: list[tuple[int, int]]) -> None:
    rows = [_row(n, first, first + more) for n, (first, more) in enumerate(ranges, 1)]
    refused = overlapping(rows)
    taken: set[int] = set()
    for row, (first, more) in zip(rows, ranges, strict=True):
        numbers = set(range(first, first + more + 1))
        # A row is refused exactly where an earlier one that stands has one of its numbers.
        assert (row.line in refused) == bool(taken & numbers)
        if row.line not in refused:
            taken |= numbers


def test_what_was_issued_may_be_retired() -> None:
    assert not overlapping([_row(1, 1, 10, "issuance"), _row(2, 3, 4)])


def test_every_layout_is_read_without_a_fault() -> None:
    for called, name in {
        "vcs": "verra",
        "art-trees": "art",
        "American Carbon Registry": "acr",
    }.items():
        assert load_register(CONTENT, called).name == name
    names = {register.name for register in read_registers(CONTENT)}
    assert names >= {"acr", "art", "cad-trust", "car", "gold-standard", "verra"}
