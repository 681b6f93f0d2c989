"""The recount finds whatever its owner would do to the books behind everyone's back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_hold
from tanhui.behaviours.recount import recount
from tanhui.ledger.queries import recount as recount_ledger
from tests.behaviours.telling import JULY, City, proved, refuse_hold
from tests.cast import BIKE, NOW, OPERATOR, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

# Digests depend on a key that every run makes anew; this deed brought something in each.
ONE = "(SELECT min(reference_digest) FROM behaviours_behaviour WHERE points > 0)"
TAMPERINGS: dict[str, tuple[str, ...]] = {
    "points raised": (
        "UPDATE behaviours_behaviour SET points = points + 1, points_uncapped = points + 1"
        f" WHERE reference_digest = {ONE}",
    ),
    "a reduction lowered": (
        "UPDATE behaviours_behaviour SET reduction_mg = reduction_mg - 1"
        f" WHERE reference_digest = {ONE}",
    ),
    "metres changed": ("UPDATE behaviours_behaviour SET amount = 2 * amount WHERE points > 0",),
    "another rule claimed": ("UPDATE behaviours_rule SET tariff_digest = 'sha256:0'",),
    "a deed deleted": (f"DELETE FROM behaviours_behaviour WHERE reference_digest = {ONE}",),
    "a deed deleted with its reference": (
        f"DELETE FROM behaviours_reference WHERE digest = {ONE}",
        f"DELETE FROM behaviours_behaviour WHERE reference_digest = {ONE}",
    ),
    "a deed of nothing deleted": ("DELETE FROM behaviours_behaviour WHERE reduction_mg = 0",),
    "a deed added": (
        "INSERT INTO behaviours_behaviour SELECT citizen_id, started_at, reference_digest + 1,"
        " ended_at, 0, chunk_id, partner_id, 0, 0, 0, rule_id, scene, grade, detail, state"
        f" FROM behaviours_behaviour WHERE reference_digest = {ONE}",
    ),
    "a deed given to another": (
        "UPDATE behaviours_behaviour SET citizen_id = citizen_id + 1 WHERE points > 0"
        " AND citizen_id = (SELECT min(citizen_id) FROM behaviours_behaviour)",
    ),
    "a deed put into another chunk": (
        "UPDATE behaviours_behaviour SET chunk_id = (SELECT max(id) FROM behaviours_chunk)"
        " WHERE chunk_id = (SELECT min(id) FROM behaviours_chunk) AND points > 0",
    ),
    "a reference deleted": (f"DELETE FROM behaviours_reference WHERE digest = {ONE}",),
    "a reference exchanged": (
        f"UPDATE behaviours_reference SET digest = digest + 1 WHERE digest = {ONE}",
    ),
    "a reference moved to another day": (
        "UPDATE behaviours_reference SET started_at = started_at + interval '1 day'"
        f" WHERE digest = {ONE}",
    ),
    "a posting deleted": (
        "DELETE FROM ledger_transfer WHERE id = (SELECT id FROM ledger_transfer LIMIT 1)",
    ),
    "a posting raised": (
        "UPDATE ledger_transfer SET amount = amount + 1"
        " WHERE id = (SELECT id FROM ledger_transfer LIMIT 1)",
    ),
    "a posting nobody earned": (
        "INSERT INTO ledger_transfer (id, phase, debit_holder_id, debit_kind, credit_holder_id,"
        " credit_kind, amount, reason, recorded_at) SELECT gen_random_uuid(), phase,"
        " debit_holder_id, debit_kind, credit_holder_id, credit_kind, amount, reason, recorded_at"
        " FROM ledger_transfer LIMIT 1",
    ),
    "a chunk that boasts": (
        "UPDATE behaviours_chunk SET points = points + 1"
        " WHERE id = (SELECT min(id) FROM behaviours_chunk)",
    ),
    "a chunk that hides a row": (
        "UPDATE behaviours_chunk SET recorded_count = recorded_count - 1,"
        " exists_count = exists_count + 1 WHERE id = (SELECT min(id) FROM behaviours_chunk)",
    ),
    "a chunk deleted": ("DELETE FROM behaviours_chunk",),
}

KEY = "citizen_id, started_at, partner_id, reference_digest"
# One deed of each state in the eventful books: what became of it is told beside it.
NOTES: dict[str, tuple[str, ...]] = {
    "a hold deleted": (
        "DELETE FROM behaviours_hold_end",
        "DELETE FROM behaviours_hold WHERE points > 0",
    ),
    "an open hold deleted": (
        "DELETE FROM behaviours_hold WHERE id NOT IN (SELECT hold_id FROM behaviours_hold_end)",
    ),
    "a hold of a paid deed": (
        f"INSERT INTO behaviours_hold SELECT gen_random_uuid(), {KEY}, 'car_as_bike', '{{}}',"
        " now(), now() + interval '1 day', 0, 0 FROM behaviours_behaviour WHERE state = 0 LIMIT 1",
    ),
    "a hold of no deed": (
        "INSERT INTO behaviours_hold VALUES (gen_random_uuid(), 1, now(), 1, 1, 'car_as_bike',"
        " '{}', now(), now() + interval '1 day', 0, 0)",
    ),
    "a hold that asks for less": ("UPDATE behaviours_hold SET points = points - 1",),
    "a hold that weighs more": ("UPDATE behaviours_hold SET reduction_mg = reduction_mg + 1",),
    "a hold of another deed": ("UPDATE behaviours_hold SET reference_digest = 7",),
    "a hold under another number": (
        "UPDATE behaviours_hold SET id = gen_random_uuid()"
        " WHERE id NOT IN (SELECT hold_id FROM behaviours_hold_end)",
    ),
    "an end deleted": ("DELETE FROM behaviours_hold_end WHERE outcome = 'released'",),
    "a reversal deleted": ("DELETE FROM behaviours_hold_end WHERE outcome = 'reversed'",),
    "an end added": (
        "INSERT INTO behaviours_hold_end SELECT id, 'released', 'x', 'x', now()"
        " FROM behaviours_hold WHERE id NOT IN (SELECT hold_id FROM behaviours_hold_end)",
    ),
    "a release told as a reversal": (
        "UPDATE behaviours_hold_end SET outcome = 'reversed' WHERE outcome = 'released'",
    ),
    "a reversal told as a release": (
        "UPDATE behaviours_hold_end SET outcome = 'overdue' WHERE outcome = 'reversed'",
    ),
    "a void deleted": ("DELETE FROM behaviours_void",),
    "a void of a paid deed": (
        f"INSERT INTO behaviours_void SELECT {KEY}, 'fraud', 'x', now(), reduction_mg, points, 0"
        " FROM behaviours_behaviour WHERE state = 0 AND reference_digest NOT IN"
        " (SELECT reference_digest FROM behaviours_void) LIMIT 1",
    ),
    "a void of no deed": (
        "INSERT INTO behaviours_void VALUES (1, now(), 1, 1, 'fraud', 'x', now(), 0, 0, 0)",
    ),
    "a void that kept more": (
        "UPDATE behaviours_void SET points = points - 1, points_kept = points_kept + 1",
    ),
    "a void of fewer milligrams": ("UPDATE behaviours_void SET reduction_mg = reduction_mg - 1",),
    "a merge deleted": ("DELETE FROM behaviours_merge",),
    "a merge of a paid deed": (
        f"INSERT INTO behaviours_merge SELECT {KEY}, started_at, partner_id, reference_digest, 1"
        " FROM behaviours_behaviour WHERE state = 0 LIMIT 1",
    ),
    "a merge of no deed": ("INSERT INTO behaviours_merge VALUES (1, now(), 1, 1, now(), 1, 1, 1)",),
    "a merge with no deed": ("UPDATE behaviours_merge SET paid_digest = paid_digest + 1",),
    "a merge with itself": (
        "UPDATE behaviours_merge SET paid_started_at = started_at,"
        " paid_partner_id = partner_id, paid_digest = reference_digest",
    ),
    "a merged deed that is paid": (
        "UPDATE behaviours_behaviour SET state = 0 WHERE state = 1",
        "DELETE FROM behaviours_merge",
    ),
    "a held deed told as paid": (
        "DELETE FROM behaviours_hold_end WHERE outcome = 'released'",
        "DELETE FROM behaviours_hold WHERE id NOT IN (SELECT hold_id FROM behaviours_hold_end)",
        f"UPDATE behaviours_behaviour SET state = 0 WHERE state = 2 AND ({KEY}) NOT IN"
        f" (SELECT {KEY} FROM behaviours_hold)",
    ),
    "another grade": ("UPDATE behaviours_behaviour SET grade = 3 WHERE points > 0",),
    "another scene": ("UPDATE behaviours_behaviour SET scene = 2 WHERE points > 0",),
    "another detail": ("UPDATE behaviours_behaviour SET detail = 1 WHERE scene = 6",),
    "another limit claimed": ("UPDATE behaviours_rule SET city_limit_digest = 'sha256:0'",),
}


@pytest.fixture
def honest(city: City) -> City:
    """Two files of two riders; one ride is of so few metres that it earns nothing."""
    begun = NOW - timedelta(hours=5)
    for first in (0, 4):
        city.ingest(
            [
                *(
                    ride(f"JC{n}", started_at=begun + timedelta(minutes=20 * n))
                    for n in range(first, first + 3)
                ),
                ride(f"JC{first + 3}", rider=ZHOU_RIDER, distance_m=0.5 if first else 900),
            ]
        )
    return city


def test_honest_books_match(honest: City) -> None:
    del honest
    found = recount()
    assert (found.deeds, found.references) == (8, 8)
    assert found.matches
    assert all(asset.matches for asset in recount_ledger())


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found(honest: City, tampering: str) -> None:
    honest.tamper(*TAMPERINGS[tampering])
    assert not recount().matches


@pytest.fixture
def eventful(city: City) -> City:
    """A deed of each kind: paid, merged, held and open, released, reversed, taken back."""
    city.partner("TIANFU")
    eight = JULY.replace(hour=8)
    fast = {"minutes": 10, "distance_m": 4_400}
    city.tell(
        BIKE,
        ride("JC1", started_at=eight),
        ride("JC2", started_at=eight.replace(hour=9)),
        *(
            ride(f"F{hour}", started_at=eight.replace(hour=hour), rider=ZHOU_RIDER, **fast)
            for hour in (5, 6, 7)
        ),
    )
    city.tell("TIANFU", ride("TF1", started_at=eight + timedelta(minutes=2)))
    car = {"mode": "nev_km", "minutes": 1_440, "car_class": "small", "distance_m": 20_000}
    city.tell("TIANFU", ride("K1", started_at=eight.replace(hour=0) - timedelta(days=1), **car))
    first, second, _ = sorted(open_holds(actor=OPERATOR, at=JULY), key=lambda hold: hold.started_at)
    release_hold(actor=OPERATOR, hold_id=first.id, reason="核对无误", at=JULY)
    refuse_hold(actor=OPERATOR, hold_id=second.id, reason="在货车上", at=JULY)
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="JC2", reason="not_taken", at=JULY)
    return city


def test_eventful_books_match(eventful: City) -> None:
    proved(eventful)
    states = eventful.rows("SELECT state, count(*) FROM behaviours_behaviour GROUP BY 1 ORDER BY 1")
    assert states == [(0, 3), (1, 1), (2, 3)]


@pytest.mark.parametrize("tampering", NOTES)
def test_tampering_with_what_became_of_deeds_is_found(eventful: City, tampering: str) -> None:
    eventful.tamper(*NOTES[tampering])
    assert not recount().matches


def test_empty_books_match(city: City) -> None:
    del city
    assert recount().matches
    assert recount().deeds == 0
