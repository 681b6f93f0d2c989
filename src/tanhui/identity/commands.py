"""What may happen to persons and to their log-ins."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity import personas, refusals
from tanhui.identity.models import (
    STAFF_SESSION_LIFE,
    LoginCode,
    LoginLink,
    Membership,
    Person,
    Session,
)
from tanhui.identity.phones import parse_phone
from tanhui.identity.sealing import blind_index, blind_indexes, is_blind_code, seal, token_hash
from tanhui.identity.sms import Sms
from tanhui.kernel.actors import Actor, Assurance
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.commands import open_accounts
from tanhui.runtime.sql import load

LOCALES = ("zh-hans", "en")
VIEWS = ("standard", "elder")
CODE_LIFE = timedelta(minutes=5)
CODE_TRIES_MAX = 5
CODE_PAUSE = timedelta(seconds=60)
CODES_PER_HOUR_MAX = 5
CODES_PER_ADDRESS_AND_HOUR_MAX = 60
SESSION_LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
LINK_LIFE = timedelta(hours=24)
NAME_CHARACTERS_MAX = 40
SIMULATED_MAX = 10_000_000
PHONE_FIELD = "identity.person.phone"
NAME_FIELD = "identity.person.display_name"
_ADDRESS_FIELD = "identity.logincode.address"
_CODE_FIELD = "identity.logincode.code"
_CODE_KEPT = timedelta(days=1)
_HOUR = timedelta(hours=1)
_TOKEN_BYTES = 32
_ACCOUNTS = (CITIZEN_POINTS, CITIZEN_REDUCTION)
_BY_PHONE = Actor(name="phone", roles=frozenset(), assurance=Assurance.PHONE)
_BY_PLATFORM = Actor(name="platform", roles=frozenset({"platform"}), assurance=Assurance.MACHINE)


def register_person(*, actor: Actor, phone: str, display_name: str, at: datetime) -> int:
    """Registers a citizen and opens the two accounts; answers the person's id.

    Refuses `phone_invalid`, `name_too_long`, `phone_already_registered`, and `not_yours` unless
    the platform or someone whose phone was verified acts.
    """
    if actor.assurance < Assurance.PHONE:
        raise refusals.not_yours()
    number = parse_phone(phone)
    with transaction.atomic():
        _lock_phone(number)
        if _by_phone(number) is not None:
            raise refusals.phone_already_registered()
        return _register(number, display_name, at)


def sure_of_person(*, phone: str, display_name: str, simulated: bool, at: datetime) -> int:
    """The id of the person with this phone, registered where there is none.

    For commands that have asked whether the actor may. Refuses `phone_invalid`, `name_too_long`.
    """
    number = parse_phone(phone)
    with transaction.atomic():
        _lock_phone(number)
        return _by_phone(number) or _register(number, display_name, at, simulated=simulated)


def _by_phone(number: str) -> int | None:
    indexes = blind_indexes(number, field=PHONE_FIELD)
    return Person.objects.filter(phone_index__in=indexes).values_list("id", flat=True).first()


def _register(
    phone: str,
    display_name: str,
    at: datetime,
    *,
    view: str = "standard",
    simulated: bool = False,
) -> int:
    name = display_name.strip()
    if len(name) > NAME_CHARACTERS_MAX:
        raise refusals.name_too_long(NAME_CHARACTERS_MAX)
    person = Person.objects.create(
        display_name_sealed=seal(name, field=NAME_FIELD) if name else None,
        phone_sealed=seal(phone, field=PHONE_FIELD),
        phone_index=blind_index(phone, field=PHONE_FIELD),
        view=view,
        simulated=simulated,
        registered_at=at,
    )
    open_accounts(holder_ids=[person.id], kinds=_ACCOUNTS)
    return person.id


def seat_personas(*, at: datetime) -> list[int]:
    """Registers the citizens of the cast who are missing; answers their ids in the cast's order.

    Refuses `simulated_only` outside a demo or a test.
    """
    _require_simulated()
    with transaction.atomic():
        _run("lock_simulated")
        return _seat_personas(at)


def _seat_personas(at: datetime) -> list[int]:
    numbers = [persona.phone for persona in personas.CITIZENS]
    return [
        _by_phone(number)
        or _register(number, persona.name_zh, at, view=persona.view, simulated=True)
        for persona, number in zip(personas.CITIZENS, numbers, strict=True)
    ]


def register_simulated(*, actor: Actor, count: int, at: datetime) -> list[int]:
    """Makes sure of `count` simulated persons; answers the first `count` of them in id order.

    The cast's citizens are among them and come first. Refuses `simulated_only` outside a demo or
    a test, `not_permitted` and `count_out_of_range`.
    """
    _require_simulated()
    require(actor, "persons.simulate")
    if not 1 <= count <= SIMULATED_MAX:
        raise refusals.count_out_of_range(SIMULATED_MAX)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "lock_simulated"))
        _seat_personas(at)
        cursor.execute(load("tanhui.identity", "register_simulated"), {"count": count, "at": at})
        added = np.fromiter((row[0] for row in cursor), dtype=np.int64)
        if len(added):
            open_accounts(holder_ids=added, kinds=_ACCOUNTS)
            write_audit(
                actor=actor,
                action="identity.register_simulated",
                subject="persons",
                facts={"added": len(added)},
                at=at,
            )
        cursor.execute(load("tanhui.identity", "simulated_ids"), {"count": count})
        return [row[0] for row in cursor]


def send_login_code(*, phone: str, at: datetime, sms: Sms, address: str | None = None) -> str:
    """Sends six digits that are good for five minutes and five tries; answers the number.

    Refuses `phone_invalid`, `too_many_codes` (one a minute and five an hour for each phone) and
    `too_many_codes_here` (sixty an hour from each network address).
    """
    number = parse_phone(phone)
    index = blind_index(number, field=PHONE_FIELD)
    place = blind_index(address, field=_ADDRESS_FIELD) if address else None
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        _lock_phone(number)
        _refuse_too_many(number, place, at)
        LoginCode.objects.filter(created_at__lt=at - _CODE_KEPT).delete()
        LoginCode.objects.create(
            phone_index=index,
            address_index=place,
            code_hash=_code_hash(index, code),
            created_at=at,
            expires_at=at + CODE_LIFE,
        )
    sms.send_login_code(number, code)
    return number


def _refuse_too_many(phone: str, place: bytes | None, at: datetime) -> None:
    recent = list(
        _codes_of(phone)
        .filter(created_at__gt=at - _HOUR)
        .order_by("-created_at")
        .values_list("created_at", flat=True)[:CODES_PER_HOUR_MAX]
    )
    if recent and at - recent[0] < CODE_PAUSE:
        raise refusals.too_many_codes(recent[0] + CODE_PAUSE - at)
    if len(recent) >= CODES_PER_HOUR_MAX:
        raise refusals.too_many_codes(recent[-1] + _HOUR - at)
    if place is None:
        return
    here = LoginCode.objects.filter(address_index=place, created_at__gt=at - _HOUR)
    if here.count() >= CODES_PER_ADDRESS_AND_HOUR_MAX:
        raise refusals.too_many_codes_here()


def log_in(*, phone: str, code: str, at: datetime) -> str:
    """Logs in the owner of a phone, registering the person on the first time; answers a token.

    Refuses `phone_invalid`, `code_wrong`, `code_expired` and `code_used_up` (five wrong tries).
    """
    number = parse_phone(phone)
    # A wrong try is counted by a transaction of its own, which the refusal must not undo.
    with transaction.atomic():
        _lock_phone(number)
        refusal = _try_code(number, code.strip(), at)
    if refusal is not None:
        raise refusal
    with transaction.atomic():
        person_id = _by_phone(number) or register_person(
            actor=_BY_PHONE, phone=number, display_name="", at=at
        )
        return _open_session(person_id, at)


def prove_phone(*, phone: str, code: str, at: datetime) -> int | None:
    """Uses up a code that its owner reads out to a desk; the person's number, None for nobody.

    Opens no session. Refuses `phone_invalid`, `code_wrong`, `code_expired` and `code_used_up`.
    """
    number = parse_phone(phone)
    with transaction.atomic():
        _lock_phone(number)
        refusal = _try_code(number, code.strip(), at)
    if refusal is not None:
        raise refusal
    return _by_phone(number)


def _codes_of(phone: str) -> QuerySet[LoginCode]:
    return LoginCode.objects.filter(phone_index__in=blind_indexes(phone, field=PHONE_FIELD))


def _try_code(phone: str, code: str, at: datetime) -> Exception | None:
    sent = _codes_of(phone).filter(used_at__isnull=True).order_by("-created_at", "-id").first()
    if sent is None or sent.expires_at <= at:
        return refusals.code_expired()
    if sent.attempts >= CODE_TRIES_MAX:
        return refusals.code_used_up()
    index = bytes(sent.phone_index)
    if not is_blind_code(bytes(sent.code_hash), _code_text(index, code), field=_CODE_FIELD):
        sent.attempts += 1
        sent.save(update_fields=["attempts"])
        left = CODE_TRIES_MAX - sent.attempts
        return refusals.code_wrong(left) if left else refusals.code_used_up()
    sent.used_at = at
    sent.save(update_fields=["used_at"])
    return None


def open_login_link(*, actor: Actor, persona: str, at: datetime) -> str:
    """A token that logs a browser in once as one of the cast, within a day.

    Refuses `simulated_only` outside a demo or a test, `not_permitted`,
    `persona_unknown` and `persona_not_seated` (staff whose organisation is not registered here).
    """
    _require_simulated()
    require(actor, "login_links.open")
    known = personas.BY_NAME.get(persona)
    if known is None:
        raise refusals.persona_unknown(persona)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        seat_personas(at=at)
        person_id = _by_phone(known.phone)
        if person_id is None:
            raise refusals.persona_not_seated(persona)
        LoginLink.objects.create(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=at,
            expires_at=at + LINK_LIFE,
        )
        write_audit(
            actor=actor,
            action="identity.open_login_link",
            subject=f"persona:{persona}",
            facts={},
            at=at,
        )
    return token


def log_in_by_link(*, token: str, at: datetime) -> str:
    """Uses a log-in link up; answers a session token.

    Refuses `link_invalid`, and `simulated_only` outside a demo or a test.
    """
    _require_simulated()
    with transaction.atomic():
        link = (
            LoginLink.objects.select_for_update()
            .filter(token_hash=token_hash(token), used_at__isnull=True, expires_at__gt=at)
            .first()
        )
        if link is None:
            raise refusals.link_invalid()
        link.used_at = at
        link.save(update_fields=["used_at"])
        # The link stands for phone and second factor alike; there is none outside a demo.
        return _open_session(link.person_id, at, opened=True)


def keep_session(*, session_token: str, at: datetime) -> None:
    """Notes that a session of staff was used just now; unused ones end by themselves."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            load("tanhui.identity", "seen"),
            {"token_hash": token_hash(session_token), "at": at, "before": at - SEEN_EVERY},
        )


