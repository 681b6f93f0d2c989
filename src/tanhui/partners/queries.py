"""What one may know of partners."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tanhui.kernel.refusals import NotFound
from tanhui.partners.models import Partner
from tanhui.partners.riders import CONSENTS, RiderBook
from tanhui.partners.rows import fetch
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,15}", re.ASCII)


def is_code(text: str) -> bool:
    """Whether a text has the form of a partner's code; others, however odd, are never looked up."""
    return _CODE.fullmatch(text) is not None


def partner(code: str) -> Partner:
    """The partner `code`; refuses `no_such_partner`."""
    found = Partner.objects.filter(code=code).first() if is_code(code) else None
    if found is None:
        raise NotFound(
            "no_such_partner",
            zh="没有登记的数据方“{code}”。",
            en="There is no registered partner “{code}”.",
            code=code,
        )
    return found


def exists(code: str) -> bool:
    """Whether a partner `code` is registered."""
    return is_code(code) and Partner.objects.filter(code=code).exists()


def partners() -> list[Partner]:
    """All partners, in the order of their registration."""
    return list(Partner.objects.order_by("id"))


@dataclass(frozen=True, slots=True)
class BoundPartner:
    """A partner that knows a citizen as one of its riders, since when, and what it brings."""

    id: int
    code: str
    name_zh: str
    name_en: str
    modes: list[str]
    since: datetime


def bound_to(citizen_id: int) -> list[BoundPartner]:
    """The partners to which a citizen is bound, in the order of their registration."""
    return [BoundPartner(*row) for row in fetch("bound_to", {"citizen_id": citizen_id})]


def rider_book(partner_id: int) -> RiderBook:
    """All riders of a partner, read at once: for whole files, not for single requests."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load("tanhui.partners", "rider_book"), {"partner_id": partner_id} | CONSENTS)
        return RiderBook(*(binary.int8_array(cell) for cell in cursor.fetchall()[0]))
