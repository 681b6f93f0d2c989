"""QR codes as SVG: black on white in every theme, so that a phone reads them from paper."""

from __future__ import annotations

import segno

_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def qr_svg(text: str) -> str:
    """The code of a text as SVG with its quiet zone of two modules; a quarter may be damaged."""
    code = segno.make(text, error="q", micro=False)
    drawn: str = code.svg_inline(border=2, dark="#14201a", light="#fff")
    # Inside a page the name of the language is known; a document reads the picture by itself.
    return drawn.replace("<svg ", f"<svg {_NAMESPACE} ", 1)
