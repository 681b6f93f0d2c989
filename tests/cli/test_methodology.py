"""The commands about methodologies, as a shell sees them."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
from tests.cli.shell import CONTENT, Run, refused, runner
from typer.testing import CliRunner, Result

from tanhui.cli.main import build
from tanhui.cli.methodology import register, register_quantify
from tanhui.partners.layouts import load_layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.trips import read_inputs

BIKE = "shared-bike.chengdu"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands over the content of this checkout, in English."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    return runner(register)


def test_evaluate_prints_one_json_object(run: Run) -> None:
    given = '{"d":{"value":2431,"unit":"m"}}'
    result = run("evaluate", BIKE, "--inputs", given, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert answer["outputs"] == {
        "ER": {"value": 118.3897, "unit": "gCO2e"},
        "reduction_mg": {"value": 118389, "unit": "mgCO2e"},
    }
    assert [set(row) for row in answer["trace"]] == [
        {"symbol", "expression", "value", "unit", "source"}
    ] * 4
    assert answer["digest"].startswith("sha256:")
    again = run("evaluate", f"{BIKE}@1.0.0", "--inputs", '{"d":{"value":2.431,"unit":"km"}}',
                "--json")  # fmt: skip
    assert json.loads(again.stdout)["digest"] == answer["digest"]


def test_evaluate_for_people_shows_each_step(run: Run) -> None:
    result = run("evaluate", BIKE, "--inputs", '{"d":{"value":2431,"unit":"m"}}')
    assert "ER = 118.3897 gCO2e  [d * EF]" in result.stdout
    assert "reduction_mg = 118,389 mgCO2e" in result.stdout


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ('{"d":2431}', "bare_number"),
        ('{"d":{"value":2431}}', "missing_unit"),
        ('{"d":{"value":2431,"unit":""}}', "missing_unit"),
        ('{"d":{"value":2431,"unit":7}}', "missing_unit"),
        ('{"d":{"value":2431,"unit":"m","untité":"h"}}', "unknown_key"),
        ('{"d":{"value":"2431","unit":"m"}}', "malformed_inputs"),
        ('{"d":{"value":true,"unit":"m"}}', "malformed_inputs"),
        ('{"d":{"value":null,"unit":"m"}}', "malformed_inputs"),
        ('{"d":{"value":NaN,"unit":"m"}}', "malformed_inputs"),
        ('{"d":{"value":1e99999,"unit":"m"}}', "malformed_number"),
        ('{"d":"2431 m"}', "malformed_inputs"),
        ('{"d":[1,2]}', "malformed_inputs"),
        ('{"d":{"value":1,"unit":"m"},"d":{"value":2,"unit":"m"}}', "malformed_inputs"),
        ("[]", "malformed_inputs"),
        ("{", "malformed_inputs"),
        ("[" * 100_000, "malformed_inputs"),
        ("{}", "missing_input"),
        ('{"d":{"value":1,"unit":"m"},"x":{"value":1,"unit":"m"}}', "unknown_input"),
        ('{"distance":{"value":1,"unit":"m"}}', "unknown_input"),
        ('{"d":{"value":1,"unit":"furlong"}}', "unknown_unit"),
        ('{"d":{"value":1,"unit":"m//s"}}', "malformed_unit"),
        ('{"d":{"value":1,"unit":"kg"}}', "unit_mismatch"),
        ('{"d":{"value":1,"unit":"1"}}', "unit_mismatch"),
        ('{"d":{"value":1,"unit":"person.km"}}', "kind_mismatch"),
        ('{"d":{"value":-1,"unit":"m"}}', "out_of_bounds"),
        ('{"d":{"value":720001,"unit":"m"}}', "out_of_bounds"),
    ],
)
def test_evaluate_refuses_what_it_cannot_trust(run: Run, inputs: str, code: str) -> None:
    refused(run("evaluate", BIKE, "--inputs", inputs, "--json"), code)


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("nobody", "no_such_methodology"),
        (f"{BIKE}@9.0.0", "no_such_version"),
    ],
)
def test_evaluate_refuses_an_unknown_document(run: Run, reference: str, code: str) -> None:
    refused(run("evaluate", reference, "--inputs", "{}"), code)


def test_a_refusal_speaks_the_language_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHUI_LANGUAGE", "zh_CN.UTF-8")
    result = runner(register)("evaluate", BIKE, "--inputs", '{"d":{"value":1,"unit":"kg"}}')
    assert "单位不符" in refused(result, "unit_mismatch")


@pytest.fixture
def quantify(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command `quantify`, reading files as the platform does."""
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    app = typer.Typer()
    register(app)
    register_quantify(
        app,
        load_layout=load_layout,
        read_chunks=partial(read_inputs, modes={"shared_bike": ModeRule("distance_m", 30_000)}),
        content_root=lambda: CONTENT,
    )

    def run(file: Path, *more: str) -> Result:
        named = ["--methodology", BIKE, "--layout", "tanhui-ndjson"]
        return CliRunner().invoke(app, ["quantify", str(file), *named, *more])

    return run


