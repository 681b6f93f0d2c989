"""What the city chose for its registry: its file, and what is wrong with another."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tanhui.config.settings import checkout_root
from tanhui.methodology.problems import ContentRefused
from tanhui.registry.terms import check_content, city_terms, read_terms

CONTENT = checkout_root() / "content"


def test_the_citys_terms_are_read_from_its_file() -> None:
    terms = city_terms(CONTENT)
    assert terms.undo == timedelta(minutes=30)
    assert terms.name_zh
    assert terms.name_en
    assert not check_content(CONTENT)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("undo_minutes = 30", "undo_minutes = 1441", "undo_minutes"),
        ("undo_minutes = 30", "undo_minutes = -1", "undo_minutes"),
        ("undo_minutes = 30", "undo_hours = 30", "undo_hours"),
        ('basis = "assumed"', 'basis = "hearsay"', "basis"),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    city = tmp_path / "elsewhere"
    city.mkdir()
    text = (CONTENT / "chengdu" / "registry.toml").read_text(encoding="utf-8")
    path = city / "registry.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentRefused):
        read_terms(path)
    assert any(key in str(problem) for problem in check_content(tmp_path))
