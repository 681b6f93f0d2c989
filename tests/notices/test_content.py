"""The city's notices: every fault of a template is named, and quiet hours may pass midnight."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from shutil import copytree

import pytest
from django.conf import settings

from tanhui.kernel.periods import CITY_ZONE
from tanhui.notices import content
from tanhui.notices.template import sms_operator_text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the city's notices, to be spoilt."""
    city = settings.TANHUI.content_root / "chengdu"
    copytree(city / "notices", tmp_path / "chengdu" / "notices")
    (tmp_path / "chengdu" / "notices.toml").write_text((city / "notices.toml").read_text())
    return tmp_path


def codes(root: Path) -> set[str]:
    """What is wrong."""
    return {problem.code for problem in content.check_content(root)}


def spoil(root: Path, name: str, old: str, new: str) -> None:
    """Changes a file."""
    path = root / "chengdu" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_city_has_every_template_and_each_example_holds(root: Path) -> None:
    assert content.check_content(root) == []
    assert set(content.templates_of(settings.TANHUI.content_root)) == set(content.KNOWN)
    assert {entry.kind for entry in content.list_content(root)} == {"notice"}


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("notices/expiry-7.toml", 'points = "number"', 'points = "float"', "unknown_value"),
        ("notices/expiry-7.toml", "{points} 积分", "{point} 积分", "unknown_field"),
        ("notices/expiry-7.toml", "{points} 积分", "{points 积分", "braces_wrong"),
        ("notices/expiry-7.toml", "86 points expire", "87 points expire", "example_differs"),
        ("notices/expiry-7.toml", 'date = "2026-12-31"', 'day = "x"', "notice_facts_wrong"),
        ("notices/expiry-7.toml", '"thing1"', '"song1"', "malformed_value"),
        ("notices/drop-won.toml", '"phrase2"\nzh = "抽到了"', '"phrase2"\nzh = "恭喜你抽到了"',
         "notice_field_unfit"),
        ("notices/drop-won.toml", "抽签结果：抽到了", "抽" * 50, "sms_too_long"),
        ("notices/drop-won.toml", 'purpose = "drops"', 'purpose = "luck"', "unknown_purpose"),
        ("notices/drop-won.toml", 'id = "drop-won"', 'id = "drop-lost"', "notice_told_twice"),
        ("notices/drop-won.toml", 'id = "drop-won"', 'id = "hello"', "unknown_value"),
        ("notices/drop-won.toml", "[sms]", 'loud = true\n[sms]', "unknown_key"),
        ("notices.toml", "[1, 5, 30, 120, 720]", "[5, 1]", "back_off_wrong"),
        ("notices.toml", 'begins = "22:00"', 'begins = "25:00"', "malformed_value"),
        ("notices.toml", "per_week_max = 2", "per_week_max = 0", "not_positive"),
    ],
)  # fmt: skip
def test_a_fault_is_named(root: Path, name: str, old: str, new: str, code: str) -> None:
    spoil(root, name, old, new)
    assert code in codes(root)


def test_a_template_that_is_missing_is_named(root: Path) -> None:
    (root / "chengdu" / "notices" / "drop-won.toml").unlink()
    assert codes(root) == {"notice_missing"}


def test_quiet_hours_pass_midnight_or_do_not() -> None:
    terms = content.terms_of(settings.TANHUI.content_root)

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=CITY_ZONE)

    assert [terms.is_quiet(at(23, hour)) for hour in (7, 8, 21, 22, 0)] == [
        True, False, False, True, True,
    ]  # fmt: skip
    assert terms.not_before(at(23, 12)) == at(23, 12)
    assert terms.not_before(at(23, 23)) == at(24, 8)
    assert terms.not_before(at(23, 3)) == at(23, 8)


def test_the_operator_of_texts_is_given_numbered_places() -> None:
    assert sms_operator_text("{points} 积分 {date}到期") == "{1} 积分 {2}到期"
