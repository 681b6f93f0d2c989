"""The secret of a second factor: sealed in its row, opened for one comparison, nowhere else."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from tanhui.identity.models import SecondFactor
from tanhui.identity.sealing import blind_indexes

KEY_NAME = "second-factor"
_FIELD = "identity.secondfactor.secret"
_RECOVERY_FIELD = "identity.recoverycode"


def bound_to(number: str) -> str:
    """What a secret is bound to: its own row, so that one does not open in another's."""
    return f"{_FIELD}:{number}"


def seal_secret(secret: str, number: UUID) -> bytes:
    """The secret, sealed for one row."""
    return settings.TANHUI.keys.seal(KEY_NAME, secret.encode(), bound_to(str(number)).encode())


def open_secret(factor: SecondFactor) -> str:
    """The secret of a factor that has not ended."""
    if factor.secret_sealed is None:
        raise ValueError("a second factor that has ended has no secret")
    bound = bound_to(str(factor.id)).encode()
    return settings.TANHUI.keys.unseal(KEY_NAME, bytes(factor.secret_sealed), bound).decode()


def recovery_hash(plain: str, number: UUID) -> list[bytes]:
    """The hashes under which a recovery code may be kept, by the newest key first."""
    return blind_indexes(f"{number}\0{plain}", field=_RECOVERY_FIELD)
