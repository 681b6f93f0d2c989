"""A difference as a picture: both totals as bars, and how many rows change by how much (SVG)."""

from __future__ import annotations

from html import escape

from tanhui.methodology.compare import Difference

WIDTH, LEFT, RIGHT = 760, 70, 40
BAR, GAP, TOP = 22, 34, 104
PLOT_TOP, PLOT_HEIGHT = 256, 170
INK, QUIET, LINE = "#14201A", "#58685E", "#D5DED8"
OLD, NEW, LESS = "#1B6880", "#0A7F44", "#B3302A"
FONT = "font-family=\"'PingFang SC','Noto Sans CJK SC','Noto Sans SC',sans-serif\""

LARGER = {
    "mgCO2e": ((10**9, "t CO₂e"), (10**6, "kg CO₂e"), (10**3, "g CO₂e")),
    "kgCO2e": ((10**3, "t CO₂e"),),
}

WORDS = {
    "zh": ("重新量化的差异", "合计", "逐行差异的分布(行数)", "{n} 行，{c} 行有变化", "未变"),
    "en": ("Re-quantification", "Totals", "Rows by difference", "{n} rows, {c} changed", "same"),
}


def _text(x: float, y: float, words: str, size: int = 13, colour: str = INK, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" {more}>'
        f"{escape(words)}</text>"
    )


def _signed(value: int) -> str:
    return f"{'−' if value < 0 else '+'}{abs(value):,}" if value else "0"


def _scaled(value: int, unit: str, least: int = 0) -> str:
    """`value` in the largest unit of mass that keeps its whole part, `least` choosing for it."""
    if not value:
        return "0"
    size = max(abs(value), least)
    for steps, larger in LARGER.get(unit, ()):
        if size >= steps:
            return f"{'−' if value < 0 else ''}{abs(value) / steps:,.3f} {larger}"
    return f"{'−' if value < 0 else ''}{abs(value):,} {unit}"


def _totals(found: Difference) -> list[str]:
    most = max(abs(found.left_total), abs(found.right_total), 1)
    room = WIDTH - LEFT - RIGHT - 170
    parts = []
    sides = ((found.left, found.left_total, OLD), (found.right, found.right_total, NEW))
    for place, (name, total, colour) in enumerate(sides):
        y = TOP + place * (BAR + GAP)
        width = abs(total) / most * room
        parts.append(_text(LEFT, y - 8, name, 12, QUIET))
        parts.append(
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'
        )
        parts.append(_text(LEFT + width + 8, y + 16, _scaled(total, found.unit, most)))
    return parts


def _bins(found: Difference, words: tuple[str, ...]) -> list[str]:
    base = PLOT_TOP + PLOT_HEIGHT
    plot = WIDTH - LEFT - RIGHT
    most = max((count for _, _, count in found.bins), default=1) or 1
    parts = [f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - RIGHT}" y2="{base}" stroke="{LINE}"/>']
    width = plot / max(1, len(found.bins))
    for place, (low, high, count) in enumerate(found.bins):
        height = count / most * PLOT_HEIGHT
        colour = LESS if low < 0 else NEW
        x = LEFT + place * width
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{base - height:.1f}" width="{width - 2:.1f}" '
            f'height="{height:.1f}" fill="{colour}"><title>{_signed(low)} … {_signed(high)} '
            f"{escape(found.unit)}: {count:,}</title></rect>"
        )
    if found.bins:
        ends = found.bins[0][0], found.bins[-1][1]
        parts.append(_text(LEFT, base + 20, _scaled(ends[0], found.unit), 12, QUIET))
        parts.append(
            _text(
                WIDTH - RIGHT,
                base + 20,
                _scaled(ends[1], found.unit),
                12,
                QUIET,
                'text-anchor="end"',
            )
        )
        parts.append(_text(LEFT - 8, PLOT_TOP + 8, f"{most:,}", 12, QUIET, 'text-anchor="end"'))
    parts.append(_text(LEFT, PLOT_TOP - 14, words[2], 14))
    return parts


def picture(found: Difference, language: str) -> str:
    """The difference as one SVG document with a title and a sentence for those who cannot see."""
    words = WORDS["zh" if language.startswith("zh") else "en"]
    share = ""
    if found.left_total:
        share = f" ({found.difference / found.left_total * 100:+.2f} %)".replace("-", "−")
    change = f"{_scaled(found.difference, found.unit)}{share}"
    sentence = f"{found.left} → {found.right}: {change}"
    height = PLOT_TOP + PLOT_HEIGHT + 44
    counts = words[3].format(n=f"{found.rows:,}", c=f"{found.changed:,}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" {FONT}>',
        f"<title>{escape(words[0])}</title><desc>{escape(sentence)}; {escape(counts)}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#FFFFFF"/>',
        _text(LEFT, 34, words[0], 18, INK, 'font-weight="700"'),
        _text(LEFT, 60, change, 14),
        _text(WIDTH - RIGHT, 60, counts, 13, QUIET, 'text-anchor="end"'),
        *_totals(found),
        *_bins(found, words),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
