"""What a replay found, laid out for pages: the histogram, who gains and loses, scene by scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tanhui.geo.districts import Districts
from tanhui.kernel.quantities import MG_PER_G, decimal_text
from tanhui.scenes.scene import Scene

WIDTH, PLOT, BASE = 640, 132, 158
_GAP = 2
_WIDEST = 44
_SHARES = 1_000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram in the picture's units, with what it counts."""

    x: int
    y: int
    width: int
    height: int
    people: int
    low: str
    high: str
    gain: bool
    labelled: bool

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return self.x + self.width // 2

    @property
    def label_y(self) -> int:
        """How high its label stands."""
        return self.y - 6


@dataclass(frozen=True, slots=True)
class Line:
    """One scene or district before and after, and the change in its unit."""

    label_zh: str
    label_en: str
    deeds: int
    changed_deeds: int
    before: str
    after: str
    change: str
    less: bool
    same: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """Widths of those who gain, lose and stay as they are, of a bar of 1,000."""

    gainers: int
    losers: int
    same: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """A replay's result for readers. `result` holds all its numbers."""

    result: Mapping[str, Any]
    bars: tuple[Bar, ...]
    shares: Shares
    scenes: tuple[Line, ...]
    districts: tuple[Line, ...]
    in_points: bool

    @property
    def detects(self) -> bool:
        """Whether the rule holds deeds instead of paying them."""
        return bool(self.result["measure"] == "holds")

    @property
    def unchanged(self) -> int:
        """People whose sum stays the same."""
        return int(self.result["people"] - self.result["gainers"] - self.result["losers"])

    @property
    def points_change(self) -> int:
        """All points after, less all before."""
        return int(self.result["after"]["points"] - self.result["before"]["points"])

    @property
    def reduction_change(self) -> int:
        """All milligrams after, less all before."""
        return int(self.result["after"]["reduction_mg"] - self.result["before"]["reduction_mg"])

    @property
    def same_from(self) -> int:
        """Where those who stay as they are begin in the bar of shares."""
        return self.shares.gainers + self.shares.losers

    @property
    def gained(self) -> str:
        """What all who gain gain together, in its unit."""
        return self._amount(int(self.result["gained"]))

    @property
    def lost(self) -> str:
        """What all who lose lose together."""
        return self._amount(int(self.result["lost"]))

    @property
    def top(self) -> list[dict[str, str]]:
        """Those who change most, by pseudonym."""
        return [
            {
                "person": str(one["person"]),
                "before": amount_text(one["before"], self.in_points),
                "after": amount_text(one["after"], self.in_points),
            }
            for one in self.result.get("top", ())
        ]

    def _amount(self, value: int) -> str:
        return f"{amount_text(value, self.in_points)}{'' if self.in_points else ' g'}"


def pictured(result: Mapping[str, Any], scenes: Sequence[Scene], districts: Districts) -> Pictures:
    """Everything of a finished replay."""
    in_points = result["measure"] != "reduction_mg"
    if result["measure"] == "holds":
        nothing = Shares(0, 0, _SHARES)
        return Pictures(result, (), nothing, _held(result, scenes), (), True)
    names = {scene.number: (scene.title_zh, scene.title_en) for scene in scenes}
    places = {one.number: (one.name_zh, one.name_en) for one in districts.all}
    return Pictures(
        result,
        _bars(result["histogram"], in_points),
        _shares(result),
        _lines(result["scenes"], names, in_points),
        _lines([one for one in result["districts"] if one["number"]], places, in_points),
        in_points,
    )


def amount_text(value: int, in_points: bool) -> str:
    """Points, or milligrams as grams."""
    return f"{value:,}" if in_points else decimal_text(value, MG_PER_G, 3)


def _signed(value: int, in_points: bool) -> str:
    text = amount_text(abs(value), in_points)
    return text if value == 0 else f"{'−' if value < 0 else '+'}{text}"


def _bars(bins: Sequence[Mapping[str, int]], in_points: bool) -> tuple[Bar, ...]:
    if not bins:
        return ()
    most = max(one["people"] for one in bins)
    pitch = min(_WIDEST, (WIDTH - _GAP) // len(bins))
    left = (WIDTH - pitch * len(bins)) // 2
    bars = []
    for place, one in enumerate(bins):
        height = max(one["people"] * PLOT // most, 2 if one["people"] else 0)
        bars.append(
            Bar(
                x=left + place * pitch + _GAP // 2,
                y=BASE - height,
                width=pitch - _GAP,
                height=height,
                people=one["people"],
                low=_signed(one["low"], in_points),
                high=_signed(one["high"], in_points),
                gain=one["low"] > 0,
                labelled=place in (0, len(bins) - 1) or one["people"] == most,
            )
        )
    return tuple(bars)


def _shares(result: Mapping[str, Any]) -> Shares:
    people = max(1, int(result["people"]))
    gainers, losers = (int(result[name]) * _SHARES // people for name in ("gainers", "losers"))
    gainers = max(gainers, 4 if result["gainers"] else 0)
    losers = max(losers, 4 if result["losers"] else 0)
    return Shares(gainers, losers, max(0, _SHARES - gainers - losers))


def _lines(
    groups: Sequence[Mapping[str, int]],
    names: Mapping[int, tuple[str, str]],
    in_points: bool,
) -> tuple[Line, ...]:
    key = "points" if in_points else "mg"
    lines = []
    for group in groups:
        label = names.get(group["number"], (str(group["number"]),) * 2)
        before, after = group[f"before_{key}"], group[f"after_{key}"]
        lines.append(
            Line(
                *label,
                deeds=group["deeds"],
                changed_deeds=group["changed_deeds"],
                before=amount_text(before, in_points),
                after=amount_text(after, in_points),
                change=_signed(after - before, in_points),
                less=after < before,
                same=after == before,
            )
        )
    return tuple(lines)


def _held(result: Mapping[str, Any], scenes: Sequence[Scene]) -> tuple[Line, ...]:
    names = {scene.number: (scene.title_zh, scene.title_en) for scene in scenes}
    return tuple(
        Line(
            *names[one["number"]],
            deeds=one["before"],
            changed_deeds=one["after"],
            before=f"{one['before']:,}",
            after=f"{one['after']:,}",
            change=_signed(one["after"] - one["before"], True),
            less=one["after"] < one["before"],
            same=one["after"] == one["before"],
        )
        for one in result["scenes"]
    )
