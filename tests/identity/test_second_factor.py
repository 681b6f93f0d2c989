"""The second factor: nobody works at a desk without it, and no code counts twice."""

from __future__ import annotations

import base64
import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from django.db import connection

from tanhui.governance.models import AuditRow
from tanhui.identity import commands, queries
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import add_member, end_membership, seat_staff
from tanhui.identity.models import STAFF_SESSION_LIFE, RecoveryCode, SecondFactor
from tanhui.identity.personas import BY_NAME
from tanhui.identity.second_factor import codes
from tanhui.identity.second_factor import commands as factors
from tanhui.identity.second_factor import queries as shown
from tanhui.identity.sms import SimulatedSms
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden, Refusal

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)


def _by_phone(persona: str = "operator", at: datetime = AT) -> str:
    """A session of one of the cast who gave the phone code alone."""
    sms = SimulatedSms()
    phone = BY_NAME[persona].phone
    commands.send_login_code(phone=phone, at=at, sms=sms)
    return commands.log_in(phone=phone, code=sms.code_for(phone) or "", at=at)


def _actor(token: str, at: datetime = AT) -> Actor:
    found = queries.actor_of(token, at)
    assert found is not None
    return found


def _device(actor: Actor) -> str:
    """The secret that the actor's device has learnt."""
    factors.begin_enrolment(actor=actor, at=AT)
    found = shown.enrolment(person_id=actor.person_id or 0, account="x")
    assert found is not None
    return found.secret


def _code(secret: str, at: datetime = AT) -> str:
    return pyotp.TOTP(secret).at(at)


def _enrolled(persona: str = "operator") -> tuple[str, str, list[str]]:
    """A fresh device: the session's token, the secret and the recovery codes."""
    token = _by_phone(persona)
    actor = _actor(token)
    secret = _device(actor)
    token, recovery = factors.confirm_enrolment(
        actor=actor, session_token=token, code=_code(secret), at=AT
    )
    return token, secret, recovery


@pytest.fixture
def cast(db: None) -> None:
    """Everybody at their desks."""
    del db
    seat_staff(actor=platform_actor(), organisations={"BIKE": 3}, at=AT)


def _refusal(token: str, code: str, at: datetime) -> str:
    with pytest.raises(Refusal) as refused:
        factors.give_code(actor=_actor(token, at), session_token=token, code=code, at=at)
    return refused.value.code


def test_codes_are_those_of_rfc_6238(shared: Path) -> None:
    told = json.loads((shared / "vectors" / "vectors.json").read_text())["totp_rfc6238"]
    secret = base64.b32encode(told["secret_utf8"].encode()).decode()
    assert len(told["cases"]) == 6
    for case in told["cases"]:
        at = datetime.fromtimestamp(case["time"], tz=UTC)
        assert codes.code_of(secret, codes.step_at(at), told["digits"]) == case["code"]


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    "persona", ["operator", "regulator", "sysadmin", "security", "auditor", "bike"]
)
def test_the_phone_code_alone_opens_no_desk(persona: str) -> None:
    token = _by_phone(persona)
    found = queries.signed_in(token, AT)
    assert found is not None
    assert found.actor.roles == {"citizen"}
    assert found.actor.organisation_id is None
    assert (found.seat, found.opened) == (BY_NAME[persona].role, False)
    actor = found.actor
    secret = _device(actor)
    token, _ = factors.confirm_enrolment(
        actor=actor, session_token=token, code=_code(secret), at=AT
    )
    assert _actor(token).roles == {"citizen", BY_NAME[persona].role}


@pytest.mark.usefixtures("cast")
def test_the_next_log_in_takes_a_code_and_a_new_token_replaces_the_old_one() -> None:
    _, secret, _ = _enrolled()
    later = AT + 2 * MINUTE
    half = _by_phone(at=later)
    assert _actor(half, later).roles == {"citizen"}
    code = _code(secret, later)
    whole = factors.give_code(actor=_actor(half, later), session_token=half, code=code, at=later)
    assert _actor(whole, later).roles == {"citizen", "operator"}
    assert queries.signed_in(half, later) is None


