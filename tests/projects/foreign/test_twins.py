"""Every quirk of other registers' files is answered, row by row, in files of our own making."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden, Invalid, NotFound, Refusal
from tanhui.projects.foreign import queries
from tests.files.registers import (
    CAR_ISSUANCES,
    CAR_RETIREMENTS,
    GOLD_CREDITS,
    GOLD_PROJECTS,
    TWINS,
    VERRA_EUROPEAN,
    VERRA_PROJECTS,
    VERRA_UNITS,
    Twin,
)
from tests.projects.foreign.conftest import Bring


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.register}-{twin.table}")
def test_each_style_is_told_apart_and_read_once(bring: Bring, tmp_path: Path, twin: Twin) -> None:
    done = bring(twin.write(tmp_path))
    (sheet,) = done.sheets
    assert (sheet.register, sheet.table) == (twin.register, twin.table)
    assert sheet.refused == twin.refused
    assert sheet.kg == twin.kg
    assert (sheet.rows, sheet.recorded, sheet.noted) == (twin.rows, twin.recorded, twin.noted)
    taken = sheet.recorded + sheet.changed + sheet.exists
    assert sheet.rows == taken + sum(sheet.refused.values())
    again = bring(twin.write(tmp_path))
    assert again.count("recorded") == again.count("changed") == 0
    assert again.counts("refused") == dict(sorted(twin.refused.items()))
    assert again.count("exists") == taken


def test_the_wrapping_of_a_file_makes_no_difference(bring: Bring, tmp_path: Path) -> None:
    done = bring(CAR_RETIREMENTS.gzipped(tmp_path))
    assert done.count("recorded") == 3
    for path in (CAR_RETIREMENTS.zipped(tmp_path), CAR_RETIREMENTS.spreadsheet(tmp_path)):
        again = bring(path)
        assert (again.count("rows"), again.count("exists")) == (3, 3)


def test_what_a_row_says_is_kept(bring: Bring, tmp_path: Path) -> None:
    bring(VERRA_EUROPEAN.write(tmp_path))
    assert queries.foreign_project("VCS-10").issued_kg == 6_726_799_000
    assert queries.foreign_project("VCS-OPR10").place == "MISSOURI"
    bring(VERRA_PROJECTS.write(tmp_path))
    sludge = queries.foreign_project("VCS-6088")
    assert (sludge.estimated_kg, str(sludge.crediting_first)) == (72_000_000, "2025-07-01")
    unnamed = queries.foreign_project("VCS-6086")
    assert (unnamed.name, unnamed.methodologies) == ("TBD", ("VMR0014", "VM0038"))
    bring(GOLD_PROJECTS.write(tmp_path))
    stoves = queries.foreign_project("GS-751")
    assert (stoves.name, stoves.estimated_kg) == ("Stoves in Sève", 1_234_000)
    assert queries.foreign_project("GS-23574").methodologies == ()
    assert [one.code for one in queries.foreign_projects(words="stoves")] == ["GS-751"]
    with pytest.raises(NotFound, match="no_such_foreign_project"):
        queries.foreign_project("VCS-1")


def test_a_retirement_keeps_its_day_beneficiary_and_words(bring: Bring, tmp_path: Path) -> None:
    bring(GOLD_CREDITS.write(tmp_path))
    issued, retired = queries.foreign_credits("GS-751")
    assert (issued.kind, issued.first, issued.last, issued.kg) == ("issuance", 1, 100, 100_000)
    assert (retired.beneficiary, retired.note) == ("A Corp", "Two lines of words")
    assert (str(retired.on_day), retired.vintage) == ("2026-05-01", 2024)
    (register,) = queries.registers()
    assert register.kg == {"issuance": 100_000, "retirement": 10_000}


def test_the_report_names_every_row_that_was_not_taken(bring: Bring, tmp_path: Path) -> None:
    done = bring(VERRA_UNITS.write(tmp_path))
    with done.report.open(encoding="utf-8-sig", newline="") as file:
        told = {int(row["line"]): row for row in csv.DictReader(file)}
    assert len(told) == 10
    assert (told[4]["reason"], told[4]["cell"]) == ("block_differs", "11 ≠ 10")
    assert (told[5]["reason"], told[5]["about"]) == ("serials_overlap", "3")
    assert all(row["说明"] and row["explanation"] for row in told.values())


def test_a_later_file_tells_what_became_of_a_held_block(bring: Bring, tmp_path: Path) -> None:
    head = VERRA_UNITS.text.split("\n", 1)[0] + "\n"
    row = (
        "2024-02-02,2021-01-01,2021-12-31,7,W,China,E,M,{n},"
        "9-{a}-{b}-VCS-VCU-1-VER-CN-1-7-01012021-31122021-0,{d},{who},,\n"
    )
    first = tmp_path / "one.csv"
    first.write_text(head + row.format(n=100, a=1, b=100, d="", who=""), encoding="utf-8")
    bring(first)
    second = tmp_path / "two.csv"
    second.write_text(
        head + row.format(n=40, a=11, b=50, d="2025-01-01", who="A"), encoding="utf-8"
    )
    done = bring(second)
    assert (done.count("recorded"), done.count("superseded")) == (1, 1)
    told = {(one.kind, one.first, one.last) for one in queries.foreign_credits("VCS-7")}
    assert told == {("holding", 1, 10), ("retirement", 11, 50), ("holding", 51, 100)}
    # The older file again says nothing new; an older state of other rows contradicts.
    assert bring(first).count("exists") == 1
    third = tmp_path / "three.csv"
    third.write_text(head + row.format(n=2, a=50, b=51, d="", who=""), encoding="utf-8")
    assert bring(third).counts("refused") == {"already_ended": 1}
    third.write_text(head + row.format(n=2, a=50, b=51, d="2026-01-01", who=""), encoding="utf-8")
    assert bring(third).counts("refused") == {"serials_overlap": 1}
    # The same block with another beneficiary is told anew.
    third.write_text(head + row.format(n=40, a=11, b=50, d="2025-01-01", who="B"), encoding="utf-8")
    assert bring(third).count("changed") == 1
    assert "B" in {one.beneficiary for one in queries.foreign_credits("VCS-7")}


def test_a_project_told_anew_changes_and_an_empty_cell_erases_nothing(
    bring: Bring, tmp_path: Path
) -> None:
    path = tmp_path / "verra.csv"
    path.write_text("ID,Name,Proponent,Status\n5,Wind,W Ltd,Under validation\n", encoding="utf-8")
    bring(path)
    path.write_text("ID,Name,Proponent,Status\n5,Wind,,Registered\n", encoding="utf-8")
    assert bring(path).count("changed") == 1
    wind = queries.foreign_project("VCS-5")
    assert (wind.owner, wind.status) == ("W Ltd", "Registered")


def test_an_issuance_without_serials_is_the_same_when_its_buffer_was_told_anew(
    bring: Bring, tmp_path: Path
) -> None:
    bring(CAR_ISSUANCES.write(tmp_path))
    (tmp_path / CAR_ISSUANCES.name).write_text(
        CAR_ISSUANCES.text.replace("34427.0", "30000.0").replace("Ama,", "Ama-nap,"),
        encoding="utf-8",
    )
    again = bring(tmp_path / CAR_ISSUANCES.name)
    assert (again.count("recorded"), again.count("exists")) == (0, 4)


def test_what_cannot_be_told_apart_is_asked_for(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Project ID,Project Name\n5,Wind\n", encoding="utf-8")
    with pytest.raises(Invalid, match="register_ambiguous"):
        bring(path)
    assert bring(path, register="verra").count("recorded") == 1
    with pytest.raises(NotFound, match="no_such_register"):
        bring(path, register="nobody")
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Invalid, match="unknown_register_file"):
        bring(path)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", b" \n", "empty_file"),
        ("x.gz", b"\x1f\x8b\x08broken", "broken_file"),
        ("x.zip", b"PK\x03\x04broken", "broken_file"),
        ("x.json", b'{"a": ', "broken_file"),
        ("x.json", b'{"a": 1, "b": [1, 2]}', "unknown_register_file"),
        ("x.js", b"export default process.exit(1);", "script_not_data"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    bring: Bring, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refusal, match=code):
        bring(tmp_path / name)
    with pytest.raises(NotFound, match="no_such_file"):
        bring(tmp_path / "nothing.csv")
    assert not queries.registers()


def test_only_the_operator_reads_files_of_other_registers(bring: Bring, tmp_path: Path) -> None:
    with pytest.raises(Forbidden, match="not_permitted"):
        bring(VERRA_UNITS.write(tmp_path), actor=Actor("person:1", frozenset({"owner"})))
