"""The files of the board: aims, documents and the map, each with faults that are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tanhui.cli.main import build
from tanhui.methodology.problems import Problem
from tanhui.scenes import aims, governing, sketch

CONTENT = Path(__file__).resolve().parents[2] / "content"
FILES = {aims: "aims.toml", governing: "documents.toml", sketch: "map.toml"}


def faults(folder: Path, room: object, old: str, new: str) -> list[tuple[str, str]]:
    """The faults of one file after one change: key and code."""
    name = FILES[room]  # type: ignore[index]
    (folder / "town").mkdir(exist_ok=True)
    text = (CONTENT / "chengdu" / name).read_text(encoding="utf-8")
    assert old in text
    (folder / "town" / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found: list[Problem] = room.check_content(folder)  # type: ignore[attr-defined]
    assert all(problem.zh and problem.en for problem in found)
    return [(problem.key, problem.code) for problem in found]


def test_the_citys_own_files_are_without_fault() -> None:
    assert [room.check_content(CONTENT) for room in FILES] == [[], [], []]
    assert [aim.title_zh for aim in aims.city_aims(CONTENT).aims] == [
        "惠公众生活",
        "激企业潜力",
        "转生态价值",
        "塑城市特质",
    ]


def test_every_stated_number_has_its_day_and_source() -> None:
    for aim in aims.city_aims(CONTENT).aims:
        stated = [each.stated for each in aim.indicators if each.stated]
        assert stated
        assert all(each.as_of and each.source_zh and each.source_en for each in stated)
        copies = [each for each in stated if "转载" in each.source_zh]
        assert all(each.basis == "unverified" for each in copies)


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ('about_zh = "出行', 'abuot_zh = "出行', "aim.0.abuot_zh", "unknown_key"),
        ('code = "firms"', 'code = "public"', "aim", "code_taken"),
        ('computed = "scenes"', 'computed = "luck"', "aim.0.indicator.0.computed", "unknown_value"),
        ('\nbasis = "unverified"', '\nbasis = "sure"', "aim.0.indicator.4.basis", "unknown_value"),
        ('as_of = "2025-05"', 'as_of = "May 2025"', "aim.0.indicator.3.as_of", "malformed_value"),
        ("amount = 3200000", "amount = -1", "aim.0.indicator.3.amount", "out_of_bounds"),
        ("decimals = 1", "decimals = 9", "aim.3.indicator.3.decimals", "out_of_bounds"),
        ("shown = true\n", "", "aim.0.indicator", "wrong_shown"),
        (
            'computed = "people"',
            'computed = "people"\namount = 5',
            "aim.0.indicator.2.amount",
            "unknown_key",
        ),
    ],
)
def test_a_fault_of_the_aims_is_named(
    tmp_path: Path, old: str, new: str, key: str, code: str
) -> None:
    assert (key, code) in faults(tmp_path, aims, old, new)


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ('read = "title"', 'read = "wholly"', "document.2.read", "unknown_value"),
        ('code = "measures"', 'code = "opinions"', "document", "code_taken"),
        ('issuer_en = "Chengdu municipal government"\n', "", "document.0.issuer_en", "missing_key"),
    ],
)
def test_a_fault_of_the_documents_is_named(
    tmp_path: Path, old: str, new: str, key: str, code: str
) -> None:
    assert (key, code) in faults(tmp_path, governing, old, new)


@pytest.mark.parametrize(
    ("old", "new", "key", "code"),
    [
        ("inset = [510104,", 'inset = ["510104",', "map.inset", "wrong_type"),
        ("[10406500, 3056500]", "[104, 91000000]", "zone.0.place_e5", "out_of_bounds"),
        ("[10406500, 3056500]", "[104.065, 30.565]", "zone.0.place_e5", "wrong_type"),
    ],
)
def test_a_fault_of_the_map_is_named(
    tmp_path: Path, old: str, new: str, key: str, code: str
) -> None:
    assert (key, code) in faults(tmp_path, sketch, old, new)


def test_the_check_of_all_content_reads_these_files_too(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    path = content / "chengdu" / "aims.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('\nbasis = "published"', '\nbasis = "heard"', 1), encoding="utf-8")
    answer = CliRunner().invoke(build("content"), ["content", "check", str(content), "--json"])
    assert answer.exit_code == 2
    assert "aim.0.indicator.3.basis" in answer.output
