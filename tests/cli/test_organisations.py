"""The organisations of the demo: registered once, with staff at their desks."""

from __future__ import annotations

import pytest
from tests.cast import NOW, OPERATOR
from tests.path_two import seat_path_two

from tanhui.cli.demo_organisations import ORGANISATIONS, seat_organisations
from tanhui.identity.organisations.queries import organisations


@pytest.mark.django_db
def test_organisations_are_seated_once_and_say_that_they_are_simulated() -> None:
    cast = seat_path_two()
    assert cast.organisations == seat_organisations(actor=OPERATOR, at=NOW)
    found = organisations()
    assert len(found) == len(ORGANISATIONS)
    for one in found.values():
        assert one.simulated
        assert one.name_zh.endswith("（模拟）")
        assert one.name_en.endswith("(simulated)")
    owner, bureau = cast.actor("owner-glass"), cast.actor("regulator-2")
    assert owner.organisation_id == cast.organisation("GLASS")
    assert {"owner"} < owner.roles
    assert bureau.organisation_id is None
    assert cast.actor("verifier").organisation_id != cast.actor("verifier-2").organisation_id
