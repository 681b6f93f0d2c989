"""Registering organisations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.models import ORGANISATION_ROLES
from tanhui.identity.models import Organisation as OrganisationRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid

_CODE = re.compile("[A-Z][A-Z0-9-]{1,15}")
_CREDIT_CODE = re.compile("[0-9A-Z]{18}")
_NAME_MOST = 100


def register_organisation(
    *,
    actor: Actor,
    code: str,
    name_zh: str,
    name_en: str,
    credit_code: str,
    roles: Sequence[str],
    small: bool,
    simulated: bool,
    at: datetime,
) -> int:
    """Registers an organisation; answers its number. The same again changes nothing.

    Refuses `not_permitted`, `organisation_code_invalid`, `organisation_name_invalid`,
    `credit_code_invalid`, `organisation_roles_invalid` and `organisation_exists` (the code or the
    credit code belongs to another).
    """
    require(actor, "organisations.register")
    _check(code, name_zh, name_en, credit_code, roles)
    told = {
        "name_zh": name_zh.strip(),
        "name_en": name_en.strip(),
        "credit_code": credit_code,
        "roles": sorted(roles),
        "small": small,
        "simulated": simulated,
    }
    try:
        with transaction.atomic():
            row, made = OrganisationRow.objects.get_or_create(
                code=code, defaults={**told, "registered_at": at}
            )
            if made:
                write_audit(
                    actor=actor,
                    action="identity.register_organisation",
                    subject=f"organisation:{row.id}",
                    facts={"code": code, "roles": sorted(roles)},
                    at=at,
                )
    except IntegrityError as error:
        raise _exists() from error
    if any(getattr(row, name) != value for name, value in told.items()):
        raise _exists()
    return row.id


def _check(code: str, name_zh: str, name_en: str, credit_code: str, roles: Sequence[str]) -> None:
    if not _CODE.fullmatch(code):
        raise Invalid(
            "organisation_code_invalid",
            zh="机构代码由大写字母、数字和连字符组成，字母开头，最多 16 位。",
            en="An organisation's code is of capitals, digits and hyphens, begins with a letter"
            " and has at most 16 characters.",
        )
    if not all(0 < len(name.strip()) <= _NAME_MOST for name in (name_zh, name_en)):
        raise Invalid(
            "organisation_name_invalid",
            zh="机构要有中文名和英文名，各不超过 100 字。",
            en="An organisation has a Chinese and an English name of at most 100 characters.",
        )
    if not _CREDIT_CODE.fullmatch(credit_code):
        raise Invalid(
            "credit_code_invalid",
            zh="统一社会信用代码是 18 位数字或大写字母。",
            en="A unified social credit code has 18 digits or capitals.",
        )
    if not roles or not set(roles) <= set(ORGANISATION_ROLES) or _torn(roles):
        raise Invalid(
            "organisation_roles_invalid",
            zh="机构的身份是业主、认购方、商家、出资方，可以兼有；审核机构不能兼别的。",
            en="An organisation is an owner, a buyer, a merchant, a sponsor or several of these,"
            " or a verification body alone.",
        )


def _torn(roles: Sequence[str]) -> bool:
    return "verifier" in roles and len(set(roles)) > 1


def _exists() -> Conflict:
    return Conflict(
        "organisation_exists",
        zh="这个机构代码或信用代码已登记，内容不同。",
        en="This code or credit code is registered already, with other facts.",
    )
