"""From the sandbox to production: ticked by what happened, approved by the operator."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid
from tanhui.partners import arrivals, contract, queries, signing
from tanhui.partners.commands import register_partner, set_expected
from tanhui.partners.contract import CHECKS, ROWS_NEEDED, ContractCheck, SandboxFacts
from tanhui.partners.desk import partner_desk, partner_lines
from tanhui.partners.statements import declare_day, declared_days
from tests.cast import BIKE, BIKE_DESK, CITIZEN, NOW, OPERATOR, register_bike
from tests.partners.signed import answered, approved_bike, desk_of, headers, message, new_key

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]
CODES = tuple(text.code for text in CHECKS)
TODAY = NOW.date()


def _checks() -> dict[str, ContractCheck]:
    return {check.text.code: check for check in contract.contract_checks(queries.partner(BIKE))}


def _passed() -> set[str]:
    return {code for code, check in _checks().items() if check.passed}


def _two_modes() -> int:
    return register_partner(
        actor=OPERATOR,
        code=BIKE,
        name_zh="锦城单车",
        name_en="Jincheng Bikes",
        scene="shared-bike",
        simulated=True,
        at=NOW,
        modes=["shared_bike", "shared_ebike"],
    ).id


def _send(secret: str, body: bytes = b"[]", *, late_s: int = 0, spoil: bool = False) -> str:
    """What a request is refused for; empty when it is let in."""
    told = headers(secret, body, late_s=late_s)
    sent = body + b" " if spoil else body
    try:
        arrivals.authenticate(**told, partner_code=BIKE, body=sent, at=NOW)
    except Forbidden as refusal:
        return refusal.code
    return ""


def _play(partner_id: int) -> None:
    """Everything that the contract asks for, as a partner really does it."""
    made, key = new_key()
    assert _send(made.secret, late_s=600) == "signature_stale"
    assert _send(made.secret, spoil=True) == "signature_invalid"
    assert _send(made.secret) == ""
    for number, modes in enumerate([{"shared_bike"}, {"shared_ebike"}]):
        kept = answered(message(key, f"msg_{number}"), recorded=10, exists=1, refused=1)
        facts = SandboxFacts(kept.id, 10, 1, 1, frozenset(modes))
        contract.note_contract(partner_id=partner_id, facts=facts, at=NOW)
    declare_day(
        actor=arrivals.actor_of(key),
        partner_code=BIKE,
        day=TODAY,
        rows=20,
        at=NOW,
        environment="sandbox",
    )


def test_every_check_says_what_it_is_and_what_to_do() -> None:
    for text in CHECKS:
        assert all([text.title_zh, text.title_en, text.todo_zh, text.todo_en])
    assert len(set(CODES)) == len(CODES) == 8


def test_at_first_nothing_is_shown() -> None:
    register_bike()
    assert tuple(_checks()) == CODES
    assert _passed() == set()
    assert _checks()["recorded_rows"].needed == ROWS_NEEDED
    assert contract.status(queries.partner(BIKE).id) == "sandbox"


def test_refusals_of_the_sandbox_tick_themselves() -> None:
    register_bike()
    made, _ = new_key()
    assert _send(made.secret, late_s=600) == "signature_stale"
    assert _passed() == {"stale_refused"}
    assert _send(signing.new_secret()) == "signature_invalid"
    assert _passed() == {"stale_refused", "wrong_signature_refused"}


def test_without_a_name_a_wrong_signature_is_nobodys() -> None:
    register_bike()
    told = headers(signing.new_secret(), b"[]")
    with pytest.raises(Forbidden):
        arrivals.authenticate(**told, partner_code=None, body=b"[]", at=NOW)
    assert _passed() == set()


def test_a_stale_production_request_shows_nothing() -> None:
    approved_bike()
    made, _ = new_key("production")
    assert _send(made.secret, late_s=600) == "signature_stale"
    assert _send(signing.new_secret()) == "signature_invalid"
    assert _passed() == set()


def test_rows_add_up_over_deliveries() -> None:
    partner_id = register_bike()
    _, key = new_key()
    for number, rows in enumerate((12, 7, 1)):
        assert "recorded_rows" not in _passed()
        assert _checks()["recorded_rows"].done == sum((12, 7, 1)[:number])
        kept = answered(message(key, f"msg_{number}"), recorded=rows)
        contract.note_contract(partner_id=partner_id, facts=SandboxFacts(kept.id, rows), at=NOW)
    check = _checks()["recorded_rows"]
    assert (check.done, check.needed, check.passed_at) == (20, 20, NOW)
    assert check.delivery_id == kept.id


def test_production_rows_do_not_count_for_the_contract() -> None:
    partner_id = approved_bike()
    answered(message(new_key("production")[1]), recorded=500)
    contract.note_contract(partner_id=partner_id, facts=SandboxFacts(recorded=1), at=NOW)
    assert "recorded_rows" not in _passed()


def test_every_mode_that_the_partner_brings_must_be_shown() -> None:
    partner_id = _two_modes()
    for modes, done in (({"metro"}, 0), ({"shared_bike"}, 1), ({"shared_ebike"}, 2)):
        facts = SandboxFacts(recorded=1, modes=frozenset(modes))
        contract.note_contract(partner_id=partner_id, facts=facts, at=NOW)
        check = _checks()["all_modes"]
        assert (check.done, check.needed, check.passed) == (done, 2, done == 2)
    set_expected(
        actor=OPERATOR,
        partner_code=BIKE,
        expected_hours=1,
        modes=["shared_bike", "bus"],
        at=NOW,
    )
    assert not _checks()["all_modes"].passed


def test_a_partner_without_modes_shows_any_one() -> None:
    partner_id = register_bike()
    contract.note_contract(
        partner_id=partner_id, facts=SandboxFacts(recorded=1, modes=frozenset({"metro"})), at=NOW
    )
    assert _checks()["all_modes"].passed


def test_a_tick_stays_as_it_was() -> None:
    partner_id = register_bike()
    for at in (NOW, NOW.replace(year=2027)):
        contract.note_contract(partner_id=partner_id, facts=SandboxFacts(exists=1), at=at)
    assert _checks()["repeat_answered_exists"].passed_at == NOW


def test_a_check_that_is_not_one_is_a_defect() -> None:
    partner_id = register_bike()
    with pytest.raises(ValueError, match="no such check"):
        contract.tick(partner_id=partner_id, codes=["everything"], at=NOW)


def test_who_has_shown_everything_is_let_in_and_gets_a_production_key() -> None:
    partner_id = _two_modes()
    _play(partner_id)
    assert _passed() == set(CODES)
    given = contract.approve_production(actor=OPERATOR, partner_code=BIKE, at=NOW)
    assert (given.missing, given.waived, given.approved_by) == ((), None, OPERATOR.name)
    assert new_key("production")
    desk = partner_desk(partner_code=BIKE, at=NOW)
    assert (desk.partner.status, desk.partner.active_keys, desk.missing) == ("production", 2, ())
    assert desk.partner.last_delivery_at == NOW
    assert (len(desk.keys), len(desk.deliveries)) == (2, 2)
    assert declared_days(partner_id=partner_id, first=TODAY, last=TODAY) == []


def test_what_is_missing_is_named() -> None:
    _play(_two_modes())
    register = queries.partner(BIKE)
    set_expected(
        actor=OPERATOR,
        partner_code=BIKE,
        expected_hours=24,
        modes=[*register.modes, "bus"],
        at=NOW,
    )
    with pytest.raises(Conflict) as refused:
        contract.approve_production(actor=OPERATOR, partner_code=BIKE, at=NOW)
    assert refused.value.code == "contract_not_passed"
    assert refused.value.facts["missing"] == ["all_modes"]
    assert "每种出行方式" in refused.value.zh
    assert "Every mode" in refused.value.en
    assert contract.approval(register.id) is None


def test_an_operator_may_waive_with_a_reason_that_stays() -> None:
    partner_id = register_bike()
    with pytest.raises(Conflict):
        contract.approve_production(actor=OPERATOR, partner_code=BIKE, at=NOW, waive="  ")
    given = contract.approve_production(
        actor=OPERATOR, partner_code=BIKE, at=NOW, waive=" played on paper "
    )
    assert (given.waived, given.missing) == ("played on paper", CODES)
    again = contract.approve_production(
        actor=OPERATOR, partner_code=BIKE, at=NOW, waive="another reason"
    )
    assert again == given == contract.approval(partner_id)
    (row,) = AuditRow.objects.filter(action="partner.approve_production")
    assert row.facts["waived"] == "played on paper"


@pytest.mark.parametrize("actor", [CITIZEN, BIKE_DESK])
def test_only_the_operator_approves(actor: Actor) -> None:
    register_bike()
    with pytest.raises(Forbidden):
        contract.approve_production(actor=actor, partner_code=BIKE, at=NOW, waive="please")


def test_all_partners_stand_in_the_list() -> None:
    approved_bike()
    register_partner(
        actor=OPERATOR,
        code="METRO",
        name_zh="成都地铁",
        name_en="Chengdu Metro",
        scene="metro",
        simulated=True,
        at=NOW,
        expected_hours=6,
        modes=["metro"],
    )
    lines = partner_lines()
    assert [(line.code, line.status, line.modes) for line in lines] == [
        (BIKE, "production", ()),
        ("METRO", "sandbox", ("metro",)),
    ]
    assert [line.expected_hours for line in lines] == [24, 6]
    assert [line.last_delivery_at for line in lines] == [None, None]


@pytest.mark.parametrize("hours", [0, 745])
def test_how_often_has_a_range(hours: int) -> None:
    register_bike()
    with pytest.raises(Invalid) as refused:
        set_expected(actor=OPERATOR, partner_code=BIKE, expected_hours=hours, modes=[], at=NOW)
    assert refused.value.code == "expected_hours_out_of_range"


def test_a_code_that_is_none_is_told_before_the_table_does() -> None:
    with pytest.raises(Invalid) as refused:
        register_partner(
            actor=OPERATOR,
            code="bike",
            name_zh="单车",
            name_en="Bikes",
            scene="shared-bike",
            simulated=True,
            at=NOW,
        )
    assert refused.value.code == "partner_code_malformed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name_zh": " \0 "}, "partner_name_malformed"),
        ({"name_en": "B" * 81}, "partner_name_malformed"),
        ({"modes": ["Shared bike"]}, "mode_malformed"),
        ({"modes": ["bus\0"]}, "mode_malformed"),
    ],
)
def test_what_no_partner_is_called(changed: dict[str, Any], code: str) -> None:
    told = {"name_zh": "单车", "name_en": "Bikes", "scene": "shared-bike", **changed}
    with pytest.raises(Invalid) as refused:
        register_partner(actor=OPERATOR, code="BIKES", simulated=True, at=NOW, **told)
    assert refused.value.code == code


def test_a_reason_is_one_line_and_has_an_end() -> None:
    register_bike()
    with pytest.raises(Invalid) as refused:
        contract.approve_production(actor=OPERATOR, partner_code=BIKE, at=NOW, waive="x" * 501)
    assert refused.value.code == "text_too_long"
    given = contract.approve_production(
        actor=OPERATOR, partner_code=BIKE, at=NOW, waive="on\0 two\nlines"
    )
    assert given.waived == "on two lines"


def test_a_partner_declares_for_itself_alone() -> None:
    partner_id = register_bike()
    for actor in (CITIZEN, desk_of(partner_id + 1)):
        with pytest.raises(Forbidden):
            declare_day(actor=actor, partner_code=BIKE, day=TODAY, rows=1, at=NOW)


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        (
            "partners_approval_passed_or_waived",
            "INSERT INTO partners_approval SELECT id, now(), 'x', '{all_modes}', NULL"
            " FROM partners_partner",
        ),
        (
            "partners_approval_passed_or_waived",
            "INSERT INTO partners_approval SELECT id, now(), 'x', '{all_modes}', ''"
            " FROM partners_partner",
        ),
        (
            "partners_approval_passed_or_waived",
            "INSERT INTO partners_approval SELECT id, now(), 'x', '{}', 'for nothing'"
            " FROM partners_partner",
        ),
        (
            "partners_contract_tick_code",
            "INSERT INTO partners_contract_tick SELECT id, 'Not a code', now()"
            " FROM partners_partner",
        ),
        (
            "partners_contract_tick_pkey",
            "INSERT INTO partners_contract_tick SELECT id, 'all_modes', now()"
            " FROM partners_partner, generate_series(1, 2)",
        ),
    ],
)
def test_the_tables_themselves_refuse(books: Database, constraint: str, attack: str) -> None:
    register_bike()
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.IntegrityError) as refused:
        app.execute(attack)
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE partners_contract_tick SET ticked_at = now()",
        "DELETE FROM partners_contract_tick",
        "UPDATE partners_partner SET simulated = false",
        "UPDATE partners_partner SET code = 'X'",
    ],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
