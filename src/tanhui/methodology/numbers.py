"""Numbers of content files: whole, decimal or written as text, alone or in lists and tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.given import Cells
from tanhui.methodology.tomlfile import Section, type_words
from tanhui.methodology.units import exact_number

MISSING = "missing"
MOST_VALUES = 10_000


def _read(section: Section, key: str, raw: object) -> Fraction:
    """One number, exactly as written; a fault at `key` when it is none."""
    if type(raw) is int or isinstance(raw, str | Decimal):
        try:
            return exact_number(str(raw))
        except Invalid as refusal:
            section.report(key, refusal.code, refusal.zh, refusal.en)
            return Fraction()
    zh, en = type_words(raw)
    section.report(key, "wrong_type", f"应为数，实为{zh}", f"expected a number, found {en}")
    return Fraction()


def number(section: Section, key: str, *, required: bool = True) -> Fraction | None:
    """The number at `key`; None when it is absent."""
    raw = section.raw(key)
    if raw is None:
        if required:
            section.report(key, "missing_key", f"缺少必填的键 {key}", f"missing key {key}")
        return None
    return _read(section, key, raw)


def bounds(section: Section, key: str) -> tuple[Fraction, Fraction]:
    """Two numbers, the lower first. Notes `impossible_bounds`."""
    raw = section.raw(key)
    if raw is None:
        section.report(key, "missing_key", f"缺少必填的键 {key}", f"missing key {key}")
        return Fraction(), Fraction()
    if not isinstance(raw, list) or len(raw) != 2:
        section.report(key, "wrong_type", "应为 2 个数", "expected a list of 2 numbers")
        return Fraction(), Fraction()
    low, high = (_read(section, key, part) for part in raw)
    if low > high:
        zh, en = "上下界须由小到大", "bounds must be in order"
        section.report(key, "impossible_bounds", zh, en)
    return low, high


def cells(section: Section, key: str) -> Cells:
    """Numbers in nested lists and tables; the text `missing` stands for a missing reading."""
    return _cells(section, key, section.raw(key))


def _cells(section: Section, key: str, raw: Any) -> Cells:
    if isinstance(raw, dict):
        return {str(name): _cells(section, f"{key}.{name}", part) for name, part in raw.items()}
    if isinstance(raw, list):
        if len(raw) > MOST_VALUES:
            zh, en = f"最多 {MOST_VALUES} 个值", f"at most {MOST_VALUES} values"
            section.report(key, "wrong_type", zh, en)
            return []
        return [_cells(section, key, part) for part in raw]
    return None if raw == MISSING else _read(section, key, raw)
