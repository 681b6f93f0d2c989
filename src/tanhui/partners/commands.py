"""What may happen to partners and their riders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.queries import unregistered
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, NotFound
from tanhui.partners import queries
from tanhui.partners.models import Partner
from tanhui.partners.riders import byte_strings, rider_digests
from tanhui.runtime import binary
from tanhui.runtime.sql import load


def register_partner(
    *,
    actor: Actor,
    code: str,
    name_zh: str,
    name_en: str,
    scene: str,
    simulated: bool,
    at: datetime,
) -> Partner:
    """Registers an operator, or answers the one already registered with the same content.

    Refuses: `not_permitted`, `partner_exists` (same code, other content).
    """
    require(actor, "partner.register")
    content = {"name_zh": name_zh, "name_en": name_en, "scene": scene, "simulated": simulated}
    with transaction.atomic():
        partner, created = Partner.objects.get_or_create(
            code=code, defaults={**content, "registered_at": at}
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
    citizens = binary.Int8Array(np.asarray(citizen_ids, dtype=np.int64))
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
        write_audit(
            actor=actor,
            action="partner.bind_riders",
            subject=f"partner:{partner_code}",
            facts={"riders": len(riders)},
            at=at,
        )
