"""What the statement and the why-card tell of a deed: added, held, merged, corrected; by scene."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from pytest_django import DjangoAssertNumQueries

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_overdue
from tanhui.citizen.shown import home_page
from tanhui.kernel.actors import Actor
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.scenes.library import SceneLibrary
from tests.behaviours.telling import refuse_hold
from tests.citizen.city import OPERATOR, City
from tests.citizen.test_scene_pages import text_of
from tests.citizen.travels import Travels, travel

pytestmark = pytest.mark.database

CONTENT = Path(__file__).resolve().parents[2] / "content"
DESK = Actor("operator:desk", frozenset({"operator"}))


@pytest.fixture
def travels(city: City, tmp_path: Path) -> Travels:
    """林晓's day by every way of moving, three days ago."""
    day = city.yesterday - timedelta(days=2)
    return travel(tmp_path, citizen_id=city.lin_xiao, day=day, at=city.at)


def _month(travels: Travels, show: str = "") -> str:
    return f"/m/statement?month={travels.day:%Y-%m}&show={show}"


def test_each_scene_is_told_in_its_own_unit(city: City, travels: Travels) -> None:
    html = text_of(city.client(), _month(travels))
    for part in (
        "12,000\u00a0m",
        "7,250 步",
        "32.5\u00a0kWh · 紧凑型与中型车",
        "10,000\u00a0m · 3 人",
        "25,956.936&nbsp;g",
    ):
        assert part in html, part


def test_a_held_deed_says_why_until_when_and_what_then(city: City, travels: Travels) -> None:
    html = text_of(city.client(), _month(travels, "held"))
    assert html.count('class="st"') == 1
    for part in ("暂缓", "28.5", "自动", "积分不能用"):
        assert part in html, part
    why = text_of(city.client(), f"/m/behaviours/{travels.of('shared-bike', 'held').key}")
    assert "这一条为什么暂缓" in why
    assert "—" in why


def test_a_merged_deed_leads_to_the_one_that_counts(city: City, travels: Travels) -> None:
    html = text_of(city.client(), _month(travels, "merged"))
    assert "与 锦城单车 送来的 21:00 那一程时间重叠，同一段路只计一次。" in html
    paid = travels.of("shared-bike")
    assert f'href="/m/behaviours/{paid.key}"' in html
    why = text_of(city.client(), f"/m/behaviours/{travels.of('shared-bike', 'merged').key}")
    assert "这一条为什么没有另计" in why
    assert "没有积分，所以没有入账" in why


def test_a_voided_deed_says_who_took_what_back(city: City, travels: Travels) -> None:
    html = text_of(city.client(), _month(travels, "voided"))
    assert "运营方说这一程没有发生。" in html
    assert "收回 9 积分。" in html
    why = text_of(city.client(), f"/m/behaviours/{travels.of('metro', 'voided').key}")
    assert "这一条为什么作废" in why
    # What is simply gone is never called corrected: nothing took its place.
    for page in (html, why, text_of(city.client(), f"/m/days/{travels.day}")):
        assert "已作废</span>" in page
        assert "已更正" not in page
        assert "更正：" not in page
    english = text_of(city.client(headers={"accept-language": "en"}), _month(travels, "voided"))
    assert "Voided</span>" in english
    assert "Voided on" in english


@pytest.mark.parametrize("reason", ["corrected", "wrong_measure"])
def test_a_deed_that_was_corrected_is_called_so(city: City, travels: Travels, reason: str) -> None:
    key = travels.of("bus").key
    void_behaviour(actor=OPERATOR, partner_code="BUS", reference="B1", reason=reason, at=city.at)
    why = text_of(city.client(), f"/m/behaviours/{key}")
    assert "已更正</span>" in why
    assert "这一条为什么更正" in why
    assert "作废" not in why


def test_filters_keep_one_state_and_count_each(city: City, travels: Travels) -> None:
    html = text_of(city.client(), _month(travels))
    for word in ("暂缓 1", "已合并 1", "更正与作废 1"):
        assert word in html, word
    recorded = text_of(city.client(), _month(travels, "recorded"))
    assert "已作废</span>" not in recorded
    assert 'aria-current="true">全部' in text_of(city.client(), _month(travels, "nonsense"))


