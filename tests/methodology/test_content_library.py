"""The library: which version answers, and when none does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.library import Library
from tanhui.methodology.problems import ContentRefused
from tanhui.methodology.publishing import lock_problems

BIKE = "chengdu/methodologies/citizen/travel/shared-bike.toml"


def _add_version(root: Path, version: str, valid: str, status: str = "published") -> None:
    text = (root / BIKE).read_text(encoding="utf-8")
    text = text.replace('version = "1.0.0"', f'version = "{version}"')
    text = text.replace("valid = { from = 2020-01-01 }", f"valid = {{ {valid} }}")
    text = text.replace('status = "published"', f'status = "{status}"')
    (root / BIKE).with_name(f"shared-bike-{version}.toml").write_text(text, encoding="utf-8")


def test_the_latest_published_version_in_force_answers(world: Path) -> None:
    _add_version(world, "1.2.0", "from = 2024-01-01")
    _add_version(world, "1.10.0", "from = 2025-01-01")
    _add_version(world, "2.0.0", "from = 2025-01-01", "draft")
    library = Library.load(world)
    answers = {
        day: library.methodology("shared-bike.chengdu", on=date.fromisoformat(day)).version
        for day in ("2020-01-01", "2023-12-31", "2024-01-01", "2026-01-01")
    }
    assert list(answers.values()) == ["1.0.0", "1.0.0", "1.2.0", "1.10.0"]
    assert library.referenced("shared-bike.chengdu@2.0.0").status == "draft"
    assert [entry.version for entry in library.listing() if entry.id == "shared-bike.chengdu"] == [
        "1.0.0",
        "1.2.0",
        "1.10.0",
        "2.0.0",
    ]


@pytest.mark.parametrize(
    ("id", "version", "on", "code"),
    [
        ("nobody", None, None, "no_such_methodology"),
        ("shared-bike.chengdu", "3.0.0", None, "no_such_version"),
        ("shared-bike.chengdu", None, date(2019, 12, 31), "no_methodology_in_force"),
        ("shared-bike.chengdu", "1.0.0", date(2019, 12, 31), "no_methodology_in_force"),
    ],
)
def test_what_is_not_there_is_refused(
    library: Library, id: str, version: str | None, on: date | None, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        library.methodology(id, version, on=on)
    assert refused.value.code == code


def test_a_draft_answers_only_by_its_version(world: Path) -> None:
    path = world / BIKE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('status = "published"', 'status = "draft"'), encoding="utf-8")
    library = Library.load(world)
    assert library.methodology("shared-bike.chengdu", "1.0.0").status == "draft"
    with pytest.raises(Refusal) as refused:
        library.methodology("shared-bike.chengdu")
    assert refused.value.code == "not_published"


def test_a_methodology_names_itself(library: Library) -> None:
    methodology = library.methodology("shared-bike.chengdu", on=date(2021, 2, 3))
    assert methodology.reference == "shared-bike.chengdu@1.0.0"
    assert methodology.title_zh == "共享单车骑行减排量"
    assert methodology.title_en == "Reduction from riding a shared bike"
    assert [item.column for item in methodology.inputs] == ["distance_m"]


def test_factor_rows_keep_their_provenance(library: Library) -> None:
    row = library.factors.row("beh.sharedbike.hello")
    assert (row.status, row.region, row.year) == ("published", "CN", 2022)
    assert row.address.startswith("http")
    assert len(library.factors) >= 2


def test_a_broken_file_stops_the_library_and_names_itself(world: Path) -> None:
    (world / BIKE).write_text("x = 1", encoding="utf-8")
    with pytest.raises(ContentRefused) as refused:
        Library.load(world)
    assert len(refused.value.problems) > 5
    assert "shared-bike.toml" in refused.value.text("en")
    assert "另有" in refused.value.text("zh")


@pytest.mark.parametrize("text", ["[", "methodology = 1"])
def test_a_lock_that_cannot_be_read_is_a_fault(world: Path, text: str) -> None:
    (world / "published.lock").write_text(text, encoding="utf-8")
    assert [problem.code for problem in lock_problems(world, "methodology", {})] == [
        "unreadable_lock"
    ]