@pytest.mark.usefixtures("cast")
def test_a_code_counts_once_and_an_older_one_never() -> None:
    _, secret, _ = _enrolled()
    half = _by_phone(at=AT + 2 * MINUTE)
    # What was shown while enrolling, and the code before it.
    assert _refusal(half, _code(secret), AT) == "second_factor_wrong"
    later = AT + 3 * MINUTE
    following = _code(secret, later + STEP)
    actor = _actor(half, later)
    whole = factors.give_code(actor=actor, session_token=half, code=following, at=later)
    again = _by_phone(at=later + 5 * MINUTE)
    for at in (later, later + STEP):
        assert _refusal(again, following, at) == "second_factor_wrong"
        assert _refusal(again, _code(secret, later), at) == "second_factor_wrong"
    assert _actor(whole, later).roles == {"citizen", "operator"}


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(steps: int, taken: bool) -> None:
    _, secret, _ = _enrolled()
    later = AT + 10 * MINUTE
    half = _by_phone(at=later)
    code = _code(secret, later + steps * STEP)
    if taken:
        factors.give_code(actor=_actor(half, later), session_token=half, code=code, at=later)
    else:
        assert _refusal(half, code, later) == "second_factor_wrong"


@pytest.mark.usefixtures("cast")
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour_whatever_the_session() -> None:
    _, secret, recovery = _enrolled()
    later = AT + 10 * MINUTE
    half = _by_phone(at=later)
    for _ in range(4):
        assert _refusal(half, "000000", later) == "second_factor_wrong"
    assert _refusal(half, "no code", later) == "second_factor_locked"
    assert _refusal(half, _code(secret, later), later) == "second_factor_locked"
    another = _by_phone(at=later + 2 * MINUTE)
    at = later + 2 * MINUTE
    assert _refusal(another, _code(secret, at), at) == "second_factor_locked"
    with pytest.raises(Refusal) as refused:
        factors.give_recovery_code(
            actor=_actor(another, at), session_token=another, code=recovery[0], at=at
        )
    assert refused.value.code == "second_factor_locked"
    assert refused.value.transient
    at = later + factors.LOCK
    factors.give_code(
        actor=_actor(another, at), session_token=another, code=_code(secret, at), at=at
    )
    assert AuditRow.objects.filter(action="identity.second_factor_locked").count() == 1


@pytest.mark.usefixtures("cast")
def test_a_recovery_code_lets_in_once_however_it_is_typed() -> None:
    _, secret, recovery = _enrolled()
    assert len(set(recovery)) == codes.RECOVERY_CODES
    later = AT + 10 * MINUTE
    half = _by_phone(at=later)
    typed = recovery[3].lower().replace("-", " ")
    whole = factors.give_recovery_code(
        actor=_actor(half, later), session_token=half, code=typed, at=later
    )
    actor = _actor(whole, later)
    assert "operator" in actor.roles
    assert shown.state(person_id=actor.person_id or 0).recovery_codes == 7
    again = _by_phone(at=later + 2 * MINUTE)
    with pytest.raises(Refusal) as refused:
        factors.give_recovery_code(
            actor=_actor(again, later), session_token=again, code=recovery[3], at=later
        )
    assert refused.value.code == "second_factor_wrong"
    at = later + MINUTE
    fresh = factors.renew_recovery_codes(actor=actor, code=_code(secret, at), at=at)
    assert not set(fresh) & set(recovery)
    with pytest.raises(Refusal):
        factors.give_recovery_code(
            actor=_actor(again, later), session_token=again, code=recovery[0], at=at
        )


@pytest.mark.usefixtures("cast")
def test_secrets_and_codes_are_in_no_table_in_clear_and_in_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        _, secret, recovery = _enrolled()
    row = SecondFactor.objects.get()
    assert row.secret_sealed is not None
    assert len(bytes(row.secret_sealed)) > len(secret)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_name LIKE 'identity%'"
            " OR table_name LIKE 'governance%'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert "identity_secondfactor" in tables
        for table in tables:
            cursor.execute(f"SELECT t::text, t FROM {table} AS t")
            told = " ".join(text for text, _ in cursor.fetchall())
            for planted in (secret, *recovery, *map(codes.plain_recovery_code, recovery)):
                assert planted not in told, table
                assert planted.encode().hex() not in told, table
    for planted in (secret, *recovery):
        assert planted not in caplog.text


@pytest.mark.usefixtures("cast")
def test_a_secret_opens_in_its_own_row_alone() -> None:
    _enrolled("operator")
    _enrolled("auditor")
    one, other = SecondFactor.objects.order_by("made_at", "id")
    one.secret_sealed = other.secret_sealed
    person_id = one.person_id
    one.save(update_fields=["secret_sealed"])
    with pytest.raises(ValueError, match="sealed"):
        shown.simulated_now(person_id=person_id, at=AT)


