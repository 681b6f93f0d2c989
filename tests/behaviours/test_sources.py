"""Sources: fresh, late, missing since when; and which of four hops is broken, for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from tanhui.behaviours.commands import record_file
from tanhui.behaviours.sources import (
    Freshness,
    PartnerFreshness,
    judge_freshness,
    judge_source,
    partner_freshness,
    scenes_of_partner,
    sources_of,
)
from tanhui.partners.commands import register_partner
from tanhui.scenes.library import SceneLibrary
from tests.cast import BIKE, LAYOUT, LIN_RIDER, NOW, OPERATOR, ride, seat, write_rides

CONTENT = Path(__file__).resolve().parents[2] / "content"
HOUR = timedelta(hours=1)
LAST = datetime(2026, 11, 19, 13, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours_later", "state", "since", "days"),
    [
        (0, "fresh", None, 0),
        (24, "fresh", None, 0),
        # Due at 21:04 of the 20th in the city.
        (25, "late", date(2026, 11, 20), 1),
        (48, "late", date(2026, 11, 20), 2),
        (49, "missing", date(2026, 11, 20), 2),
        (96, "missing", date(2026, 11, 20), 4),
    ],
)
def test_a_partner_is_late_once_and_missing_after_that(
    hours_later: int, state: str, since: date | None, days: int
) -> None:
    judged = judge_freshness(
        last=LAST, registered=LAST, expected_hours=24, at=LAST + hours_later * HOUR
    )
    assert judged == (state, LAST + 24 * HOUR, since, days)


def test_a_partner_that_never_sent_owes_from_its_first_day() -> None:
    young = judge_freshness(last=None, registered=LAST, expected_hours=24, at=LAST + HOUR)
    assert young == ("never", LAST + 24 * HOUR, None, 0)
    old = judge_freshness(last=None, registered=LAST, expected_hours=24, at=LAST + 80 * HOUR)
    assert old == ("never", LAST + 24 * HOUR, date(2026, 11, 20), 4)


def _partner(state: str, since: date | None = None) -> PartnerFreshness:
    return PartnerFreshness(
        code="BIKE",
        name_zh="锦城单车",
        name_en="Jincheng Bikes",
        scenes=(),
        expected_hours=24,
        last_received_at=LAST,
        due_at=LAST,
        state=cast(Freshness, state),
        missing_since=since,
        missing_days=0,
    )


@pytest.mark.parametrize(
    ("partner", "since", "bound", "lately", "state", "hops"),
    [
        ("fresh", None, True, 3, "fresh", "ok ok ok ok"),
        ("fresh", None, True, 0, "quiet", "wait ok ok off"),
        ("late", LAST.date(), True, 3, "late", "ok wait ok ok"),
        ("missing", LAST.date(), True, 3, "missing", "off bad ok off"),
        ("never", None, True, 0, "never", "off wait ok off"),
        ("never", LAST.date(), True, 0, "never", "off bad ok off"),
        ("fresh", None, False, 0, "unbound", "off ok bad off"),
        ("missing", LAST.date(), False, 0, "unbound", "off bad bad off"),
    ],
)
def test_the_broken_hop_is_marked(
    partner: str, since: date | None, bound: bool, lately: int, state: str, hops: str
) -> None:
    found, four = judge_source(_partner(partner, since), bound=bound, lately=lately)
    assert (found, " ".join(hop.state for hop in four)) == (state, hops)
    assert [hop.code for hop in four] == ["journey", "operator", "binding", "books"]


def test_a_partner_brings_the_scenes_of_its_modes_or_the_one_it_named() -> None:
    library = SceneLibrary.load(CONTENT)

    def codes(scene: str, modes: list[str]) -> list[str]:
        return [found.code for found in scenes_of_partner(library, scene, modes)]

    assert codes("nev", ["nev_km", "nev_kwh"]) == ["nev-km", "nev-kwh"]
    assert codes("metro", []) == ["metro"]
    assert codes("nev", []) == []


@pytest.mark.database
@pytest.mark.django_db
def test_a_citizen_sees_own_deeds_days_and_what_is_not_connected(tmp_path: Path) -> None:
    seated = seat()
    register_partner(
        actor=OPERATOR,
        code="METRO",
        name_zh="成都地铁",
        name_en="Chengdu Metro",
        scene="metro",
        modes=("metro",),
        expected_hours=48,
        simulated=True,
        at=NOW,
    )
    path = write_rides(
        tmp_path / "rides.ndjson",
        [
            ride("R1", rider=LIN_RIDER),
            ride("R2", started_at=NOW - timedelta(hours=2), rider=LIN_RIDER),
            ride("R3", started_at=NOW - timedelta(days=2), rider=LIN_RIDER),
        ],
    )
    record_file(actor=OPERATOR, partner_code=BIKE, path=path, layout_name=LAYOUT, at=NOW)
    bike, metro = sources_of(citizen_id=seated.lin, at=NOW + HOUR)
    assert (bike.state, bike.bound, bike.broken) == ("fresh", True, False)
    assert bike.counts == (0, 0, 0, 0, 1, 0, 2)
    assert bike.last_own_at == NOW
    assert (metro.state, metro.bound, metro.broken) == ("unbound", False, True)
    assert metro.partner.expected_hours == 48
    # Four days later the file is missing for everybody, and 周师傅 had none of his own.
    later = NOW + timedelta(days=4)
    bike = sources_of(citizen_id=seated.lin, at=later)[0]
    assert (bike.state, bike.partner.missing_since) == ("missing", (NOW + 24 * HOUR).date())
    assert sources_of(citizen_id=seated.zhou, at=NOW + HOUR)[0].state == "quiet"


@pytest.mark.database
@pytest.mark.django_db
def test_freshness_names_every_partner_and_nobody_else(tmp_path: Path) -> None:
    seat()
    path = write_rides(tmp_path / "rides.ndjson", [ride("R1")])
    record_file(actor=OPERATOR, partner_code=BIKE, path=path, layout_name=LAYOUT, at=NOW)
    # What citizens declare themselves is no partner that could be late.
    register_partner(
        actor=OPERATOR,
        code="SELF",
        name_zh="自行申报",
        name_en="Own declarations",
        scene="",
        simulated=True,
        at=NOW,
    )
    [bike] = partner_freshness(at=NOW + 30 * HOUR)
    assert (bike.code, bike.state, bike.missing_days) == (BIKE, "late", 1)
    assert bike.last_received_at == NOW
    assert not bike.on_time


@pytest.mark.database
@pytest.mark.django_db
def test_a_delivery_refused_to_the_last_row_ends_no_silence(tmp_path: Path) -> None:
    seat()
    strange = write_rides(tmp_path / "strange.ndjson", [ride("R1", distance_m=-5)])
    refused = record_file(
        actor=OPERATOR, partner_code=BIKE, path=strange, layout_name=LAYOUT, at=NOW
    )
    assert (refused.rows, refused.recorded) == (1, 0)
    [bike] = partner_freshness(at=NOW + HOUR)
    assert (bike.state, bike.last_received_at) == ("never", None)
    path = write_rides(tmp_path / "rides.ndjson", [ride("R2")])
    record_file(actor=OPERATOR, partner_code=BIKE, path=path, layout_name=LAYOUT, at=NOW + HOUR)
    # The same rows again show that the partner sends, though nothing is new.
    for hours, sent in ((2, path), (3, strange)):
        at = NOW + hours * HOUR
        record_file(actor=OPERATOR, partner_code=BIKE, path=sent, layout_name=LAYOUT, at=at)
    [bike] = partner_freshness(at=NOW + 4 * HOUR)
    assert bike.last_received_at == NOW + 2 * HOUR
