"""What a person chooses to be told outside, and where: purposes, ways, addresses, permissions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.consents import commands as consents
from tanhui.identity.consents.purposes import NOTICES
from tanhui.identity.sealing import blind_index, blind_indexes, is_blind_code, seal, unseal
from tanhui.kernel.actors import Actor
from tanhui.notices import queries, refusals
from tanhui.notices.commands import ADDRESS_FIELD
from tanhui.notices.content import template_of, terms_of
from tanhui.notices.gateways.chosen import ways as own_ways
from tanhui.notices.gateways.ways import Ways
from tanhui.notices.rows import run

CHANNELS = ("subscribe", "sms", "mail")
_CODE_FIELD = "notices.proof.code"
_CODE_LIFE = timedelta(minutes=15)
_CODES_PER_HOUR = 5
_TRIES_MAX = 5
_HOUR = timedelta(hours=1)
_MAIL_MAX = 254
# Letters, digits and a few marks; whatever else RFC 5322 allows is nobody's address.
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
Choices = Mapping[tuple[str, str], bool]


def choose(*, actor: Actor, choices: Choices, at: datetime, ways: Ways | None = None) -> int:
    """Notes by which ways (`(purpose, channel)`) the person wants to be told; answers how many
    changed.

    The first yes gives the consent to be told outside, as its words stand on the page; the last no
    takes it back. Refuses: `not_permitted`, `person_unknown`, `notice_way_unknown`,
    `notice_way_closed`, `address_missing`.
    """
    person_id = _person(actor)
    ways = ways or own_ways()
    terms = terms_of(settings.TANHUI.content_root)
    known = {purpose.id for purpose in terms.purposes}
    if any(purpose not in known or channel not in CHANNELS for purpose, channel in choices):
        raise refusals.notice_way_unknown()
    wanted = {channel for (_, channel), yes in choices.items() if yes}
    if wanted - set(ways.open):
        raise refusals.notice_way_closed()
    with transaction.atomic():
        _lock(person_id)
        reached = queries.addresses(person_id)
        for channel in sorted(wanted - set(reached)):
            raise refusals.address_missing(channel)
        before = queries.wanted(person_id)
        after = {way for way, yes in choices.items() if yes} | (before - set(choices))
        if after:
            consents.give(actor=actor, purpose=NOTICES, channel="page", at=at)
        changed = len(
            run(
                "add_choice",
                {
                    "person_id": person_id,
                    "purposes": [purpose for purpose, _ in choices],
                    "channels": [channel for _, channel in choices],
                    "wanted": list(choices.values()),
                    "at": at,
                },
            )
        )
        if before and not after:
            consents.withdraw(actor=actor, purpose=NOTICES, channel="page", at=at)
        if changed:
            facts = {f"{purpose}/{channel}": yes for (purpose, channel), yes in choices.items()}
            _audit(actor, "notices.choose", person_id, facts, at)
    return changed


def add_mail(*, actor: Actor, address: str, at: datetime, ways: Ways | None = None) -> None:
    """Sends six digits to a mail address, good for fifteen minutes.

    The mail goes at once and whatever was chosen: the person is waiting for it. Refuses:
    `not_permitted`, `person_unknown`, `notice_way_closed`, `mail_malformed`, `mail_too_often`.
    """
    person_id = _person(actor)
    ways = ways or own_ways()
    if ways.mail is None:
        raise refusals.notice_way_closed()
    address = address.strip()
    if len(address) > _MAIL_MAX or not _MAIL.fullmatch(address):
        raise refusals.mail_malformed()
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        _lock(person_id)
        asked = {"person_id": person_id, "since": at - _HOUR}
        if run("proofs_since", asked)[0][0] >= _CODES_PER_HOUR:
            raise refusals.mail_too_often()
        run(
            "add_proof",
            {
                "person_id": person_id,
                "sealed": seal(address, field=ADDRESS_FIELD),
                "code_hash": blind_index(_code_text(person_id, code), field=_CODE_FIELD),
                "at": at,
                "until": at + _CODE_LIFE,
            },
        )
        _audit(actor, "notices.add_mail", person_id, {}, at)
    answer = ways.mail.send(
        address=address,
        subject="碳惠邮箱验证码 Tanhui mail code",
        text=f"验证码：{code}，十五分钟内有效。不是你本人操作，不用理会。\n\n"
        f"Your code is {code}, good for fifteen minutes. If this was not you, ignore it.\n",
    )
    if not answer.ok:
        raise refusals.mail_not_sent()


def prove_mail(*, actor: Actor, code: str, at: datetime) -> str:
    """Takes the code from the mail; from then on notices may go there. Answers the address.

    A wrong try counts, also where it is refused. Refuses: `not_permitted`, `person_unknown`,
    `mail_code_wrong`.
    """
    person_id = _person(actor)
    with transaction.atomic():
        tried = run("try_proof", {"person_id": person_id, "at": at, "attempts_max": _TRIES_MAX})
    typed = _code_text(person_id, "".join(code.split())[:12])
    if not tried or not is_blind_code(bytes(tried[0][2]), typed, field=_CODE_FIELD):
        raise refusals.mail_code_wrong()
    address = unseal(tried[0][1], field=ADDRESS_FIELD)
    with transaction.atomic():
        _lock(person_id)
        if not run("use_proof", {"id": tried[0][0], "at": at}):
            raise refusals.mail_code_wrong()
        _put_address(person_id, "mail", address, at)
        _audit(actor, "notices.prove_mail", person_id, {}, at)
    return address


def remove_mail(*, actor: Actor, at: datetime) -> bool:
    """Forgets the mail address; answers whether there was one. Refuses: `not_permitted`,
    `person_unknown`.
    """
    person_id = _person(actor)
    with transaction.atomic():
        gone = bool(run("drop_address", {"person_id": person_id, "channel": "mail"}))
        if gone:
            _audit(actor, "notices.remove_mail", person_id, {}, at)
    return gone


def bind_wechat(*, actor: Actor, code: str, at: datetime, ways: Ways | None = None) -> None:
    """Notes by which identifier WeChat knows the person, from the mini-program's log-in code.

    Refuses: `not_permitted`, `person_unknown`, `notice_way_closed`, `wechat_code_wrong`.
    """
    person_id = _person(actor)
    ways = ways or own_ways()
    if ways.subscribe is None:
        raise refusals.notice_way_closed()
    openid, answer = ways.subscribe.openid(code)
    if not answer.ok:
        raise refusals.wechat_code_wrong(again=answer.again)
    with transaction.atomic():
        _lock(person_id)
        _put_address(person_id, "subscribe", openid, at)
        _audit(actor, "notices.bind_wechat", person_id, {}, at)


def grant_subscribe(*, actor: Actor, templates: Sequence[str], at: datetime) -> None:
    """Notes that the person said yes in the mini-program: one yes lets one message through.

    Refuses: `not_permitted`, `person_unknown`, `no_such_notice`, `address_missing`.
    """
    person_id = _person(actor)
    for template in templates:
        template_of(settings.TANHUI.content_root, template)
    with transaction.atomic():
        _lock(person_id)
        if "subscribe" not in queries.addresses(person_id):
            raise refusals.address_missing("subscribe")
        run("add_grants", {"person_id": person_id, "templates": list(templates), "at": at})
        _audit(actor, "notices.grant", person_id, {"templates": list(templates)}, at)


def _put_address(person_id: int, channel: str, address: str, at: datetime) -> None:
    run(
        "put_address",
        {
            "person_id": person_id,
            "channel": channel,
            "sealed": seal(address, field=ADDRESS_FIELD),
            "index": blind_index(address, field=ADDRESS_FIELD),
            "indexes": blind_indexes(address, field=ADDRESS_FIELD),
            "at": at,
        },
    )


def _person(actor: Actor) -> int:
    require(actor, "notices.own")
    if actor.person_id is None:
        raise refusals.person_unknown()
    return actor.person_id


def _lock(person_id: int) -> None:
    if not run("lock_person", {"person_id": person_id}):
        raise refusals.person_unknown()


def _code_text(person_id: int, code: str) -> str:
    return f"{person_id}:{code}"


def _audit(
    actor: Actor, action: str, person_id: int, facts: Mapping[str, object], at: datetime
) -> None:
    write_audit(
        actor=actor,
        action=action,
        subject=f"person:{person_id}",
        facts=cast("dict[str, object]", dict(facts)),
        at=at,
    )