def test_a_hold_that_nobody_decides_counts_and_says_so(city: City, travels: Travels) -> None:
    late = city.at + timedelta(days=8)
    assert release_overdue(at=late) == 1
    html = text_of(city.client(), _month(travels, "recorded"))
    assert "曾暂缓，到期没有结论，已自动计入。" in html


def test_a_hold_that_is_decided_against_tells_the_reason(city: City, travels: Travels) -> None:
    held = open_holds(actor=DESK, at=city.at + timedelta(minutes=1))[0]
    refuse_hold(
        actor=DESK, hold_id=held.id, reason="轨迹在高架快速路上。", at=city.at + timedelta(hours=1)
    )
    html = text_of(city.client(), _month(travels, "reversed"))
    assert "核实后没有计入，不扣分。轨迹在高架快速路上。" in html
    assert "未计入" in html


def test_points_that_wait_are_told_with_their_day(city: City, travels: Travels) -> None:
    first = city.yesterday + timedelta(days=3)
    words = f"最早 {first.month} 月 {first.day} 日起可用"
    assert words in text_of(city.client(), _month(travels))
    assert words in text_of(city.client(), "/m/")


def test_home_names_deeds_of_every_kind(
    city: City, tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    travel(tmp_path, citizen_id=city.lin_xiao, day=city.yesterday, at=city.at)
    client = city.client()
    with django_assert_max_num_queries(10):
        html = text_of(client, "/m/")
    for path in ("/m/scenes", "/m/scenes/metro", "/m/statement"):
        with django_assert_max_num_queries(10):
            text_of(client, path)
    assert "合乘 10.0\u00a0km" in html
    assert "7 家来源" in html
    english = text_of(city.client(headers={"accept-language": "en"}), "/m/")
    assert "10.0\u00a0km sharing a car" in english


def test_home_shows_what_counts_then_what_may_yet(city: City, tmp_path: Path) -> None:
    travel(tmp_path, citizen_id=city.lin_xiao, day=city.yesterday, at=city.at)
    shown = home_page(citizen_id=city.lin_xiao, at=city.at).deeds
    # A merged one is the newest of the day, and a held one is newer than some.
    assert [deed.state for deed in shown] == ["recorded"] * 4
    taken_back = ("BIKE T0001", "BIKE T0002", "METRO M1", "BUS B1", "SHARE C1", "STEPS S1", "EV E1")
    for code, reference in (one.split() for one in taken_back):
        void_behaviour(
            actor=OPERATOR, partner_code=code, reference=reference, reason="not_taken", at=city.at
        )
    shown = home_page(citizen_id=city.lin_xiao, at=city.at).deeds
    assert [deed.state for deed in shown] == ["recorded", "recorded", "held"]
    html = text_of(city.client(), "/m/")
    assert "暂缓" in html
    assert "已合并" not in html


def test_every_scene_has_a_why_card_and_a_file_that_recomputes_it(
    city: City, travels: Travels
) -> None:
    library = SceneLibrary.load(CONTENT)
    client = city.client()
    for scene in ("metro", "bus", "carpool", "nev-kwh", "walking", "shared-bike"):
        key = travels.of(scene).key
        html = text_of(client, f"/m/behaviours/{key}")
        assert f'href="/m/scenes/{scene}"' in html
        assert "所有场景合计每日 100" in html
        told = json.loads(client.get(f"/m/behaviours/{key}/recompute.json").content)
        kernel = compile_kernel(library.methodologies.referenced(told["methodology"]["reference"]))
        assert int(kernel.quantify(pl.DataFrame([told["inputs"]]))[0]) == told["reduction_mg"]
        tariff, limit = told["tariff"], told["limit"]
        uncapped = told["reduction_mg"] * tariff["grade_percent"] // (100 * tariff["mg_per_point"])
        assert uncapped == told["points_uncapped"]
        assert told["points"] == min(
            uncapped,
            max(0, tariff["points_per_day_max"] - tariff["points_used_before"]),
            max(0, limit["per_day_max_in_all"] - limit["points_used_in_all"]),
        )


def test_a_wrong_correction_of_somebody_else_changes_nothing_here(
    city: City, travels: Travels
) -> None:
    before = text_of(city.client(), _month(travels))
    void_behaviour(
        actor=OPERATOR, partner_code="BIKE", reference="T0005", reason="not_taken", at=city.at
    )
    assert text_of(city.client(), _month(travels)).count("已更正") == before.count("已更正")
