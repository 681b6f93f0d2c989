"""What may happen to partners and their riders."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.consents.commands import attest
from tanhui.identity.queries import unregistered
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.partners import queries
from tanhui.partners.models import Partner
from tanhui.partners.riders import byte_strings, rider_digests
from tanhui.partners.rows import cleaned, fetch, require_own
from tanhui.runtime import binary
from tanhui.runtime.sql import load

EXPECTED_HOURS = 24
EXPECTED_HOURS_MAX = 31 * 24
NAME_CHARACTERS_MAX = 80
_MODE = re.compile(r"[a-z_]{1,40}", re.ASCII)


def register_partner(
    *,
    actor: Actor,
    code: str,
    name_zh: str,
    name_en: str,
    scene: str,
    simulated: bool,
    at: datetime,
    expected_hours: int = EXPECTED_HOURS,
    modes: Collection[str] = (),
) -> Partner:
    """Registers an operator, or answers the one already registered with the same content.

    It is expected to deliver at least every `expected_hours`; `modes` are the ways of moving it
    will bring. Both may be edited later (`set_expected`) and are no part of that comparison.
    Refuses: `not_permitted`, `partner_code_malformed`, `partner_name_malformed`, `mode_malformed`,
    `expected_hours_out_of_range`, `partner_exists` (same code, other content).
    """
    require(actor, "partner.register")
    _check_code(code)
    name_zh, name_en = _checked_names(name_zh, name_en)
    _check_modes(modes)
    _check_expected(expected_hours)
    expected = {"expected_hours": expected_hours, "modes": sorted(set(modes))}
    content = {
        "name_zh": name_zh,
        "name_en": name_en,
        "scene": cleaned(scene),
        "simulated": simulated,
    }
    with transaction.atomic():
        partner, created = Partner.objects.get_or_create(
            code=code, defaults={**content, **expected, "registered_at": at}
        )
        if created:
            write_audit(
                actor=actor, action="partner.register", subject=f"partner:{code}", facts={}, at=at
            )
    if any(getattr(partner, field) != value for field, value in content.items()):
        raise Conflict(
            "partner_exists",
            zh="数据方 {code} 已登记，但内容不同。",
            en="The partner {code} is registered with other content.",
            code=code,
        )
    return partner


def set_expected(
    *,
    actor: Actor,
    partner_code: str,
    expected_hours: int,
    modes: Collection[str],
    at: datetime,
) -> None:
    """Says how often a partner should deliver (hours, 1 to 744), and which modes it brings.

    Refuses: `not_permitted`, `no_such_partner`, `expected_hours_out_of_range`, `mode_malformed`.
    """
    require(actor, "partner.register")
    partner = queries.partner(partner_code)
    _check_expected(expected_hours)
    _check_modes(modes)
    expected = {"expected_hours": expected_hours, "modes": sorted(set(modes))}
    with transaction.atomic():
        fetch("set_expected", {"partner_id": partner.id, **expected})
        write_audit(
            actor=actor,
            action="partner.set_expected",
            subject=f"partner:{partner.code}",
            facts=expected,
            at=at,
        )


def _check_code(code: str) -> None:
    if not queries.is_code(code):
        raise Invalid(
            "partner_code_malformed",
            zh="数据方代码由 2 至 16 个大写字母、数字或连字符组成，以字母开头。",
            en="A partner's code has 2 to 16 capital letters, digits or hyphens and begins with"
            " a letter.",
        )


def _checked_names(*names: str) -> tuple[str, ...]:
    told = tuple(cleaned(name) for name in names)
    if not all(1 <= len(name) <= NAME_CHARACTERS_MAX for name in told):
        raise Invalid(
            "partner_name_malformed",
            zh="中英文名称都要填，各不超过 {most} 个字。",
            en="Give a name in Chinese and one in English, each of at most {most} characters.",
            most=NAME_CHARACTERS_MAX,
        )
    return told


def _check_modes(modes: Collection[str]) -> None:
    if not all(_MODE.fullmatch(mode) for mode in modes):
        raise Invalid(
            "mode_malformed",
            zh="出行方式的代码只由小写字母与下划线组成，例如 shared_bike。",
            en="A mode's code is made of small letters and underscores, such as shared_bike.",
        )


def _check_expected(hours: int) -> None:
    if not 1 <= hours <= EXPECTED_HOURS_MAX:
        raise Invalid(
            "expected_hours_out_of_range",
            zh="应在 1 到 {most} 小时之间。",
            en="It is between 1 and {most} hours.",
            most=EXPECTED_HOURS_MAX,
        )


def bind_riders(
    *,
    actor: Actor,
    partner_code: str,
    riders: Sequence[str],
    citizen_ids: binary.Column | Sequence[int],
    at: datetime,
) -> None:
    """Binds a partner's riders to citizens; binding again to the same citizen changes nothing.

    `citizen_ids` (int64) has one entry for each rider. Refuses: `not_permitted`,
    `no_such_partner`, and with nothing bound `no_such_citizen` and `rider_bound_elsewhere`.
    """
    require(actor, "partner.bind_riders")
    partner = queries.partner(partner_code)
    require_own(actor, partner.id, "partner.bind_riders")
    bound = np.asarray(citizen_ids, dtype=np.int64)
    citizens = binary.Int8Array(bound)
    facts = {
        "partner_id": partner.id,
        "rider_digests": binary.Int8Array(
            rider_digests(settings.TANHUI.reference_key, byte_strings(riders))
        ),
        "citizen_ids": citizens,
        "at": at,
    }
    with transaction.atomic(), binary.cursor(connection) as cursor:
        if unknown := unregistered(citizens):
            raise NotFound(
                "no_such_citizen",
                zh="有 {count} 位市民未注册，一位也没有绑定。",
                en="{count} of the citizens are not registered; nobody was bound.",
                count=unknown,
            )
        cursor.execute(load("tanhui.partners", "bind_riders"), facts)
        cursor.execute(load("tanhui.partners", "bound_elsewhere"), facts)
        if cursor.fetchall()[0][0]:
            raise Conflict(
                "rider_bound_elsewhere",
                zh="数据方 {code} 的某位骑行者已绑定其他市民。",
                en="A rider of {code} is already bound to another citizen.",
                code=partner_code,
            )
        # Whoever names a rider to us has the rider's consent to it; the partner answers for that.
        attest(person_ids=bound, partner_id=partner.id, channel="partner", at=at)
        write_audit(
            actor=actor,
            action="partner.bind_riders",
            subject=f"partner:{partner_code}",
            facts={"riders": len(riders)},
            at=at,
        )
