"""Who the organisations are. Their names are public: they stand in the registers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tanhui.identity.models import Organisation as OrganisationRow
from tanhui.kernel.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; `credit_code` is its 统一社会信用代码."""

    id: int
    code: str
    name_zh: str
    name_en: str
    credit_code: str
    roles: tuple[str, ...]
    small: bool
    simulated: bool
    registered_at: datetime


def organisation(organisation_id: int) -> Organisation:
    """The organisation of this number; refuses `no_such_organisation`."""
    return _one(id=organisation_id)


def by_code(code: str) -> Organisation:
    """The organisation of this code; refuses `no_such_organisation`."""
    return _one(code=code)


def organisations(
    *, role: str | None = None, ids: Iterable[int] | None = None
) -> dict[int, Organisation]:
    """Organisations by number in the order of their names: all, those of a role, or these."""
    rows = OrganisationRow.objects.order_by("name_zh", "id")
    if role is not None:
        rows = rows.filter(roles__contains=[role])
    if ids is not None:
        rows = rows.filter(id__in=list(ids))
    return {row.id: _told(row) for row in rows}


def _one(**wanted: object) -> Organisation:
    row = OrganisationRow.objects.filter(**wanted).first()
    if row is None:
        raise NotFound(
            "no_such_organisation",
            zh="没有登记这家机构。",
            en="There is no such organisation.",
        )
    return _told(row)


def _told(row: OrganisationRow) -> Organisation:
    return Organisation(
        row.id,
        row.code,
        row.name_zh,
        row.name_en,
        row.credit_code,
        tuple(row.roles),
        row.small,
        row.simulated,
        row.registered_at,
    )
