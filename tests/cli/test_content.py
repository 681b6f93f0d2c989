"""The commands about content files, as a shell sees them."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from tests.cli.shell import CONTENT, Run, refused, runner

from tanhui.behaviours.detectors.registry import check_content as check_detectors
from tanhui.cli.content import register
from tanhui.methodology.library import Entry
from tanhui.methodology.problems import Problem
from tanhui.scenes.reading import check_content as check_scenes

BIKE = "shared-bike.chengdu"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands over the content of this checkout, in English."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    return runner(register)


def test_content_check_finds_nothing_wrong_here(run: Run) -> None:
    result = run("content", "check")
    assert (result.exit_code, result.stdout.strip()) == (0, "ok")
    answer = run("content", "check", "--json")
    assert json.loads(answer.stdout) == {"ok": True, "problems": []}


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the methodology file with a misspelt key, outside the content folder."""
    path = tmp_path / "broken.toml"
    file = CONTENT / "chengdu/methodologies/citizen/travel/shared-bike.toml"
    text = file.read_text(encoding="utf-8")
    path.write_text(text.replace("bounds =", "buonds ="), encoding="utf-8")
    return path


def test_content_check_names_file_line_and_key(run: Run, broken: Path) -> None:
    result = run("content", "check", str(broken))
    assert result.exit_code == 2
    assert f"{broken}:32: input.d.buonds: unknown_key: unknown key buonds" in result.stdout
    assert result.stderr == "content_refused: 2 fault(s) in 1 file(s)\n"
    answer = json.loads(run("content", "check", str(broken), "--json").stdout)
    assert answer["ok"] is False
    assert {item["key"] for item in answer["problems"]} == {"input.d.buonds", "input.d.bounds"}
    assert run("content", "check", str(broken.parent)).exit_code == 2


