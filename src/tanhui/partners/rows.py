"""Running the room's statements, and who of its actors may act for which partner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from tanhui.governance.permissions import PERMISSIONS, require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden, Invalid
from tanhui.runtime.sql import load

_ROOM = "tanhui.partners"
TEXT_CHARACTERS_MAX = 500


def fetch(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows that `sql/<name>.sql` answers."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []


def cleaned(text: str) -> str:
    """A sentence that someone typed, on one line. Refuses `text_too_long` (500 characters)."""
    told = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(told) > TEXT_CHARACTERS_MAX:
        raise Invalid(
            "text_too_long",
            zh="最多 {most} 个字。",
            en="At most {most} characters.",
            most=TEXT_CHARACTERS_MAX,
        )
    return told


def require_own(actor: Actor, partner_id: int, permission: str) -> None:
    """Raises `not_permitted` unless the actor may do this for this partner.

    Someone who holds the permission as a partner alone holds it for the own organisation alone.
    """
    require(actor, permission)
    held = PERMISSIONS[permission] & actor.roles
    if held == {"partner"} and actor.organisation_id != partner_id:
        raise Forbidden(
            "not_permitted",
            zh="{actor} 只能办理本机构的事。",
            en="{actor} acts for the own organisation alone.",
            actor=actor.name,
        )
