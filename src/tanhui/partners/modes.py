"""What a way of moving is measured in, and what is plausible for it. Scenes say it; files obey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Measure = Literal["distance_m", "steps", "energy_wh"]
MEASURES: tuple[Measure, ...] = ("distance_m", "steps", "energy_wh")


@dataclass(frozen=True, slots=True)
class ModeRule:
    """How deeds of one mode are measured.

    `max_per_hour` is the highest plausible mean, in the measure's unit. `detail` names the second
    thing a methodology asks for: a word out of `choices`, kept as its place among them, or, where
    there are none, a whole number from `least` to `most`. `default` stands where a row is silent.
    """

    measure: Measure
    max_per_hour: int
    detail: str | None = None
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    default: int = 0
