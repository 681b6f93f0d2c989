"""What an owner might earn: by enquiry prices with their day and source, rounded down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanhui.methodology.problems import ContentRefused
from tanhui.projects import report_rules
from tanhui.projects.income import city_prices, estimates, read_prices
from tests.house.tree import ROOT

GOOD = """
[prices]
about_zh = "估算。"
about_en = "An estimate."

[[price]]
name = "one"
zh = "一"
en = "One"
fen_per_tonne = 8000
day = 2026-01-01
status = "assumed"
source_zh = "设定"
source_en = "Assumed"
"""


def test_kilograms_times_each_price_in_whole_fen_rounded_down() -> None:
    prices = city_prices(ROOT / "content")
    told = {one.price.name: one.fen for one in estimates(3_117_356, prices)}
    assert told == {"furnace-2021": 4_333_124, "pidu-2022": 13_395_278, "listing": 24_938_848}
    assert [one.fen for one in estimates(1, prices)] == [8, 4, 1]
    assert prices.about.zh.startswith("按询价估算")
    # Nothing here is a trade, and each says where it is from and how sure it is.
    assert all(row.source.zh and row.status == "unverified" for row in prices.rows)
    assert [row.day for row in prices.rows] == sorted((r.day for r in prices.rows), reverse=True)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (GOOD.replace("8000", "0"), "wrong_value"),
        (GOOD.replace("8000", '"80"'), "wrong_type"),
        (GOOD.replace("source_en", "source"), "missing_key"),
        (GOOD.replace('status = "assumed"', 'status = "sure"'), "unknown_value"),
        (GOOD + GOOD.partition("[[price]]")[2].join(["[[price]]", ""]), "name_taken"),
    ],
)
def test_a_faulty_file_is_refused_at_its_key(tmp_path: Path, written: str, code: str) -> None:
    place = tmp_path / "city" / "enquiry-prices.toml"
    place.parent.mkdir()
    place.write_text(written, encoding="utf-8")
    with pytest.raises(ContentRefused) as caught:
        read_prices(place)
    assert code in {problem.code for problem in caught.value.problems}
    assert [p.code for p in report_rules.check_content(tmp_path)] == [
        p.code for p in caught.value.problems
    ]


def test_a_city_without_prices_estimates_nothing(tmp_path: Path) -> None:
    assert estimates(1_000, city_prices(tmp_path)) == []


def test_the_rules_of_reports_are_checked_like_any_content(tmp_path: Path) -> None:
    place = tmp_path / "city" / "monitoring.toml"
    place.parent.mkdir()
    text = (ROOT / "content" / "chengdu" / "monitoring.toml").read_text(encoding="utf-8")
    wrong = text.replace("answer_working_days = 10", "answer_working_days = 0")
    place.write_text(wrong.replace('"gaps"', '"boundary"'), encoding="utf-8")
    found = {problem.code for problem in report_rules.check_content(tmp_path)}
    assert found == {"wrong_value", "name_taken"}
    place.write_text(text, encoding="utf-8")
    assert report_rules.check_content(tmp_path) == []
