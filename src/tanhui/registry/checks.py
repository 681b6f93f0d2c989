"""What the registry's commands ask of what they are given, before they ask the database."""

from __future__ import annotations

import unicodedata

from tanhui.kernel.actors import Actor
from tanhui.registry import refusals
from tanhui.registry.moving import Line

REFERENCE_MOST = 64
REASON_MOST = 500
# Credits of one thousand million tonnes: more than any city will see.
_KG_MOST = 10**15
_FEN_MOST = 10**9


def own(actor: Actor) -> int:
    """The organisation for which the actor holds credits; refuses `no_account`."""
    if actor.organisation_id is None:
        raise refusals.no_organisation()
    return actor.organisation_id


def line(project_code: str, vintage: int, kg: int) -> Line:
    """Kilograms of a project and vintage; refuses `kg_invalid` and `vintage_invalid`."""
    if not _whole(kg) or not 0 < kg <= _KG_MOST:
        raise refusals.kg_invalid()
    if not _whole(vintage) or not 2000 <= vintage <= 2200:
        raise refusals.vintage_invalid()
    return Line(project_code, vintage, kg)


def reference(told: str) -> None:
    """Refuses `reference_invalid`."""
    if not 0 < len(told) <= REFERENCE_MOST or not told.isprintable():
        raise refusals.reference_invalid()


def price(price_fen: int | None) -> None:
    """Refuses `price_invalid`: fen per tonne, whole and not below 0."""
    if price_fen is not None and (not _whole(price_fen) or not 0 <= price_fen <= _FEN_MOST):
        raise refusals.price_invalid()


def reason(told: str) -> str:
    """A reason without its margins; refuses `reason_invalid`."""
    words = told.strip()
    if not 0 < len(words) <= REASON_MOST:
        raise refusals.reason_invalid(REASON_MOST)
    return words


def text(name: str, told: str, most: int, *, needed: bool = True) -> str:
    """A line of text without its margins; refuses `wish_invalid`.

    Signs that turn the direction of writing would let a certificate read otherwise than it is.
    """
    words = unicodedata.normalize("NFC", told).strip()
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") for sign in words)
    if hidden or len(words) > most or (needed and not words):
        raise refusals.wish_invalid(name, most)
    return words


def numbers(first: int, last: int) -> None:
    """Refuses `range_invalid`."""
    if not (_whole(first) and _whole(last) and 1 <= first <= last < 2**62):
        raise refusals.range_invalid()


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
