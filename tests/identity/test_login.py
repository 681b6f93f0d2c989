"""Logging in by phone code: limits, wrong codes, expiry, sessions, links."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from tanhui.config.settings import Mode
from tanhui.identity import commands, queries
from tanhui.identity.codes import commands as codes
from tanhui.identity.commands import platform_actor
from tanhui.identity.sessions.commands import SESSION_LIFE
from tanhui.identity.sms import gateway
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal
from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.ledger.models import Account

pytestmark = [pytest.mark.database, pytest.mark.django_db]

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PHONE = "13912345678"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Mailbox:
    """A gateway that keeps what it was given."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def send_login_code(self, phone: str, code: str) -> None:
        assert phone == PHONE
        self.codes.append(code)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def _code(refusal: pytest.ExceptionInfo[Refusal]) -> str:
    return refusal.value.code


def test_the_first_log_in_registers_and_opens_both_accounts(mailbox: Mailbox) -> None:
    commands.send_login_code(phone="139 1234 5678", at=AT, sms=mailbox)
    token = commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT)
    found = queries.signed_in(token, AT)
    assert found is not None
    assert found.actor.roles == {"citizen"}
    assert found.person.phone_masked == "139****5678"
    assert not found.person.simulated
    assert Account.objects.filter(holder_id=found.person.id).count() == 2
    assert Account.objects.filter(kind=CITIZEN_POINTS.number).count() == 1


def test_the_second_log_in_is_the_same_person(mailbox: Mailbox) -> None:
    people = []
    for at in (AT, AT + 2 * MINUTE):
        commands.send_login_code(phone=PHONE, at=at, sms=mailbox)
        token = commands.log_in(phone=PHONE, code=mailbox.codes[-1], at=at)
        actor = queries.actor_of(token, at)
        assert actor is not None
        people.append(actor.person_id)
    assert people[0] == people[1]


def test_a_code_is_sent_once_a_minute_and_five_times_an_hour(mailbox: Mailbox) -> None:
    commands.send_login_code(phone=PHONE, at=AT, sms=mailbox)
    with pytest.raises(Exhausted) as refused:
        commands.send_login_code(phone=PHONE, at=AT + 59 * SECOND, sms=mailbox)
    assert _code(refused) == "too_many_codes"
    assert refused.value.transient
    assert refused.value.facts["retry_after_seconds"] == 1
    for minutes in (1, 2, 3, 4):
        commands.send_login_code(phone=PHONE, at=AT + minutes * MINUTE, sms=mailbox)
    with pytest.raises(Exhausted, match="minutes"):
        commands.send_login_code(phone=PHONE, at=AT + 6 * MINUTE, sms=mailbox)
    commands.send_login_code(phone=PHONE, at=AT + 61 * MINUTE, sms=mailbox)
    assert len(mailbox.codes) == 6


def test_one_network_address_cannot_ask_for_everyone(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "CODES_PER_ADDRESS_AND_HOUR_MAX", 2)
    for minutes in (0, 1):
        commands.send_login_code(
            phone=PHONE, at=AT + minutes * MINUTE, sms=mailbox, address="203.0.113.7"
        )
    with pytest.raises(Exhausted) as refused:
        commands.send_login_code(
            phone=PHONE, at=AT + 2 * MINUTE, sms=mailbox, address="203.0.113.7"
        )
    assert _code(refused) == "too_many_codes_here"
    commands.send_login_code(phone=PHONE, at=AT + 2 * MINUTE, sms=mailbox, address="203.0.113.8")


def test_wrong_codes_are_counted_and_five_end_it(mailbox: Mailbox) -> None:
    commands.send_login_code(phone=PHONE, at=AT, sms=mailbox)
    wrong = _other(mailbox.codes[0])
    for left in (4, 3, 2, 1):
        with pytest.raises(Invalid) as refused:
            commands.log_in(phone=PHONE, code=wrong, at=AT)
        assert _code(refused) == "code_wrong"
        assert refused.value.facts["left"] == left
    with pytest.raises(Exhausted) as used_up:
        commands.log_in(phone=PHONE, code=wrong, at=AT)
    assert _code(used_up) == "code_used_up"
    with pytest.raises(Exhausted):
        commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT)


