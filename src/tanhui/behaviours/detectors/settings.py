"""Reading thresholds: whole numbers of plain units, each for a mode that the city has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours.detectors.seen import Ints
from tanhui.methodology.tomlfile import Section

NO_SUCH_MODE = "no_such_mode"
# Scene numbers are kept in a byte.
SCENES = 256


@dataclass(frozen=True)
class Modes:
    """The scene's number of each mode. `every`: report the modes that no scene has."""

    numbers: dict[str, int]
    every: bool

    def number(self, section: Section, key: str, mode: str) -> int | None:
        """The scene of a mode; None (and a fault, if asked for) where no scene has it."""
        number = self.numbers.get(mode)
        if number is None and self.every:
            zh, en = f"没有出行方式为 {mode} 的场景", f"no scene has the mode {mode}"
            section.report(key, NO_SUCH_MODE, zh, en)
        return number

    def listed(self, section: Section, key: str) -> Ints:
        """The scenes of a list of modes."""
        numbers = [self.number(section, key, mode) for mode in section.texts(key)]
        return np.array([one for one in numbers if one is not None], dtype=np.int64)


def positive(section: Section, key: str, *, required: bool = True, default: int = 0) -> int:
    """A whole number above zero; the default where it is absent and not required."""
    value = section.integer(key, required=required, default=default)
    if section.has(key) and value <= 0:
        section.report(key, "out_of_bounds", "应大于 0", "must be above 0")
        return 1
    return value


def reasoned(section: Section) -> None:
    """Every threshold says why it is what it is, in both languages."""
    section.text("why_zh")
    section.text("why_en")


def by_scene(values: dict[int, int], missing: int) -> Ints:
    """A table from scene number to value."""
    table = np.full(SCENES, missing, dtype=np.int64)
    for number, value in values.items():
        table[number] = value
    return table


def one_decimal(value: int, unit: int) -> str:
    """The value in a unit with one decimal, rounded down: 25_390 m in km are `25.3`."""
    return f"{value // unit}.{value % unit * 10 // unit}"
