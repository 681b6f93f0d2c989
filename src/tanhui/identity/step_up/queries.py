"""Whose phone is proved."""

from __future__ import annotations

from tanhui.identity import refusals
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.models import Person
from tanhui.identity.sealing import unseal
from tanhui.kernel.actors import Actor


def own_phone(actor: Actor) -> str:
    """The number of the one who acts; refuses `not_yours` (nobody acts) and `phone_missing`."""
    if actor.person_id is None:
        raise refusals.not_yours()
    row = Person.objects.filter(id=actor.person_id, erased_at__isnull=True).first()
    if row is None or row.phone_sealed is None:
        raise refusals.phone_missing()
    return unseal(row.phone_sealed, field=PHONE_FIELD)
