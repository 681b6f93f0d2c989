"""Raw SQL against the register: what the application's role, and even the owner, cannot do."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from tanhui.config.database import Database
from tanhui.kernel.refusals import Refusal
from tanhui.ledger import chart
from tanhui.registry import queries
from tanhui.registry.cancelling import (
    close_dispute,
    confirm_cancellation,
    open_dispute,
    propose_cancellation,
    withdraw_cancellation,
)
from tanhui.registry.recount import recount
from tanhui.registry.retiring import undo_retirement
from tanhui.registry.setting_aside import release_set_aside, set_aside
from tests.cast import NOW
from tests.registry.register import Register

pytestmark = [pytest.mark.database]

# Each is tried by the application's role in a register with held, reserved and retired credits.
BY_THE_APPLICATION = {
    "a block of one's own": "INSERT INTO registry_block (serials, account_id, state, issue_id)"
    " SELECT '[90000,90010)', account_id, 'held', issue_id FROM registry_block LIMIT 1",
    "another holder": "UPDATE registry_block SET account_id = 2",
    "unretired": "UPDATE registry_block SET state = 'held' WHERE state = 'retired'",
    "a block gone": "DELETE FROM registry_block",
    "a move gone": "DELETE FROM registry_movement",
    "a move invented": "INSERT INTO registry_movement SELECT * FROM registry_movement",
    "an event rewritten": "UPDATE registry_event SET facts = '{}'",
    "an event told twice": "UPDATE registry_event SET outbox_id = NULL",
    "an event gone": "DELETE FROM registry_event",
    "a cap raised": "UPDATE registry_cap SET cap_kg = cap_kg * 2",
    "numbers given again": "UPDATE registry_counter SET next_number = 1",
    "an issuance invented": "INSERT INTO registry_issuance SELECT * FROM registry_issuance",
    "a retirement gone": "DELETE FROM registry_retirement",
    "a retirement enlarged": "UPDATE registry_retirement SET kg = kg + 1",
    "everything gone": "TRUNCATE registry_block CASCADE",
    "kilograms taken without books": "SELECT"
    " registry_take(gen_random_uuid(), 1, 2, 1, 'held', NULL)",
}
# Each is tried by the owner of the database: the constraint or guard that must stop it.
BY_THE_OWNER = {
    "registry_block_one_number_once": "INSERT INTO registry_block"
    " (serials, account_id, state, issue_id)"
    " SELECT serials, account_id, 'held', issue_id FROM registry_block LIMIT 1",
    "registry_block_serials": "INSERT INTO registry_block (serials, account_id, state, issue_id)"
    " SELECT 'empty', account_id, 'held', issue_id FROM registry_block LIMIT 1",
    "registry_block_reserved_for_something": "INSERT INTO registry_block"
    " (serials, account_id, state, issue_id)"
    " SELECT '[90000,90010)', account_id, 'reserved', issue_id FROM registry_block LIMIT 1",
    "registry_block_is_final": "UPDATE registry_block SET state = 'held' WHERE state = 'retired'",
    "registry_block_only_shrinks": "UPDATE registry_block"
    " SET serials = int8range(lower(serials), upper(serials) + 1) WHERE state = 'held'",
    "registry_block_stays": "DELETE FROM registry_block WHERE state = 'held'",
    "registry_cap_never_passed": "UPDATE registry_cap SET issued_kg = cap_kg + 1",
    "registry_event_reference_once": "INSERT INTO registry_event"
    " (id, kind, at, actor, organisation_id, reference, facts)"
    " SELECT gen_random_uuid(), kind, at, actor, organisation_id, reference, facts"
    " FROM registry_event WHERE reference IS NOT NULL LIMIT 1",
    "registry_issuance_once": "INSERT INTO registry_issuance SELECT event.id, issuance.period_id,"
    " issuance.project_id, issuance.vintage, '[90000,90010)', 0, '{}', '', ''"
    " FROM registry_issuance AS issuance, registry_event AS event"
    " WHERE event.kind = 'transfer' LIMIT 1",
    "registry_account_once": "INSERT INTO registry_account"
    " (organisation_id, project_id, vintage, opened_at)"
    " SELECT organisation_id, project_id, vintage, opened_at FROM registry_account LIMIT 1",
    "registry_retirement_is_final": "UPDATE registry_retirement SET commitment = NULL,"
    " state = 'pending', ended_by = NULL WHERE state = 'retired'",
    "registry_retirement_state": "UPDATE registry_retirement SET state = 'retired'"
    " WHERE state = 'pending'",
    "registry_cancellation_two_persons": "INSERT INTO registry_cancellation"
    " (serials, reason, proposed_by, proposed_at, outcome, decided_by, decided_at, event_id)"
    " SELECT '[1,2)', 'x', 1, now(), 'confirmed', 1, now(), id FROM registry_event LIMIT 1",
}


@pytest.fixture
def lively(register: Register) -> Register:
    """A register with held, reserved and retired credits."""
    register.issue(1_000, buffer_kg=100)
    register.transfer(300, "sale")
    register.retire(50, "gone", persona="buyer")
    register.retire(70, "waits", persona="buyer", waive=False)
    return register


def test_the_applications_role_moves_nothing_by_itself(lively: Register, books: Database) -> None:
    del lively
    with psycopg.connect(books.app_url, autocommit=True) as application:
        for attack in BY_THE_APPLICATION.values():
            with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
                application.execute(attack)
    assert recount().matches


def test_what_holds_even_against_the_owner(lively: Register, books: Database) -> None:
    del lively
    with psycopg.connect(books.owner_url, autocommit=True) as owner:
        for name, attack in BY_THE_OWNER.items():
            with pytest.raises(errors.IntegrityError) as caught:
                owner.execute(attack)
            told = caught.value.diag.constraint_name or str(caught.value)
            assert name in told, (name, told)


TAMPERED = {
    "accounts_differing": "UPDATE registry_block SET account_id = (SELECT id FROM registry_account"
    " WHERE organisation_id IS NULL) WHERE state = 'held' AND account_id = 1",
    "movements_differing": "UPDATE registry_movement SET to_state = 'held'"
    " WHERE to_state = 'retired'",
    "lines_differing": "UPDATE registry_line SET kg = kg + 1",
    "pools_differing": "UPDATE ledger_pool_entry SET credits_posted = credits_posted + 1"
    " WHERE kind = 105",
    "numbers_differing": "UPDATE registry_counter SET next_number = next_number + 1",
    "caps_differing": "UPDATE registry_cap SET issued_kg = issued_kg - 1",
}


@pytest.mark.parametrize("figure", TAMPERED)
def test_what_the_owner_changes_is_found_by_the_recount(
    lively: Register, books: Database, figure: str
) -> None:
    del lively
    assert recount().matches
    with psycopg.connect(books.owner_url, autocommit=True) as owner:
        owner.execute(TAMPERED[figure])
    found = recount()
    assert not found.matches
    assert found.differing[figure]


def _refused(code: str, act: object) -> None:
    with pytest.raises(Refusal) as refused:
        act()  # type: ignore[operator]
    assert refused.value.code == code


def test_what_is_set_aside_cannot_be_used_until_it_is_let_go(lively: Register) -> None:
    told: dict[str, Any] = {
        "organisation_id": lively.cast.organisation("GLASS"),
        "project_code": lively.furnace,
        "vintage": 2025,
        "kg": 500,
        "reason": "法院协助执行",
        "reference": "court-1",
        "at": NOW,
    }
    bureau, owner = lively.actor("regulator"), lively.actor("owner-glass")
    _refused("not_permitted", lambda: set_aside(actor=owner, kind="court", **told))
    _refused("not_permitted", lambda: set_aside(actor=bureau, kind="pledge", **told))
    _refused("aside_kind_invalid", lambda: set_aside(actor=bureau, kind="loan", **told))
    court = set_aside(actor=bureau, kind="court", **told)
    assert set_aside(actor=bureau, kind="court", **told) == court
    _refused("credits_insufficient", lambda: lively.transfer(101, "too-much"))
    pledged = set_aside(actor=owner, kind="pledge", **{**told, "kg": 100, "reference": "bank"})
    other = lively.actor("buyer")
    _refused(
        "not_yours", lambda: set_aside(actor=other, kind="pledge", **{**told, "reference": "x"})
    )
    _refused(
        "not_permitted",
        lambda: release_set_aside(actor=owner, aside_id=pledged, reason="还清", at=NOW),
    )
    assert queries.equation().reserved_kg == 70 + 600
    release_set_aside(actor=bureau, aside_id=court, reason="解除冻结", at=NOW)
    _refused(
        "no_such_aside",
        lambda: release_set_aside(actor=bureau, aside_id=court, reason="再解除", at=NOW),
    )
    assert [one.id for one in queries.asides()] == [pledged]
    lively.transfer(101, "now")
    assert recount().matches


def test_a_certificate_that_lost_its_ground_is_replaced_from_the_buffer(lively: Register) -> None:
    first, second = lively.actor("regulator"), lively.actor("regulator-2")
    reason = "核证后发现表计有误"
    for_reserved = propose_cancellation(actor=first, first=1, last=120, reason=reason, at=NOW)
    _refused(
        "credits_reserved",
        lambda: confirm_cancellation(actor=second, cancellation_id=for_reserved, at=NOW),
    )
    withdraw_cancellation(actor=first, cancellation_id=for_reserved, at=NOW)
    proposal = propose_cancellation(actor=first, first=11, last=50, reason=reason, at=NOW)
    _refused(
        "same_person_decides",
        lambda: confirm_cancellation(actor=first, cancellation_id=proposal, at=NOW),
    )
    done = confirm_cancellation(actor=second, cancellation_id=proposal, at=NOW)
    assert (done.cancelled_kg, done.invalid_kg, done.replaced_kg) == (0, 40, 40)
    _refused(
        "cancellation_decided",
        lambda: confirm_cancellation(actor=second, cancellation_id=proposal, at=NOW),
    )
    retired = next(one for one in queries.retirements() if one.state == "retired")
    assert (retired.invalid_kg, retired.replaced_kg) == (40, 40)
    middle = propose_cancellation(actor=first, first=500, last=509, reason=reason, at=NOW)
    assert confirm_cancellation(actor=second, cancellation_id=middle, at=NOW).cancelled_kg == 10
    assert [queries.block_of(number).state for number in (499, 500, 509, 510)] == [
        "held",
        "cancelled",
        "cancelled",
        "held",
    ]
    again = propose_cancellation(actor=first, first=505, last=520, reason=reason, at=NOW)
    _refused(
        "already_cancelled",
        lambda: confirm_cancellation(actor=second, cancellation_id=again, at=NOW),
    )
    _refused(
        "no_such_credit",
        lambda: propose_cancellation(actor=first, first=1, last=2_000, reason=reason, at=NOW),
    )
    assert queries.equation().cancelled_kg == 10
    assert recount().matches


def test_a_dispute_is_told_as_long_as_it_lasts(lively: Register) -> None:
    bureau = lively.actor("regulator")
    told: dict[str, Any] = {
        "project_code": lively.furnace,
        "vintage": 2025,
        "reason": "复核中",
        "at": NOW,
    }
    open_dispute(actor=bureau, **told)
    _refused("dispute_exists", lambda: open_dispute(actor=bureau, **told))
    assert all(one.disputed for one in queries.retirements())
    close_dispute(actor=bureau, **told)
    _refused("no_such_dispute", lambda: close_dispute(actor=bureau, **told))
    assert not any(one.disputed for one in queries.retirements())


def test_only_the_holder_undoes(lively: Register) -> None:
    pending = next(one for one in queries.retirements() if one.state == "pending")
    owner = lively.actor("owner-glass")
    _refused("not_yours", lambda: undo_retirement(actor=owner, number=pending.number, at=NOW))
    buyer = lively.actor("buyer")
    assert undo_retirement(actor=buyer, number=pending.number, at=NOW).state == "undone"
    _refused("undo_over", lambda: undo_retirement(actor=buyer, number=pending.number, at=NOW))


def test_the_numbers_in_sql_are_those_of_the_chart() -> None:
    assert [
        chart.CREDIT_HELD.number,
        chart.CREDIT_ISSUED.number,
        chart.CREDIT_RETIRED.number,
        chart.CREDIT_CANCELLED.number,
        chart.CREDIT_SET_ASIDE.number,
    ] == [3, 104, 105, 106, 107]
    reasons = chart.REASON_NUMBERS
    assert (reasons[chart.Reason.RESOLUTION], reasons[chart.Reason.CREDIT_ISSUED]) == (5, 6)
    assert reasons[chart.Reason.CREDIT_CANCELLED] == 10
