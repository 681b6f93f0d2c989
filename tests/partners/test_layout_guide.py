"""The pages that teach layouts are true: their example runs, and they name every key."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tanhui.partners import form, layouts
from tanhui.partners.layouts import read_layout
from tests.house.test_words import blocks
from tests.house.tree import ROOT
from tests.partners.reading import MODES, read

PAGES = {
    "en": ROOT / "docs" / "layouts.md",
    "zh": ROOT / "docs" / "layouts.zh-CN.md",
}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    """One of the two pages."""
    return PAGES[request.param].read_text(encoding="utf-8")


def test_the_example_becomes_what_the_page_says(tmp_path: Path, page: str) -> None:
    told = re.findall(r"^\| (A-\d) \| (?:(\d+) m.*([AB])|`(\w+)`)", page, re.M)
    (tmp_path / "jincheng-bikes.toml").write_text(blocks(page, "toml")[0], encoding="utf-8")
    (tmp_path / "trips.csv").write_text(blocks(page, "csv")[0], encoding="utf-8")
    layout = read_layout(tmp_path / "jincheng-bikes.toml")
    trips = read(tmp_path / "trips.csv", layout, modes=MODES)
    columns = ("reference", "amount", "grade", "refused")
    found = [
        (reference, "", "", refused) if refused else (reference, str(amount), "AB"[grade], "")
        for reference, amount, grade, refused in trips.select(columns).iter_rows()
    ]
    assert len(told) == 5
    assert found == [
        (name, amount, re.sub("[^AB]", "", grade), code) for name, amount, grade, code in told
    ]


def _keys_that_are_read() -> set[str]:
    """Every key that the layout's reader asks a file for, out of its own source."""
    source = inspect.getsource(layouts)
    return set(re.findall(r"\.(?:text|texts|has|table|texts_by_name)\(\s*\"(\w+)\"", source))


def test_every_key_and_field_is_explained(page: str) -> None:
    explained = set(re.findall(r"`\[?([\w.]+)\]?`", page))
    keys = _keys_that_are_read()
    assert len(keys) > 25
    missing = {*keys, *form.FIELDS, *form.DISTANCE_UNITS, *form.ENERGY_UNITS} - explained
    assert missing <= {"layout", "words", "date", "time"}
    for word in (*form.PERIODS, *form.HEADERS, *form.ENCODINGS, *form.COORDINATES):
        assert f"`{word}`" in page


def test_both_pages_show_the_same() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in PAGES.values())
    for kind in ("sh", "csv", "toml"):
        assert blocks(english, kind) == blocks(chinese, kind)
    assert english.count("\n| ") == chinese.count("\n| ")
    assert english.count("\n#") == chinese.count("\n#")
