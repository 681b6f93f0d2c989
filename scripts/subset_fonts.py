"""Cuts the fonts that documents are set in out of the full Noto fonts, once; run by hand.

    pip install fonttools && python scripts/subset_fonts.py [/usr/share/fonts]

Kept are the signs of GB 2312, Latin with its accents, and whatever stands in our own texts and
content; of the characters the regular face keeps the 3,755 of the first level, and the bold face,
which names are set in, all 6,763. What the regular face lacks is taken from the bold one; what both
lack is said by a mark (see `render.documents`). The full fonts are those of Debian's
`fonts-noto-cjk` and `fonts-noto-mono`, under the SIL Open Font License 1.1; the licence lies beside
the result.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "tanhui" / "render" / "fonts"
SYSTEM = Path("/usr/share/fonts")
# Which face of a collection is the one for mainland Chinese.
SC = 2
FONTS = (
    ("opentype/noto/NotoSerifCJK-Regular.ttc", SC, "NotoSerifSC-Regular.otf", 0xD8),
    ("opentype/noto/NotoSerifCJK-Bold.ttc", SC, "NotoSerifSC-Bold.otf", 0xF8),
    ("truetype/noto/NotoSansMono-Regular.ttf", None, "NotoSansMono-Regular.otf", 0),
    ("truetype/noto/NotoSansMono-Bold.ttf", None, "NotoSansMono-Bold.otf", 0),
)
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203B)}
SIGNS = {*range(0x2080, 0x208A), 0x2009, 0x20AC, 0x2103, 0x2109, 0x2116, 0x2212, 0x00D7, 0x3013}
OWN = (".html", ".toml", ".typ", ".py")


def gb2312(end: int) -> set[int]:
    """The code points of the standard: its signs, and its characters before the row `end`."""
    found = set()
    for row in (*range(0xA1, 0xA4), *range(0xB0, end)):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def own() -> set[int]:
    """The code points of our own texts and content, without marks of control."""
    found: set[int] = set()
    for folder in (ROOT / "src" / "tanhui", ROOT / "content"):
        for path in folder.rglob("*"):
            if path.suffix in OWN:
                found |= {ord(character) for character in path.read_text(encoding="utf-8")}
    return {code for code in found if code > 0x1F}


def main() -> None:
    """Writes the parts into the package."""
    system = Path(sys.argv[1]) if len(sys.argv) > 1 else SYSTEM
    kept = LATIN | SIGNS | own()
    covered: set[int] = set()
    for source, face, target, end in FONTS:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as list_of:
            list_of.write("\n".join(f"U+{code:04X}" for code in sorted(kept | gb2312(end))))
            list_of.flush()
            words = [sys.executable, "-m", "fontTools.subset", str(system / source)]
            words += [] if face is None else [f"--font-number={face}"]
            words += [f"--unicodes-file={list_of.name}", f"--output-file={TARGET / target}"]
            words += ["--layout-features=kern,liga,ccmp,locl,mark,mkmk,tnum,lnum,palt,halt"]
            words += ["--no-hinting", "--name-IDs=0,1,2,3,4,5,6,13,14,16,17"]
            subprocess.run(words, check=True)
            covered |= TTFont(TARGET / target).getBestCmap().keys()
            print(f"{target}: {(TARGET / target).stat().st_size:,} bytes")
    known = "".join(chr(code) for code in sorted(covered) if code > 0x1F)
    (TARGET / "characters.txt").write_text(known, encoding="utf-8")


if __name__ == "__main__":
    main()
