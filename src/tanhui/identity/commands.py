"""What may happen to persons and to their log-ins."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity import personas, refusals
from tanhui.identity.codes.commands import LOGIN, PHONE_FIELD, lock_phone, send_code, try_code
from tanhui.identity.models import LoginLink, Person, Session
from tanhui.identity.phones import parse_phone
from tanhui.identity.sealing import blind_index, blind_indexes, seal, token_hash
from tanhui.identity.sessions.commands import new_device, open_session
from tanhui.identity.sms import Sms
from tanhui.kernel.actors import Actor, Assurance
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.commands import open_accounts
from tanhui.runtime.sql import load

LOCALES = ("zh-hans", "en")
VIEWS = ("standard", "elder")
SEEN_EVERY = timedelta(minutes=1)
LINK_LIFE = timedelta(hours=24)
NAME_CHARACTERS_MAX = 40
SIMULATED_MAX = 10_000_000
NAME_FIELD = "identity.person.display_name"
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
        lock_phone(number=number)
        if _by_phone(number) is not None:
            raise refusals.phone_already_registered()
        return _register(number, display_name, at)


def sure_of_person(*, phone: str, display_name: str, simulated: bool, at: datetime) -> int:
    """The id of the person with this phone, registered where there is none.

    For commands that have asked whether the actor may. Refuses `phone_invalid`, `name_too_long`.
    """
    number = parse_phone(phone)
    with transaction.atomic():
        lock_phone(number=number)
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
    send_code(number=number, purpose=LOGIN, at=at, sms=sms, address=address)
    return number


def log_in(*, phone: str, code: str, at: datetime, device: str | None = None) -> str:
    """Logs in the owner of a phone, registering the person on the first time; answers a token.

    `device` is the token of the device it happens on; without one it is one never seen. Refuses
    `phone_invalid`, `code_wrong`, `code_expired` and `code_used_up` (five wrong tries).
    """
    number = parse_phone(phone)
    try_code(number=number, code=code, purpose=LOGIN, at=at)
    with transaction.atomic():
        person_id = _by_phone(number) or register_person(
            actor=_BY_PHONE, phone=number, display_name="", at=at
        )
        return open_session(
            person_id=person_id, device=new_device(known=device), at=at, proved=True
        )


def prove_phone(*, phone: str, code: str, at: datetime) -> int | None:
    """Uses up a code that its owner reads out to a desk; the person's number, None for nobody.

    Opens no session. Refuses `phone_invalid`, `code_wrong`, `code_expired` and `code_used_up`.
    """
    number = parse_phone(phone)
    try_code(number=number, code=code, purpose=LOGIN, at=at)
    return _by_phone(number)


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


def log_in_by_link(*, token: str, at: datetime, device: str | None = None) -> str:
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
        # The link stands for second factor and known device alike; there is none outside a demo.
        return open_session(
            person_id=link.person_id,
            device=new_device(known=device),
            at=at,
            proved=False,
            vouched=True,
        )


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


def _run(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", name))


def _require_simulated() -> None:
    if not settings.TANHUI.simulated:
        raise refusals.simulated_only()
