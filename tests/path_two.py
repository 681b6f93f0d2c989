"""The cast of path two: owners, verification bodies, buyers and the bureau, at their desks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tanhui.cli.demo_organisations import seat_organisations
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import seat_staff
from tanhui.identity.personas import BY_NAME
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor
from tests.cast import NOW, OPERATOR


@dataclass(frozen=True)
class PathTwo:
    """The organisations' numbers by code, and everybody's number by persona.

    `organisations`: GLASS, FOREST, GREENWAY, VILLAGE (small) own; VERIFY-A and VERIFY-B verify;
    EXPO and FACTORY buy.
    """

    organisations: dict[str, int]
    persons: dict[str, int]

    def actor(self, persona: str) -> Actor:
        """How one of the cast acts at its desk: `owner-glass`, `verifier`, `regulator-2`, …"""
        told = BY_NAME[persona]
        number = self.organisations[told.organisation] if told.organisation else None
        return acting(self.persons[persona], role=told.role, organisation_id=number)

    def organisation(self, code: str) -> int:
        """The number of an organisation."""
        return self.organisations[code]


def seat_path_two(*, at: datetime = NOW) -> PathTwo:
    """Registers the organisations and seats the whole staff, that of partners excepted."""
    numbers = seat_organisations(actor=OPERATOR, at=at)
    seated = seat_staff(actor=platform_actor(), organisations=numbers, at=at)
    return PathTwo(numbers, {name: persona_id(name) for name in (*seated, "lin-xiao")})
