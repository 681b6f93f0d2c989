"""Who may do what: what is not written down is denied, to everyone."""

from __future__ import annotations

import re

import pytest

from tanhui.governance import wording
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


def test_every_permission_role_and_group_has_words_in_both_languages() -> None:
    assert set(wording.PERMISSIONS) == set(PERMISSIONS)
    assert set(wording.ROLES) == frozenset().union(*PERMISSIONS.values())
    assert set(wording.GROUPS) == {wording.group_of(one) for one in PERMISSIONS}
    for table in (wording.PERMISSIONS, wording.ROLES, wording.GROUPS):
        for name, words in table.items():
            assert re.search(r"[\u4e00-\u9fff]", words.words_zh), name
            assert re.fullmatch(r"[ -~’]+", words.words_en), name
            assert not words.words_zh.endswith(("。", "."))
            assert not words.words_en.endswith(".")


def test_no_two_permissions_say_the_same() -> None:
    for language in ("words_zh", "words_en"):
        said = [getattr(words, language) for words in wording.PERMISSIONS.values()]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("members.propose", "members.confirm"),
        ("members.propose", "second_factor.reset"),
        ("members.confirm", "audit.read"),
        ("members.propose", "audit.read"),
        ("keys.rotate", "audit.read"),
    ],
)
def test_the_three_admin_duties_exclude_each_other(one: str, other: str) -> None:
    """No desk holds both; the platform's own process is no desk."""
    assert not PERMISSIONS[one] & PERMISSIONS[other] - {"platform"}


def test_the_operator_seats_partners_staff_and_nobody_else() -> None:
    held = {one for one in PERMISSIONS if one.startswith("members.") and is_allowed(OPERATOR, one)}
    assert held == {"members.add_organisation", "members.add_partner", "members.end_partner"}
