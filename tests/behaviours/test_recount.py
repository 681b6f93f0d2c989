"""The recount finds whatever its owner would do to the books behind everyone's back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tanhui.behaviours.recount import recount
from tanhui.ledger.queries import recount as recount_ledger
from tests.behaviours.telling import City
from tests.cast import NOW, ZHOU_RIDER, ride

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


def test_empty_books_match(city: City) -> None:
    del city
    assert recount().matches
    assert recount().deeds == 0