@pytest.fixture
def rides(tmp_path: Path) -> Path:
    """Four rides in our own format: 2,431 m, 1 m, 900 km in 20 minutes, and one without end."""
    path = tmp_path / "rides.ndjson"
    rows = [
        {
            "reference": f"r{number}",
            "rider": "p1",
            "mode": "shared_bike",
            "started_at": "2026-03-01T08:00:00+08:00",
            "ended_at": ended,
            "distance_m": metres,
        }
        for number, (metres, ended) in enumerate(
            [
                (2431, "2026-03-01T08:13:00+08:00"),
                (1, "2026-03-01T08:01:00+08:00"),
                (900_000, "2026-03-01T08:20:00+08:00"),
                (500, None),
            ]
        )
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_quantify_sums_a_file_without_a_database(quantify: Run, rides: Path) -> None:
    result = quantify(rides, "--json")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer.pop("seconds") >= 0
    assert answer.pop("digest").startswith("sha256:")
    assert answer == {
        "rows": 4,
        "quantified": 2,
        "refused": {"no_end": 1, "too_fast": 1},
        "reduction_mg": 118_389 + 48,
        "methodology": f"{BIKE}@1.0.0",
    }


def test_quantify_writes_every_row_with_its_line(
    quantify: Run, rides: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"
    assert quantify(rides, "--out", str(out)).exit_code == 0
    assert pl.read_parquet(out).rows() == [
        (1, None, 118_389),
        (2, None, 48),
        (3, "too_fast", None),
        (4, "no_end", None),
    ]
    assert not out.with_name("out.parquet.part").exists()


def test_quantify_refuses_what_it_cannot_do(quantify: Run, rides: Path, tmp_path: Path) -> None:
    refused(quantify(rides, "--engine", "spark", "--json"), "engine_not_available")
    missing = tmp_path / "nowhere" / "out.parquet"
    refused(quantify(rides, "--out", str(missing)), "unwritable_out")
    assert quantify(rides, "--engine", "abacus").exit_code == 2
    assert quantify(tmp_path / "nothing.ndjson").exit_code == 2


def test_a_citizens_deed_is_priced_by_its_tariff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    app = build("evaluate")

    def answer(reference: str, inputs: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["evaluate", reference, "--inputs", inputs, "--json"])
        assert result.exit_code == 0, result.stderr
        return dict(json.loads(result.stdout))

    ride = answer(BIKE, '{"d":{"value":2431,"unit":"m"}}')
    assert ride["price"] == {"tariff": "points.shared-bike@2.0.0", "points": 11}
    walk = answer("walking.chengdu", '{"n":{"value":7250,"unit":"step"}}')
    assert walk["price"]["tariff"] == "points.walking@1.0.0"
    tool = answer("event.offset", '{"total":{"value":1.2,"unit":"tCO2"}}')
    assert "price" not in tool


def test_a_document_that_is_not_in_force_on_the_day_isrefused(run: Run) -> None:
    given = '{"d":{"value":2431,"unit":"m"}}'
    early = run("evaluate", BIKE, "--inputs", given, "--on", "2019-12-31")
    refused(early, "no_methodology_in_force")
    refused(run("evaluate", BIKE, "--inputs", given, "--on", "yesterday"), "malformed_day")
    assert run("evaluate", BIKE, "--inputs", given, "--on", "2026-01-01").exit_code == 0


def test_a_broken_file_stops_only_those_that_need_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANHUI_LANGUAGE", "en")
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root)
    tool = root / "chengdu/methodologies/tool/travel/mode-mix.toml"
    text = tool.read_text(encoding="utf-8")
    tool.write_text(text.replace("expression = ", "expresion = ", 1), encoding="utf-8")
    monkeypatch.setenv("TANHUI_CONTENT", str(root))
    app = build("evaluate")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    assert run("evaluate", BIKE, "--inputs", '{"d":{"value":1,"unit":"km"}}').exit_code == 0
    walk = run("evaluate", "walking.chengdu", "--inputs", '{"n":{"value":7250,"unit":"step"}}')
    said = refused(walk, "content_refused")
    assert "mode-mix.toml" in said
    assert "missing key expression" in said
