"""Who may do what: what is not written down is denied, to everyone."""

from __future__ import annotations

import pytest

from tanhui.governance.permissions import PERMISSIONS, is_allowed, require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden
from tests.cast import BIKE_DESK, CITIZEN, OPERATOR

NOBODY = Actor("nobody", frozenset())


@pytest.mark.parametrize(
    ("actor", "permission", "allowed"),
    [
        (OPERATOR, "partner.register", True),
        (BIKE_DESK, "partner.register", False),
        (BIKE_DESK, "partner.bind_riders", True),
        (BIKE_DESK, "behaviours.record_batch", True),
        (BIKE_DESK, "behaviours.assign_riders", False),
        (CITIZEN, "behaviours.record_batch", False),
        (CITIZEN, "partner.bind_riders", False),
    ],
)
def test_the_table_decides(actor: Actor, permission: str, allowed: bool) -> None:
    assert is_allowed(actor, permission) is allowed


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_nobody_without_a_role_may_do_anything(permission: str) -> None:
    assert not is_allowed(NOBODY, permission)
    with pytest.raises(Forbidden) as refused:
        require(NOBODY, permission)
    assert refused.value.code == "not_permitted"
    assert "nobody" in refused.value.en
    assert permission in refused.value.zh


@pytest.mark.parametrize("unwritten", ["", "partner", "partner.*", "PARTNER.REGISTER", "books"])
def test_what_is_not_in_the_table_is_denied_to_everyone(unwritten: str) -> None:
    everything = Actor("everything", frozenset().union(*PERMISSIONS.values()))
    with pytest.raises(Forbidden):
        require(everything, unwritten)