def test_a_code_is_good_for_five_minutes_and_once(mailbox: Mailbox) -> None:
    commands.send_login_code(phone=PHONE, at=AT, sms=mailbox)
    with pytest.raises(Invalid) as refused:
        commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT + 5 * MINUTE)
    assert _code(refused) == "code_expired"
    commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT + 5 * MINUTE - SECOND)
    with pytest.raises(Invalid):
        commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT + 2 * MINUTE)


def test_only_the_newest_code_counts(mailbox: Mailbox) -> None:
    commands.send_login_code(phone=PHONE, at=AT, sms=mailbox)
    commands.send_login_code(phone=PHONE, at=AT + MINUTE, sms=mailbox)
    if mailbox.codes[0] != mailbox.codes[1]:
        with pytest.raises(Invalid):
            commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT + MINUTE)
    commands.log_in(phone=PHONE, code=mailbox.codes[1], at=AT + MINUTE)


def test_without_a_gateway_nobody_waits_for_a_code(settings: Settings) -> None:
    settings.TANHUI = dataclasses.replace(settings.TANHUI, mode=Mode.PRODUCTION)
    with pytest.raises(Conflict) as refused:
        commands.send_login_code(phone=PHONE, at=AT, sms=gateway())
    assert _code(refused) == "sms_not_set_up"


def test_a_session_ends_by_logging_out_and_by_time(mailbox: Mailbox) -> None:
    commands.send_login_code(phone=PHONE, at=AT, sms=mailbox)
    token = commands.log_in(phone=PHONE, code=mailbox.codes[0], at=AT)
    actor = queries.actor_of(token, AT)
    assert actor is not None
    assert queries.actor_of(token, AT + SESSION_LIFE) is None
    assert queries.actor_of(f"{token}x", AT) is None
    commands.log_out(actor=actor, session_token=token, at=AT)
    assert queries.actor_of(token, AT) is None


def test_choices_are_kept_and_strange_ones_refused() -> None:
    (first, _) = commands.seat_personas(at=AT)
    actor = Actor(name="x", roles=frozenset({"citizen"}), person_id=first)
    commands.choose_locale(actor=actor, locale="en", at=AT)
    commands.choose_view(actor=actor, view="elder", at=AT)
    known = queries.person(first)
    assert (known.locale, known.view) == ("en", "elder")
    with pytest.raises(Invalid):
        commands.choose_locale(actor=actor, locale="tlh", at=AT)
    with pytest.raises(Invalid):
        commands.choose_view(actor=actor, view="upside-down", at=AT)
    nobody = Actor(name="public", roles=frozenset())
    with pytest.raises(Forbidden):
        commands.choose_view(actor=nobody, view="elder", at=AT)


def test_a_login_link_works_once_within_a_day() -> None:
    token = commands.open_login_link(actor=platform_actor(), persona="zhou-shifu", at=AT)
    session = commands.log_in_by_link(token=token, at=AT)
    found = queries.signed_in(session, AT)
    assert found is not None
    assert found.person.name_zh == "周师傅"
    with pytest.raises(NotFound):
        commands.log_in_by_link(token=token, at=AT)
    late = commands.open_login_link(actor=platform_actor(), persona="zhou-shifu", at=AT)
    with pytest.raises(NotFound):
        commands.log_in_by_link(token=late, at=AT + commands.LINK_LIFE)


@pytest.mark.parametrize(
    ("persona", "code"), [("nobody", "persona_unknown"), ("bike", "persona_not_seated")]
)
def test_a_link_is_for_those_of_the_cast_who_have_a_seat(persona: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        commands.open_login_link(actor=platform_actor(), persona=persona, at=AT)
    assert _code(refused) == code
