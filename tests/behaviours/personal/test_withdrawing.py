"""Who withdraws a consent is spared by the partner's next delivery, row by row; nobody else is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.identity.consents.commands import give, withdraw
from tanhui.kernel.actors import Actor, Assurance
from tanhui.partners.arrivals import KEYS
from tanhui.partners.queries import rider_book
from tests.api.sending import open_desk, recent_ride
from tests.behaviours.telling import JULY, City, told
from tests.cast import BIKE, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
STEPS = {"mode": "walking", "distance_m": None, "steps": 9_000, "minutes": 24 * 60}


def citizen(person_id: int) -> Actor:
    return Actor(f"person:{person_id}", frozenset({"citizen"}), person_id, None, Assurance.PHONE)


def of_lin(city: City, purpose: str) -> dict[str, object]:
    partner = {"partner_id": city.seated.partner_id} if purpose == "records" else {}
    return {"actor": citizen(city.seated.lin), "purpose": purpose, "at": JULY, **partner}


@pytest.mark.parametrize("purpose", ["records", "location"])
def test_a_file_is_refused_row_by_row_until_consent_is_given_again(
    city: City, purpose: str
) -> None:
    withdraw(**of_lin(city, purpose))  # type: ignore[arg-type]
    rides = [ride("JC1", started_at=EIGHT), ride("JZ1", started_at=EIGHT, rider=ZHOU_RIDER)]
    result = city.tell(BIKE, *rides)
    assert (result.recorded, result.refused) == (1, {"consent_withdrawn": 1})
    assert told(result) == {1: "consent_withdrawn"}
    give(**of_lin(city, purpose))  # type: ignore[arg-type]
    result = city.tell(BIKE, *rides, ride("JC2", started_at=EIGHT + timedelta(hours=1)))
    assert (result.recorded, result.exists, result.refused) == (2, 1, {})


def test_the_records_of_one_partner_are_refused_and_those_of_another_are_not(city: City) -> None:
    city.partner("TIANFU")
    withdraw(**of_lin(city, "records"))  # type: ignore[arg-type]
    assert city.tell(BIKE, ride("JC1", started_at=EIGHT)).refused == {"consent_withdrawn": 1}
    assert city.tell("TIANFU", ride("TF1", started_at=EIGHT)).recorded == 1


def test_without_whereabouts_a_days_count_still_counts(city: City) -> None:
    withdraw(**of_lin(city, "location"))  # type: ignore[arg-type]
    day = JULY.replace(hour=0) - timedelta(days=1)
    walked = ride("W1", started_at=day, **STEPS)
    result = city.tell(BIKE, walked, ride("JC1", started_at=EIGHT))
    assert (result.recorded, result.refused) == (1, {"consent_withdrawn": 1})


def test_the_rider_book_says_who_refuses(city: City) -> None:
    withdraw(**of_lin(city, "records"))  # type: ignore[arg-type]
    book = rider_book(city.seated.partner_id)
    assert (book.no_records.tolist(), book.no_journeys.tolist()) == ([city.seated.lin], [])


def test_a_batch_is_refused_row_by_row(city: City) -> None:
    KEYS.forget()
    forget_prepared()
    desk = open_desk(city.seated)
    withdraw(**{**of_lin(city, "records"), "at": timezone.now()})  # type: ignore[arg-type]
    rides = [recent_ride("JC1"), recent_ride("JZ1", rider=ZHOU_RIDER)]
    assert desk.send(rides).results == ["refused:consent_withdrawn", "recorded"]
    give(**{**of_lin(city, "records"), "at": timezone.now()})  # type: ignore[arg-type]
    assert desk.send(rides).results == ["recorded", "exists"]
