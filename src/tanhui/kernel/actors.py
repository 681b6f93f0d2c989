"""Who acts. A door builds the actor; a command asks `governance.permissions` about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Assurance(IntEnum):
    """How sure the platform is of who acts."""

    NONE = 0
    PHONE = 1
    KEY = 2
    MACHINE = 3


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: a person, a partner's key or the platform's own process.

    `person_id` and `organisation_id` are None where they do not apply. `proved_at` is when the
    person last proved by a code to have the phone; `device_since` is since when the person's device
    is known. None means that this is not known.
    """

    name: str
    roles: frozenset[str]
    person_id: int | None = None
    organisation_id: int | None = None
    assurance: Assurance = Assurance.NONE
    proved_at: datetime | None = None
    device_since: datetime | None = None