def test_content_check_takes_a_content_folder_or_a_part_of_one(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    factors = root / "common/factors/shared-cycling.toml"
    factors.write_text(factors.read_text(encoding="utf-8") + "\nx = 1\n", encoding="utf-8")
    assert run("content", "check", str(root)).exit_code == 2
    inside = runner(register, root)
    assert inside("content", "check", str(root / "common/factors")).exit_code == 2
    assert inside("content", "check", str(root / "chengdu")).exit_code == 0


def test_content_check_names_a_path_that_is_not_there(run: Run, tmp_path: Path) -> None:
    result = run("content", "check", str(tmp_path / "nothing.toml"))
    assert result.exit_code == 2
    assert "no_such_path" in result.stdout


def test_other_rooms_add_their_checks_and_documents() -> None:
    path = CONTENT / "published.lock"
    problem = Problem(path, 3, "points.per", "too_many", "过多", "too many")
    entry = Entry("x", "1.0.0", "tariff", "sha256:0", "draft", "某", "some", Path("published.lock"))
    run = runner(register, checkers=[lambda _: [problem]], listers=[lambda _: [entry]])
    assert "points.per: too_many" in run("content", "check").stdout
    listed = json.loads(run("content", "list", "--json").stdout)["documents"]
    assert {item["kind"] for item in listed} == {"methodology", "factors", "tariff"}
    assert run("content", "show", "x").stdout.strip() == path.read_text(encoding="utf-8").strip()


def test_content_list_has_id_version_kind_digest_and_status(run: Run) -> None:
    listed = json.loads(run("content", "list", "--json").stdout)["documents"]
    bike = next(item for item in listed if item["id"] == BIKE)
    assert (bike["version"], bike["kind"], bike["status"]) == ("1.0.0", "methodology", "published")
    lock = (CONTENT / "published.lock").read_text(encoding="utf-8")
    assert bike["digest"] in lock
    assert f"{BIKE}@1.0.0" in run("content", "list").stdout


def test_content_show_says_what_the_document_says(run: Run) -> None:
    shown = run("content", "show", BIKE).stdout
    assert "ER = d × EF" in shown
    assert "reconstruction" in shown
    assert "EF = 48.70 gCO2e/km" in shown
    answer = json.loads(run("content", "show", f"{BIKE}@1.0.0", "--json").stdout)
    assert answer["source"].startswith("[methodology]")
    refused(run("content", "show", "nothing"), "no_such_document")


def test_content_show_names_every_part_of_a_larger_document(run: Run) -> None:
    shown = run("content", "show", "energy-substitution.chengdu").stdout
    for part in ("ER = ", "! ", "fuel.ef@1.0.0", "unverified", "round down"):
        assert part in shown
    assert "shared-bike.chengdu@2.0.0" in run("content", "show", f"{BIKE}@2.0.0").stdout


def test_content_list_has_the_factor_tables_too(run: Run) -> None:
    listed = json.loads(run("content", "list", "--json").stdout)["documents"]
    tables = [item for item in listed if item["kind"] == "factors"]
    assert len(tables) >= 20
    assert all(item["digest"].startswith("sha256:") for item in tables)
    assert "[[factor]]" in run("content", "show", tables[0]["id"]).stdout


def test_content_pin_writes_the_present_digest_of_a_row(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "unpinned.toml"
    file = CONTENT / "chengdu/methodologies/citizen/travel/shared-bike.toml"
    text = file.read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith("row = "))
    path.write_text(text.replace(old, f'row = "sha256:{"0" * 64}"'), encoding="utf-8")
    assert run("content", "check", str(path)).exit_code == 2
    assert run("content", "pin", str(path)).exit_code == 0
    assert path.read_text(encoding="utf-8") == text
    assert run("content", "check", str(path)).exit_code == 0


def test_content_pin_freezes_what_is_new_and_touches_nothing_old(tmp_path: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    lock = root / "published.lock"
    frozen = lock.read_text(encoding="utf-8")
    line = next(line for line in frozen.splitlines() if line.startswith('"walking.chengdu@'))
    lock.write_text(frozen.replace(line + "\n", ""), encoding="utf-8")
    walking = root / "chengdu/methodologies/citizen/travel/walking.toml"
    inside = runner(register, root)
    assert inside("content", "pin", str(walking), "--freeze").exit_code == 0
    assert sorted(lock.read_text(encoding="utf-8").splitlines()) == sorted(frozen.splitlines())
    changed = frozen.replace(line, line[:-10] + "0" * 9 + '"')
    lock.write_text(changed, encoding="utf-8")
    inside("content", "pin", str(walking), "--freeze")
    assert lock.read_text(encoding="utf-8") == changed


def test_content_pin_freezes_a_tariff_a_limit_and_a_detector_in_their_own_sections(
    tmp_path: Path,
) -> None:
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    lock = root / "published.lock"
    frozen = lock.read_text(encoding="utf-8")
    lock.write_text(frozen.partition("[tariff]")[0], encoding="utf-8")
    inside = runner(register, root, checkers=(check_scenes, check_detectors))
    assert "not_in_lock" in inside("content", "check").stdout
    for folder in ("tariffs", "limits", "detectors"):
        assert inside("content", "pin", str(root / "chengdu" / folder), "--freeze").exit_code == 0
    assert inside("content", "check").exit_code == 0
    written = tomllib.loads(lock.read_text(encoding="utf-8"))
    assert written == tomllib.loads(frozen)


def test_a_factor_table_that_somebody_is_writing_is_checked_as_one(
    run: Run, tmp_path: Path
) -> None:
    fuels = (CONTENT / "common/factors/fuels.toml").read_text(encoding="utf-8")
    table = tmp_path / "my-fuels.toml"
    table.write_text(fuels, encoding="utf-8")
    assert run("content", "check", str(table)).exit_code == 0
    table.write_text(fuels.replace('value = "389.31"', 'value = "389310"'), encoding="utf-8")
    result = run("content", "check", str(table))
    assert result.exit_code == 2
    assert "factor.0.value: implausible_value: fuel.natural_gas.ncv is 389310" in result.stdout
    table.write_text(fuels.replace("tC/TJ", "tCO2/TJ"), encoding="utf-8")
    assert "is of the wrong kind" in run("content", "check", str(table)).stdout
