"""The command `footprint`, as a shell sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.shell import CONTENT, Run, refused
from typer.testing import CliRunner, Result

from tanhui.cli.footprint import register
from tanhui.cli.main import BARE_VERBS

EVENT = "event.footprint"
PARTY: dict[str, dict[str, Any]] = {
    "attendees": {"value": 150, "unit": "person"},
    "meals_unspecified": {"value": 150, "unit": "meal"},
    "electricity": {"value": 800, "unit": "kWh"},
}
GUESTS: dict[str, dict[str, Any]] = {
    "distance": {"value": [10, 380], "unit": "km"},
    "persons_car": {"value": [148, 0], "unit": "person"},
    "persons_air": {"value": [0, 2], "unit": "person"},
}
SHEET = (
    "# 来源,distance [km],persons_car [person],persons_air [person]\n本地,10,148,\n嘉宾,380,,2\n"
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`footprint` over the content of this checkout: a file's name, its text, further words."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    app = typer.Typer()
    register(app, content_root=lambda: CONTENT)

    def run(name: str, text: str | bytes, *words: str, methodology: str = EVENT) -> Result:
        file = tmp_path / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return CliRunner().invoke(app, [str(file), "--methodology", methodology, *words])

    return run


def _answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_launch_event_of_half_a_day_is_about_1_2_tonnes(run: Run) -> None:
    answer = _answer(run("party.json", json.dumps(PARTY | GUESTS), "--json"))
    assert answer["total_kg"] == 1211
    assert answer["exact_kg"] == 1210.824
    assert answer["per_person_kg"] == 8.07216
    assert answer["categories"] == {
        "fixed_fossil": 0,
        "mobile_fossil": 0,
        "electricity_heat": 125.12,
        "electric_vehicles": 0,
        "participant_travel": 860.704,
        "lodging_catering": 225,
        "goods": 0,
        "waste": 0,
    }
    assert answer["methodology"] == "event.footprint@1.0.0"
    assert "heat" in answer["not_given"]
    assert not set(answer["not_given"]) & set(PARTY | GUESTS)
    digests = ("digest", "methodology_digest", "factors_digest", "inputs_digest")
    assert all(answer[name].startswith("sha256:") for name in digests)
    codes = {(item["code"], item["symbol"]) for item in answer["reservations"]}
    assert ("unverified_factor", "EF_meal_any") in codes


def test_every_factor_carries_its_row(run: Run) -> None:
    factors = _answer(run("party.json", json.dumps(PARTY | GUESTS), "--json"))["factors"]
    names = {"symbol", "key", "value", "unit", "source", "status", "digest"}
    assert all(set(factor) == names for factor in factors)
    grid = next(factor for factor in factors if factor["symbol"] == "EF_grid")
    assert (grid["key"], grid["value"], grid["unit"]) == ("grid.avg.51.2023", 0.1564, "kgCO2/kWh")
    meals = {factor["symbol"] for factor in factors if factor["symbol"].startswith("EF_meal.")}
    assert meals == {
        f"EF_meal.{dish}" for dish in ("vegan", "vegetarian", "white_meat", "red_meat")
    }


def test_json_toml_and_csv_say_the_same(run: Run) -> None:
    beside = ("--inputs", json.dumps(PARTY), "--json")
    of_json = _answer(run("a.json", json.dumps(PARTY | GUESTS), "--json"))
    toml = "".join(
        f'{symbol} = {{ value = {given["value"]}, unit = "{given["unit"]}" }}\n'
        for symbol, given in (PARTY | GUESTS).items()
    )
    of_toml = _answer(run("a.toml", toml.replace("value = 800", "value = 8.0e2"), "--json"))
    of_csv = _answer(run("a.csv", SHEET, *beside))
    of_spreadsheet = _answer(run("b.csv", ("\ufeff" + SHEET).replace("\n", "\r\n"), *beside))
    assert of_toml == of_json
    assert of_csv == of_json
    assert of_spreadsheet == of_json


def test_for_people_each_category_is_shown_to_the_gram(run: Run) -> None:
    shown = run("party.csv", SHEET, "--inputs", json.dumps(PARTY)).stdout
    assert "860.704 kgCO2e  Participants' travel" in shown
    assert "1,211 kgCO2e  Footprint of the event (kg, rounded up)" in shown
    assert "8.072 kgCO2e  per person" in shown
    assert "heat: not given; its default is taken" in shown


def test_both_files_of_the_guide_give_what_it_says(run: Run) -> None:
    guide = (CONTENT.parent / "docs" / "footprints.md").read_text(encoding="utf-8")
    toml, sheet = re.findall(r"```(?:toml|csv)\n(.*?)```", guide, re.DOTALL)
    answer = _answer(run("a.toml", toml, "--json"))
    assert answer == _answer(run("a.csv", sheet, "--inputs", json.dumps(PARTY), "--json"))
    assert f"{answer['total_kg']:,} kg" in guide
    assert all(f"{part:g}" in guide for part in answer["categories"].values())
    assert all(f"`{key}`" in guide for key in list(answer)[:8])


def test_missing_answers_are_scaled_and_too_fewrefused(run: Run) -> None:
    given = {
        "attendees": {"value": 40, "unit": "person"},
        "distance": {"value": [100], "unit": "km"},
        "persons_rail": {"value": [20], "unit": "person"},
        "electricity": {"value": 0, "unit": "kWh"},
    }
    answer = _answer(run("a.json", json.dumps(given), "--json"))
    assert answer["categories"]["participant_travel"] == 283.68
    given["persons_rail"] = {"value": [11], "unit": "person"}
    assert "three tenths" in refused(run("a.json", json.dumps(given), "--json"), "guard_failed")


def test_an_organisation_and_a_person_have_footprints_too(run: Run) -> None:
    office = {
        "employees": {"value": 80, "unit": "person"},
        "electricity": {"value": [1000, None, 1500], "unit": "kWh"},
    }
    answer = _answer(
        run("a.json", json.dumps(office), "--json", methodology="organisation.footprint")
    )
    assert (answer["total_kg"], answer["exact_kg"]) == (626, 625.6)
    assert "gap_filled" in {item["code"] for item in answer["reservations"]}
    alone = {"home_electricity": {"value": 1000, "unit": "kWh"}}
    answer = _answer(run("a.json", json.dumps(alone), "--json", methodology="person.footprint"))
    assert answer["per_person_kg"] == answer["exact_kg"] == 1798.9


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ("distance,persons_car [person]\n10,148\n", "malformed_header"),
        ("distance [],persons_car [person]\n10,148\n", "malformed_header"),
        ("dist [km],persons_car [person]\n10,148\n", "unknown_input"),
        ("distance [km],electricity [kWh]\n10,800\n", "not_a_column"),
        ("distance [km],meals [meal]\n10,800\n", "not_a_column"),
        ("distance [km],distance [km]\n10,10\n", "duplicate_column"),
        ("# from\nhere\n", "duplicate_column"),
        ("", "duplicate_column"),
        ("distance [furlong],persons_car [person]\n10,148\n", "unknown_unit"),
        ("distance [kg],persons_car [person]\n10,148\n", "unit_mismatch"),
        ("distance [km],persons_car [vehicle]\n10,148\n", "kind_mismatch"),
        ("distance [km],persons_car [person]\n10\n", "malformed_row"),
        ("distance [km],persons_car [person]\n10,148,1\n", "malformed_row"),
        ('distance [km],persons_car [person]\n10,"1,148"\n', "malformed_number"),
        ("distance [km],persons_car [person]\n,148\n", "wrong_input"),
        ("distance [km],persons_car [person]\n10,151\n", "guard_failed"),
        ('distance [km],persons_car [person]\n10,"148\n', "unreadable_file"),
        ("distance [km],persons_car [person]\n", "axis_length_differs"),
        (b"distance [km],persons_car [person]\n\xff,148\n", "unreadable_file"),
    ],
)
def test_a_sheet_that_cannot_be_trusted_isrefused(run: Run, sheet: str | bytes, code: str) -> None:
    refused(run("a.csv", sheet, "--inputs", json.dumps(PARTY), "--json"), code)


def test_a_wrong_cell_is_named_by_line_and_column(run: Run) -> None:
    sheet = "distance [km],persons_car [person]\n10,100\n\n12,many\n"
    line = refused(run("a.csv", sheet, "--inputs", json.dumps(PARTY)), "malformed_number")
    assert "line 4, persons_car" in line


@pytest.mark.parametrize(
    ("name", "text", "words", "code"),
    [
        ("a.json", "{", (), "malformed_inputs"),
        ("a.json", '{"attendees": 150}', (), "bare_number"),
        ("a.json", json.dumps(PARTY), (), "missing_input"),
        ("a.json", json.dumps(PARTY | {"x": {"value": 1, "unit": "km"}}), (), "unknown_input"),
        ("a.json", json.dumps(PARTY), ("--inputs", json.dumps(PARTY)), "given_twice"),
        ("a.toml", "attendees = 150", (), "bare_number"),
        ("a.toml", "attendees = ", (), "unreadable_file"),
        ("a.toml", "attendees = { value = 2026-01-01, unit = 'person' }", (), "malformed_inputs"),
        ("a.toml", "attendees = { value = nan, unit = 'person' }", (), "malformed_inputs"),
    ],
)
def test_a_file_that_cannot_be_trusted_isrefused(
    run: Run, name: str, text: str, words: tuple[str, ...], code: str
) -> None:
    refused(run(name, text, *words, "--json"), code)


def test_only_documents_that_compute_a_footprint_serve(run: Run) -> None:
    total = '{"total":{"value":1.2,"unit":"tCO2"}}'
    refused(run("a.json", total, methodology="event.offset"), "not_a_footprint")
    refused(run("a.json", total, methodology="nothing"), "no_such_methodology")


@pytest.mark.usefixtures("run")
def test_a_file_that_is_not_there_isrefused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    app = typer.Typer()
    register(app, content_root=lambda: CONTENT)
    for name in ("nothing.json", "folder.csv"):
        words = [str(tmp_path / name), "--methodology", EVENT]
        refused(CliRunner().invoke(app, words), "unreadable_file")


def test_the_verb_needs_no_database() -> None:
    assert "footprint" in BARE_VERBS
