"""Time-based one-time passwords (RFC 6238, by pyotp) and recovery codes."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

import pyotp
import segno

STEP = timedelta(seconds=30)
DIGITS = 6
# Clocks differ: the step before and the one after are taken too.
WINDOW = 1
RECOVERY_CODES = 8
_RECOVERY_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_RECOVERY_LENGTH = 12
_SVG = "http://www.w3.org/2000/svg"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps read them."""
    return pyotp.random_base32(32)


def step_at(at: datetime) -> int:
    """The number of the step of 30 seconds that a moment lies in."""
    return (at - _EPOCH) // STEP


def code_of(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step."""
    return pyotp.HOTP(secret, digits=digits).at(step)


def accepted_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The step whose code this is, within the window and later than `after`; None if there is none.

    Every step of the window is compared, so that the time taken tells nothing.
    """
    now, found = step_at(at), None
    given = code.replace(" ", "").encode()
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), given) and step > after:
            found = step
    return found


def address(secret: str, account: str, issuer: str) -> str:
    """The otpauth address that a QR code carries; it holds the secret."""
    return pyotp.TOTP(secret, digits=DIGITS).provisioning_uri(name=account, issuer_name=issuer)


def picture(text: str) -> bytes:
    """A QR code as SVG, dark on white whatever the theme, with its quiet zone."""
    drawn = segno.make(text, error="m").svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True
    )
    # A picture of its own needs the namespace that one inside a page does without.
    return drawn.replace("<svg ", f'<svg xmlns="{_SVG}" ', 1).encode()


def new_recovery_codes() -> list[str]:
    """Eight codes of twelve letters without lookalikes, in groups of four (59 bits each)."""
    return [
        "-".join(
            "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(4))
            for _ in range(_RECOVERY_LENGTH // 4)
        )
        for _ in range(RECOVERY_CODES)
    ]


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is hashed: letters and digits alone, in capitals."""
    return "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
