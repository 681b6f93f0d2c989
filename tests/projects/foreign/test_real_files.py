"""The public files of section 5: every row read, totals exact, nothing twice."""

from __future__ import annotations

from pathlib import Path

from tanhui.projects.foreign import queries
from tests.projects.foreign.conftest import Bring

# Of each file: register, rows, rows recorded or changed, tonnes by kind.
FILES: dict[str, tuple[str, int, dict[str, int]]] = {
    "offsetsdb/verra/projects.csv": ("verra", 50, {}),
    "offsetsdb/verra/transactions.csv": (
        "verra",
        200,
        {"holding": 3_891_681, "retirement": 137_546},
    ),
    "offsetsdb/climate-action-reserve/projects.csv": ("car", 50, {}),
    "offsetsdb/climate-action-reserve/issuances.csv": ("car", 100, {"issuance": 10_275_056}),
    "offsetsdb/climate-action-reserve/retirements.csv": ("car", 100, {"retirement": 1_506_818}),
    "offsetsdb/climate-action-reserve/cancellations.csv": (
        "car",
        50,
        {"cancellation": 4_406_143},
    ),
    "offsetsdb/art-trees/projects.csv": ("art", 28, {}),
    "offsetsdb/art-trees/issuances.csv": ("art", 11, {"issuance": 58_753_403}),
    "offsetsdb/art-trees/retirements.csv": ("art", 8, {"retirement": 420_998}),
    "offsetsdb/art-trees/cancellations.csv": ("art", 3, {"cancellation": 36_100}),
    "verra_vcus_singapore.csv": ("verra", 92, {"retirement": 272_119}),
    "verra_projects_2025.csv.gz": ("verra", 5_023, {}),
    "vcs_projects_eu_numbers.csv": ("verra", 1_828, {}),
}


def test_every_row_of_the_public_files_is_read_once(bring: Bring, shared: Path) -> None:
    for turn in range(2):
        for name, (register, rows, tonnes) in FILES.items():
            done = bring(shared / "data" / "credits" / name)
            assert [sheet.register for sheet in done.sheets] == [register]
            assert (done.count("rows"), done.count("noted"), done.counts("refused")) == (
                rows,
                0,
                {},
            )
            if turn:
                assert done.count("exists") == rows
            else:
                assert done.counts("kg") == {kind: t * 1000 for kind, t in tonnes.items()}
    verra = next(one for one in queries.registers() if one.name == "verra")
    assert verra.kg["retirement"] == (137_546 + 272_119) * 1000
    jurong = queries.foreign_project("VCS-1736")
    assert jurong.methodologies == ("AM0029",)
    assert jurong.issued_kg == 1_659_441_000


def test_cad_trust_samples_are_read_as_data(bring: Bring, shared: Path) -> None:
    done = bring(shared / "data" / "credits" / "cadtrust_samples.zip")
    assert sum(sheet.recorded for sheet in done.sheets if sheet.table == "projects") == 10
    # Two of the made-up units have eleven numbers and say ten; the third names no project.
    units = [sheet.refused for sheet in done.sheets if sheet.table == "units"]
    assert sorted(code for refused in units for code in refused) == [
        "block_differs",
        "block_differs",
        "missing_id",
    ]
    assert "script_not_data" not in dict(done.passed_over)
    assert queries.foreign_projects(register="cad-trust", words="barnum")
