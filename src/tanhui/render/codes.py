"""QR codes as SVG: black on white in every theme, so that a phone reads them from paper."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """The code of a text as SVG with its quiet zone of two modules; a quarter may be damaged."""
    code = segno.make(text, error="q", micro=False)
    written = io.BytesIO()
    code.save(written, kind="svg", border=2, xmldecl=False, dark="#14201a", light="#fff")
    return written.getvalue().decode()
