"""Codes keep being found when the keys change under them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tanhui.cli.keys import sealed_columns
from tanhui.identity.commands import platform_actor
from tanhui.identity.resealing import reseal, retire_key, rotate_key
from tanhui.rewards.codes import CodesReport, import_codes
from tests.cast import NOW
from tests.path_two import seat_path_two
from tests.rewards import offers
from tests.rewards.offers import METRO, TICKETS

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]


@pytest.fixture(autouse=True)
def _own_ring(tmp_path: Path) -> Iterator[None]:
    """The test changes keys of its own."""
    ring = settings.TANHUI.keys
    before, ring.path = ring.path, tmp_path / "keyring.toml"
    yield
    ring.path = before


def test_a_code_is_a_duplicate_before_and_after_the_older_key_is_gone() -> None:
    cast = seat_path_two()
    code = offers.drafted(cast, METRO, by=TICKETS)

    def brought(*codes: str) -> CodesReport:
        data = "\n".join(codes).encode()
        return import_codes(actor=cast.actor(TICKETS), offer_code=code, data=data, at=NOW)

    assert brought("CD-0001").imported == 1
    platform = platform_actor()
    rotate_key(actor=platform, name="blind", algorithm=None, at=NOW)
    told = brought("CD-0001", "CD-0002")
    assert (told.imported, told.duplicates) == (1, 1)
    assert reseal(actor=platform, columns=sealed_columns(), at=NOW)["rewards_code.code_sealed"] == 2
    founding = next(key for key in settings.TANHUI.keys.listing() if key.name == "blind")
    retire_key(actor=platform, name="blind", key_id=founding.id, at=NOW)
    told = brought("CD-0001", "CD-0002", "CD-0003")
    assert (told.imported, told.duplicates) == (1, 2)
