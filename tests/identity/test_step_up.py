"""Known devices, and proving the phone once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tanhui.identity import commands, queries
from tanhui.identity.commands import platform_actor
from tanhui.identity.personas import BY_NAME
from tanhui.identity.sessions.commands import DEVICE_LIFE
from tanhui.identity.sms import SimulatedSms
from tanhui.identity.step_up.commands import ask_step_up, give_step_up
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal

pytestmark = [pytest.mark.database, pytest.mark.django_db]

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
PHONE = "13912345678"
PHONE_OF_ANOTHER = "13912345679"


@pytest.fixture
def sms() -> SimulatedSms:
    return SimulatedSms()


def _log_in(
    sms: SimulatedSms, at: datetime, *, device: str | None = None, phone: str = PHONE
) -> str:
    commands.send_login_code(phone=phone, at=at, sms=sms)
    return commands.log_in(phone=phone, code=sms.code_for(phone) or "", device=device, at=at)


def _actor(token: str, at: datetime) -> Actor:
    found = queries.actor_of(token, at)
    assert found is not None
    return found


def _refused(code: str, refusal: pytest.ExceptionInfo[Refusal]) -> None:
    assert refusal.value.code == code


def test_the_first_device_counts_from_registration_and_others_from_their_first_log_in(
    sms: SimulatedSms,
) -> None:
    registered = AT - 30 * DAY
    commands.register_person(actor=platform_actor(), phone=PHONE, display_name="", at=registered)
    assert _actor(_log_in(sms, AT, device="one"), AT).device_since == registered
    later = AT + 5 * DAY
    assert _actor(_log_in(sms, later, device="two"), later).device_since == later
    assert _actor(_log_in(sms, later + DAY, device="two"), later).device_since == later
    assert _actor(_log_in(sms, later + 2 * DAY, device="one"), later).device_since == registered
    nameless = later + 3 * DAY
    assert _actor(_log_in(sms, nameless), nameless).device_since == nameless


def test_a_device_that_two_persons_share_is_known_for_each_by_itself(sms: SimulatedSms) -> None:
    for phone in (PHONE, PHONE_OF_ANOTHER):
        commands.register_person(actor=platform_actor(), phone=phone, display_name="", at=AT)
    _log_in(sms, AT, device="own", phone=PHONE)
    _log_in(sms, AT, device="hers", phone=PHONE_OF_ANOTHER)
    later = AT + 9 * DAY
    token = _log_in(sms, later, device="own", phone=PHONE_OF_ANOTHER)
    assert _actor(token, later).device_since == later


def test_devices_that_were_long_unused_are_forgotten_but_none_becomes_the_first_again(
    sms: SimulatedSms,
) -> None:
    _log_in(sms, AT, device="one")
    long_after = AT + DEVICE_LIFE + DAY
    assert _actor(_log_in(sms, long_after, device="two"), long_after).device_since == long_after
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_device")
        assert cursor.fetchall() == [(1,)]
    even_later = long_after + DEVICE_LIFE + DAY
    back = _actor(_log_in(sms, even_later, device="one"), even_later)
    assert back.device_since == even_later


def test_since_when_a_device_is_known_is_never_changed(sms: SimulatedSms) -> None:
    _log_in(sms, AT, device="one")
    attempts = (
        "UPDATE identity_device SET known_since = known_since - interval '9 days'",
        "UPDATE identity_device SET first_seen_at = first_seen_at - interval '9 days'",
        "UPDATE identity_session SET device_since = '2020-01-01'",
        "UPDATE identity_session SET proved_at = now()",
        "UPDATE identity_logincode SET purpose = 'proof'",
        "INSERT INTO identity_device SELECT person_id, '\\x00', first_seen_at, known_since, seen_at"
        " FROM identity_device",
        "INSERT INTO identity_device SELECT person_id, decode(repeat('00', 32), 'hex'),"
        " first_seen_at, seen_at + interval '1 s', seen_at FROM identity_device",
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)


def test_a_link_of_the_demo_stands_for_a_known_device_and_proves_no_phone() -> None:
    commands.seat_personas(at=AT - 30 * DAY)
    for at in (AT, AT + DAY):
        link = commands.open_login_link(actor=platform_actor(), persona="lin-xiao", at=at)
        actor = _actor(commands.log_in_by_link(token=link, at=at), at)
        assert actor.device_since == AT - 30 * DAY
        assert actor.proved_at is None


def test_logging_in_by_code_proves_the_phone_and_a_step_up_proves_it_again(
    sms: SimulatedSms,
) -> None:
    first = _log_in(sms, AT, device="one")
    assert _actor(first, AT).proved_at == AT
    later = AT + DAY
    assert ask_step_up(actor=_actor(first, later), at=later, sms=sms) == PHONE
    raised = give_step_up(
        actor=_actor(first, later),
        session_token=first,
        code=sms.code_for(PHONE) or "",
        at=later + MINUTE,
    )
    assert queries.actor_of(first, later + MINUTE) is None
    actor = _actor(raised, later + MINUTE)
    assert (actor.proved_at, actor.device_since) == (later + MINUTE, AT)


def test_a_code_is_good_for_what_it_was_sent_for_alone(sms: SimulatedSms) -> None:
    token = _log_in(sms, AT)
    actor = _actor(token, AT)
    at = AT + 10 * MINUTE
    ask_step_up(actor=actor, at=at, sms=sms)
    code = sms.code_for(PHONE) or ""
    with pytest.raises(Refusal) as refusal:
        commands.log_in(phone=PHONE, code=code, at=at)
    _refused("code_expired", refusal)
    with pytest.raises(Refusal) as refusal:
        give_step_up(actor=actor, session_token=token, code="", at=at)
    _refused("code_wrong", refusal)
    with pytest.raises(Refusal) as refusal:
        ask_step_up(actor=actor, at=at + timedelta(seconds=59), sms=sms)
    _refused("too_many_codes", refusal)
    give_step_up(actor=actor, session_token=token, code=code, at=at)
    with pytest.raises(Refusal) as refusal:
        give_step_up(actor=actor, session_token=token, code=code, at=at)
    _refused("code_expired", refusal)


def test_nobody_proves_a_phone_for_another_or_in_a_session_that_is_over(sms: SimulatedSms) -> None:
    token = _log_in(sms, AT)
    other = _log_in(sms, AT, phone=PHONE_OF_ANOTHER)
    nobody = Actor(name="public", roles=frozenset({"public"}))
    with pytest.raises(Refusal) as refusal:
        ask_step_up(actor=nobody, at=AT, sms=sms)
    _refused("not_yours", refusal)
    later = AT + 2 * MINUTE
    ask_step_up(actor=_actor(token, AT), at=later, sms=sms)
    with pytest.raises(Refusal) as refusal:
        give_step_up(
            actor=_actor(token, AT),
            session_token=other,
            code=sms.code_for(PHONE) or "",
            at=later,
        )
    _refused("session_over", refusal)
    without = commands.register_simulated(actor=platform_actor(), count=9, at=AT)[-1]
    with pytest.raises(Refusal) as refusal:
        ask_step_up(actor=queries.acting(without, role=None, organisation_id=None), at=AT, sms=sms)
    _refused("phone_missing", refusal)
    assert BY_NAME["lin-xiao"].phone != PHONE