def log_out(*, actor: Actor, session_token: str, at: datetime) -> None:
    """Ends one session, and clears away what has expired. Refuses `not_yours` to nobody's actor."""
    if actor.person_id is None:
        raise refusals.not_yours()
    with transaction.atomic():
        Session.objects.filter(
            token_hash=token_hash(session_token), person_id=actor.person_id
        ).delete()
        Session.objects.filter(person_id=actor.person_id, expires_at__lte=at).delete()


def choose_locale(*, actor: Actor, locale: str, at: datetime) -> None:  # noqa: ARG001
    """Keeps the language a person reads. Refuses `locale_unknown`, `not_yours`."""
    if locale not in LOCALES:
        raise refusals.locale_unknown()
    _change(actor, locale=locale)


def choose_view(*, actor: Actor, view: str, at: datetime) -> None:  # noqa: ARG001
    """Keeps whether a person reads the standard or the elder view. Refuses `view_unknown`."""
    if view not in VIEWS:
        raise refusals.view_unknown()
    _change(actor, view=view)


def _change(actor: Actor, **values: str) -> None:
    if actor.person_id is None:
        raise refusals.not_yours()
    with transaction.atomic():
        Person.objects.filter(id=actor.person_id, erased_at__isnull=True).update(**values)


def platform_actor() -> Actor:
    """The platform's own process, for the command line and the making of a demo city."""
    return _BY_PLATFORM


def _open_session(person_id: int, at: datetime, *, opened: bool = False) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    # Who may decide over others logs in again every working day.
    staff = Membership.objects.filter(person_id=person_id, ended_at__isnull=True).exists()
    Session.objects.create(
        token_hash=token_hash(token),
        person_id=person_id,
        created_at=at,
        expires_at=at + (STAFF_SESSION_LIFE if staff else SESSION_LIFE),
        second_factor_at=at if staff and opened else None,
    )
    return token


def _code_text(index: bytes, code: str) -> str:
    return index.hex() + code


def _code_hash(index: bytes, code: str) -> bytes:
    """A keyed hash: six digits could be guessed from a plain one."""
    return blind_index(_code_text(index, code), field=_CODE_FIELD)


def _lock_phone(phone: str) -> None:
    """Whoever does something about this phone at the same moment waits here.

    The oldest of its indexes is the one that every program knows while the key changes.
    """
    oldest = blind_indexes(phone, field=PHONE_FIELD)[-1]
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "lock_phone"), {"phone_index": oldest})


def _run(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", name))


def _require_simulated() -> None:
    if not settings.TANHUI.simulated:
        raise refusals.simulated_only()