@pytest.mark.usefixtures("cast")
def test_what_is_shown_to_enrol_with_does_not_last_nor_show_again() -> None:
    token = _by_phone()
    actor = _actor(token)
    secret = _device(actor)
    assert _device(actor) == secret
    late = AT + factors.ENROLMENT_LIFE
    with pytest.raises(Refusal) as refused:
        factors.confirm_enrolment(
            actor=actor, session_token=token, code=_code(secret, late), at=late
        )
    assert refused.value.code == "second_factor_expired"
    factors.begin_enrolment(actor=actor, at=late)
    found = shown.enrolment(person_id=actor.person_id or 0, account="x")
    assert found is not None
    assert found.secret != secret
    assert found.address.startswith("otpauth://totp/")
    factors.confirm_enrolment(
        actor=actor, session_token=token, code=_code(found.secret, late), at=late
    )
    assert shown.enrolment(person_id=actor.person_id or 0, account="x") is None
    with pytest.raises(Refusal) as refused:
        factors.begin_enrolment(actor=actor, at=late)
    assert refused.value.code == "second_factor_exists"


@pytest.mark.usefixtures("cast")
def test_citizens_have_none_and_nobody_gives_what_they_have_not() -> None:
    lin = _actor(_by_phone("lin-xiao"))
    with pytest.raises(Refusal) as refused:
        factors.begin_enrolment(actor=lin, at=AT)
    assert refused.value.code == "seat_missing"
    token = _by_phone("operator")
    assert _refusal(token, "123456", AT) == "second_factor_missing"


@pytest.mark.usefixtures("cast")
def test_staff_are_logged_out_after_half_an_hour_without_use_and_after_twelve_hours() -> None:
    token, _, _ = _enrolled()
    assert queries.signed_in(token, AT + queries.IDLE_MAX - MINUTE) is not None
    assert queries.signed_in(token, AT + queries.IDLE_MAX) is None
    at = AT
    while at < AT + STAFF_SESSION_LIFE:
        found = queries.signed_in(token, at)
        assert found is not None, at
        commands.keep_session(session_token=token, at=at)
        at += 20 * MINUTE
    assert queries.signed_in(token, at) is None
    # A citizen's session has neither end.
    lin = _by_phone("lin-xiao")
    assert queries.signed_in(lin, AT + timedelta(days=20)) is not None


@pytest.mark.usefixtures("cast")
def test_a_reset_is_somebody_elses_ends_every_session_and_asks_for_a_new_device() -> None:
    token, secret, recovery = _enrolled()
    security = _actor(_enrolled("security")[0])
    person_id = _actor(token).person_id or 0
    for actor in (_actor(token), platform_like("sysadmin"), platform_like("auditor")):
        with pytest.raises(Forbidden):
            factors.reset_second_factor(actor=actor, person_id=person_id, at=AT)
    with pytest.raises(Forbidden) as refused:
        factors.reset_second_factor(actor=security, person_id=security.person_id or 0, at=AT)
    assert refused.value.code == "own_second_factor"
    factors.reset_second_factor(actor=security, person_id=person_id, at=AT)
    assert queries.signed_in(token, AT) is None
    half = _by_phone(at=AT + 2 * MINUTE)
    assert _refusal(half, _code(secret, AT + MINUTE), AT + MINUTE) == "second_factor_missing"
    assert not RecoveryCode.objects.filter(factor__person_id=person_id).exists()
    assert recovery
    ended = SecondFactor.objects.get(person_id=person_id)
    assert (ended.secret_sealed, ended.ended_at) == (None, AT)
    with pytest.raises(Refusal) as missing:
        factors.reset_second_factor(actor=security, person_id=person_id, at=AT)
    assert missing.value.code == "second_factor_missing"


def platform_like(role: str) -> Actor:
    """Somebody with this role."""
    return Actor("person:999", frozenset({"citizen", role}), person_id=999)


@pytest.mark.django_db
def test_who_leaves_their_desk_leaves_the_second_factor_there() -> None:
    membership = add_member(
        actor=platform_actor(),
        phone=BY_NAME["operator"].phone,
        role="operator",
        organisation_id=None,
        display_name="",
        at=AT,
    )
    token, _, _ = _enrolled()
    end_membership(actor=platform_actor(), membership_id=membership, organisation_id=None, at=AT)
    assert queries.signed_in(token, AT) is None
    assert SecondFactor.objects.get().secret_sealed is None


@pytest.mark.usefixtures("books")
def test_one_code_in_two_hands_at_once_lets_one_in() -> None:
    seat_staff(actor=platform_actor(), organisations={}, at=AT)
    _, secret, _ = _enrolled()
    later = AT + 10 * MINUTE
    tokens = [_by_phone(at=later + number * 2 * MINUTE) for number in range(4)]
    code = _code(secret, later)
    came_in: list[str] = []

    def give(token: str) -> None:
        try:
            actor = _actor(token, later)
            came_in.append(factors.give_code(actor=actor, session_token=token, code=code, at=later))
        except Refusal:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came_in) == 1
