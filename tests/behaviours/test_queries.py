"""What a citizen is told of their deeds, down to numbers that anyone can recompute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from tanhui.behaviours.keys import behaviour_key
from tanhui.behaviours.queries import home, latest_started_at, statement, why
from tanhui.behaviours.rows import BehaviourRow, WhyCard
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import NotFound
from tanhui.ledger.queries import transfer
from tests.behaviours.telling import City
from tests.cast import BIKE, NOW, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

MORNING = datetime(2026, 3, 20, 8, tzinfo=CITY_ZONE)
TODAY = date(2026, 3, 20)


def _rows(city: City) -> tuple[BehaviourRow, ...]:
    return statement(citizen_id=city.seated.lin, month=None, at=NOW).rows


def _by_hand(card: WhyCard) -> None:
    """Recomputes a card from what it shows: metres times factor, rounded down, capped."""
    row = card.row
    factor = next(step for step in card.explanation.steps if step.role == "factor")
    assert factor.factor is not None
    # Grams for a kilometre are milligrams for a metre.
    exact = row.amount * Fraction(factor.value)
    assert row.reduction_mg == card.explanation.result == exact.numerator // exact.denominator
    tariff = card.points.tariff
    assert row.points_uncapped == row.reduction_mg // tariff.mg_per_point
    room = max(0, tariff.points_per_day_max - card.points.used_before)
    assert row.points == min(row.points_uncapped, room)
    assert card.points.capped is (row.points < row.points_uncapped)
    formula = next(step for step in card.explanation.steps if step.role == "formula")
    assert Fraction(formula.value) * 1_000 == exact


def test_why_a_ride_brought_what_it_brought(city: City) -> None:
    city.ingest([ride("JC1", started_at=MORNING)])
    row = _rows(city)[0]
    card = why(citizen_id=city.seated.lin, key=row.key)
    _by_hand(card)
    assert (row.amount, row.reduction_mg, row.points_uncapped, row.points) == (
        2_431,
        118_389,
        11,
        11,
    )
    formula = next(step for step in card.explanation.steps if step.role == "formula")
    assert formula.substituted == "2.431 × 48.70 = 118.3897"
    # 2,431 m in 12 minutes are 12,155 m an hour.
    assert (card.per_hour, card.per_hour_max) == (12_155, 30_000)
    assert card.methodology == "shared-bike.chengdu@1.0.0"
    assert card.methodology_digest == card.explanation.methodology_digest
    assert card.tariff == card.points.tariff.reference == "points.shared-bike@1.0.0"
    assert card.tariff_digest == card.points.tariff.digest
    amounts = [found.amount for found in map(transfer, card.posting_ids) if found]
    assert amounts == [11, 118_389]


def test_why_a_ride_on_a_full_day_brought_less(city: City) -> None:
    city.ingest([ride(f"JC{n}", started_at=MORNING + timedelta(hours=n)) for n in range(3)])
    city.ingest([ride("JC3", started_at=MORNING.replace(hour=7))])
    cards = [why(citizen_id=city.seated.lin, key=row.key) for row in _rows(city)]
    told = [(card.points.used_before, card.row.points, card.points.capped) for card in cards]
    # Newest first: ten, nine and eight o'clock, and the one of seven that came in later.
    assert told == [(22, 8, True), (11, 11, False), (0, 11, False), (30, 0, True)]
    for card in cards:
        _by_hand(card)
    # What was not paid has no posting of points to show.
    assert [len(card.posting_ids) for card in cards] == [2, 2, 2, 1]


def test_deeds_begun_at_one_instant_share_the_room_as_they_tell(city: City) -> None:
    """Nobody rides two bicycles at once, but a car owner may charge two cars."""
    charge = {"mode": "nev_kwh", "distance_m": None, "energy_wh": 1_900, "started_at": MORNING}
    city.ingest([ride(reference, **charge) for reference in ("EV1", "EV2", "EV3", "EV4")])
    cards = [why(citizen_id=city.seated.lin, key=row.key) for row in _rows(city)]
    assert {card.row.points_uncapped for card in cards} == {8}
    assert sorted((card.points.used_before, card.row.points) for card in cards) == [
        (0, 8),
        (8, 8),
        (16, 4),
        (20, 0),
    ]
    assert [card.points.used_in_all for card in cards] == [
        card.points.used_before for card in cards
    ]


def test_a_metre_earns_what_is_left_after_rounding_down(city: City) -> None:
    city.ingest(
        [ride("JC1", distance_m=1), ride("JC2", started_at=MORNING.replace(hour=9), distance_m=0.4)]
    )
    cards = [why(citizen_id=city.seated.lin, key=row.key) for row in _rows(city)]
    assert sorted(card.row.reduction_mg for card in cards) == [0, 48]
    for card in cards:
        _by_hand(card)
    assert sorted(len(card.posting_ids) for card in cards) == [0, 1]


def test_a_deed_of_another_citizen_is_not_found(city: City) -> None:
    city.ingest([ride("JC1", started_at=MORNING)])
    key = _rows(city)[0].key
    with pytest.raises(NotFound) as refused:
        why(citizen_id=city.seated.zhou, key=key)
    assert refused.value.code == "no_such_behaviour"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "-",
        "--",
        "1-2",
        "1-2-3",
        "x-1-1",
        "1-1-1-1",
        "-1-1-1",
        "1-1-1\n",
        "１-１-１",
        "f" * 14 + "-1-1",
        "f" * 15 + "-1-1",
        "1-80000000-1",
        "1-ffffffff-1",
        "1-1-" + "f" * 16,
        "1-1-" + "f" * 17,
        "1-1-'; DROP TABLE behaviours_chunk; --",
    ],
)
def test_a_key_that_names_nothing_is_not_found(city: City, key: str) -> None:
    with pytest.raises(NotFound) as refused:
        why(citizen_id=city.seated.lin, key=key)
    assert refused.value.code == "no_such_behaviour"


def test_each_key_leads_to_its_own_deed(city: City) -> None:
    city.ingest([ride(f"JC{n}", started_at=MORNING + timedelta(microseconds=n)) for n in range(8)])
    rows = _rows(city)
    assert len({row.key for row in rows}) == 8
    for row in rows:
        assert why(citizen_id=city.seated.lin, key=row.key).row == row
    assert behaviour_key(datetime(1970, 1, 1, tzinfo=UTC), 1, -1) == "0-1-ffffffffffffffff"


def test_home_shows_today_the_week_and_the_sources(city: City) -> None:
    begun = MORNING - timedelta(days=7)
    city.ingest([ride(f"JC{n}", started_at=begun + timedelta(days=n)) for n in range(8)])
    city.ingest([ride("JC9", started_at=MORNING.replace(hour=11), distance_m=4_107)])
    shown = home(citizen_id=city.seated.lin, at=NOW)
    assert (shown.today.day, shown.today.behaviours) == (TODAY, 2)
    assert (shown.today.points, shown.today.reduction_mg) == (30, 118_389 + 200_010)
    assert [day.day for day in shown.week] == [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
    assert [day.behaviours for day in shown.week] == [1, 1, 1, 1, 1, 1, 2]
    assert [row.amount for row in shown.latest] == [4_107] + [2_431] * 8
    assert [row.started_at for row in shown.latest] == sorted(
        (row.started_at for row in shown.latest), reverse=True
    )
    (source,) = shown.sources
    assert (source.partner_code, source.name_zh, source.scene) == (BIKE, "锦城单车", "shared-bike")
    assert source.last_recorded_at == NOW
    assert source.counts == (1, 1, 1, 1, 1, 1, 2)


def test_home_of_one_who_has_not_ridden(city: City) -> None:
    shown = home(citizen_id=city.seated.zhou, at=NOW)
    assert (shown.today.behaviours, shown.today.points, shown.latest) == (0, 0, ())
    assert [day.behaviours for day in shown.week] == [0] * 7
    # The source is there from the day it was bound, with nothing brought yet.
    assert [(s.last_recorded_at, s.counts) for s in shown.sources] == [(None, (0,) * 7)]
    nobody = home(citizen_id=987_654, at=NOW)
    assert nobody.sources == ()


def test_today_begins_at_midnight_of_the_city(city: City) -> None:
    city.ingest([ride("JC1", started_at=MORNING)])
    midnight = datetime(2026, 3, 21, tzinfo=CITY_ZONE)
    before = home(citizen_id=city.seated.lin, at=midnight - timedelta(microseconds=1))
    after = home(citizen_id=city.seated.lin, at=midnight)
    assert (before.today.behaviours, after.today.behaviours) == (1, 0)
    assert after.week[-2].behaviours == 1


def test_a_statement_holds_one_month_and_names_the_others(city: City) -> None:
    months = [datetime(2025, 12, 31, 23, 50), datetime(2026, 1, 1, 0, 10), datetime(2026, 3, 1)]  # noqa: DTZ001
    city.ingest(
        [ride(f"JC{n}", started_at=told.replace(tzinfo=CITY_ZONE)) for n, told in enumerate(months)]
    )
    latest = statement(citizen_id=city.seated.lin, month=None, at=NOW)
    assert latest.month == date(2026, 3, 1)
    assert latest.months == (date(2026, 3, 1), date(2026, 1, 1), date(2025, 12, 1))
    old_year = statement(citizen_id=city.seated.lin, month=date(2025, 12, 17), at=NOW)
    assert (old_year.month, len(old_year.rows)) == (date(2025, 12, 1), 1)
    assert [day.day for day in old_year.days] == [date(2025, 12, 31)]
    empty = statement(citizen_id=city.seated.lin, month=date(2026, 2, 1), at=NOW)
    assert (empty.rows, empty.days, len(empty.months)) == ((), (), 3)


def test_a_statement_of_one_who_has_not_ridden_is_this_month(city: City) -> None:
    found = statement(citizen_id=city.seated.zhou, month=None, at=NOW)
    assert (found.month, found.rows, found.days, found.months) == (date(2026, 3, 1), (), (), ())


def test_nobody_sees_the_rides_of_another(city: City) -> None:
    city.ingest(
        [ride("JC1", started_at=MORNING), ride("JC2", started_at=MORNING, rider=ZHOU_RIDER)]
    )
    for citizen in (city.seated.lin, city.seated.zhou):
        rows = statement(citizen_id=citizen, month=None, at=NOW).rows
        assert len(rows) == 1
        assert home(citizen_id=citizen, at=NOW).latest == rows


def test_the_newest_deed_of_a_partner(city: City) -> None:
    partner_id = city.seated.partner_id
    assert latest_started_at(partner_id=partner_id, since=MORNING) is None
    city.ingest([ride("JC1", started_at=MORNING)])
    assert latest_started_at(partner_id=partner_id, since=MORNING) == MORNING
    assert latest_started_at(partner_id=partner_id, since=NOW) is None
    assert latest_started_at(partner_id=partner_id + 1, since=MORNING) is None
