"""What a member of staff may know of their own second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tanhui.identity.models import SecondFactor
from tanhui.identity.second_factor import codes
from tanhui.identity.second_factor.secret import open_secret

ISSUER = "Tanhui 碳惠"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once to bring a secret onto a device; never written to any log."""

    secret: str
    address: str

    @property
    def grouped(self) -> str:
        """The secret in groups of four, for typing."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


@dataclass(frozen=True, slots=True)
class FactorState:
    """Whether a device is enrolled, since when, and how many recovery codes are left."""

    confirmed_at: datetime | None
    locked_until: datetime | None
    recovery_codes: int


def state(*, person_id: int) -> FactorState:
    """How it stands with a person's second factor."""
    factor = SecondFactor.objects.filter(person_id=person_id, ended_at__isnull=True).first()
    if factor is None or factor.confirmed_at is None:
        return FactorState(None, None, 0)
    left = factor.recovery_codes.filter(used_at__isnull=True).count()
    return FactorState(factor.confirmed_at, factor.locked_until, left)


def enrolment(*, person_id: int, account: str) -> Enrolment | None:
    """What the person enrols with, before it is confirmed; None when there is nothing to enrol."""
    factor = SecondFactor.objects.filter(
        person_id=person_id, ended_at__isnull=True, confirmed_at__isnull=True
    ).first()
    if factor is None:
        return None
    secret = open_secret(factor)
    return Enrolment(secret, codes.address(secret, account, ISSUER))


def simulated_now(*, person_id: int, at: datetime) -> str | None:
    """The code that the person's device would show now; None outside a demo or a test.

    A step that was used already is passed over for the next one. While the factor is locked there
    is none: no code would be taken.
    """
    if not settings.TANHUI.simulated:
        return None
    factor = SecondFactor.objects.filter(person_id=person_id, ended_at__isnull=True).first()
    if factor is None or (factor.locked_until is not None and at < factor.locked_until):
        return None
    step = max(codes.step_at(at), factor.last_step + 1)
    return codes.code_of(open_secret(factor), step)
