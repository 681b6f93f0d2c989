"""Scenes: the kinds of deeds that the city rewards, one TOML file each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.partners.modes import MEASURES, Measure, ModeRule

CODE = r"[a-z][a-z0-9-]*"
# Whose time a trip takes, and which sources of a day count the same thing twice.
TRIP_GROUPS = ("cycling", "bus", "rail", "car")
DAY_GROUPS = ("steps", "nev")
_COLUMN = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a deed of the scene claims for its citizen alone.

    `trip`: the person's time, in which nobody travels twice. `day`: a day's count, which one
    source may bring once; with `several` the scene's own deeds of a day add up, and only other
    ways of counting the same are shut out. `group` says what may be the same thing seen twice.
    """

    rule: Literal["trip", "day"]
    group: str
    several: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of deed that the city rewards. `number` is its name in the tables, for ever."""

    number: int
    code: str
    mode: str
    title_zh: str
    title_en: str
    short_zh: str
    short_en: str
    about_zh: str
    about_en: str
    icon: str
    methodology_id: str
    tariff_id: str
    valid_from: date
    measured: ModeRule
    claim: Claim

    @property
    def measure(self) -> Measure:
        """What is counted, named with its unit."""
        return self.measured.measure

    def word(self, detail: int) -> str | int | None:
        """What a deed's detail means: one of the scene's words, a number, or nothing."""
        if self.measured.detail is None:
            return None
        return self.measured.choices[detail] if self.measured.choices else detail

    def inputs(self, amount: int, detail: int) -> dict[str, int | str]:
        """The row that the methodology computes: its columns, by name."""
        row: dict[str, int | str] = {self.measure: amount}
        word = self.word(detail)
        if self.measured.detail is not None and word is not None:
            row[self.measured.detail] = word
        return row


def read_scene(path: Path) -> Scene:
    """One scene; raises ContentRefused with every fault of its file."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("scene") as head:
            texts = {
                key: head.text(key)
                for key in (
                    *("title_zh", "title_en", "short_zh", "short_en"),
                    *("about_zh", "about_en", "icon", "methodology", "tariff"),
                )
            }
            number = head.integer("number")
            code = head.text("code", pattern=CODE)
            mode = head.text("mode", pattern=_COLUMN)
            valid_from = head.day("valid_from") or date.min
        measured = _measured(root)
        claim = _claim(root)
    file.finish()
    return Scene(
        number=number,
        code=code,
        mode=mode,
        methodology_id=texts.pop("methodology"),
        tariff_id=texts.pop("tariff"),
        valid_from=valid_from,
        measured=measured,
        claim=claim,
        **texts,
    )


def _measured(root: Section) -> ModeRule:
    with root.table("measure") as measure:
        column = cast(Measure, measure.text("column", choices=MEASURES))
        most_an_hour = measure.integer("max_per_hour")
    with root.table("detail", required=False) as detail:
        name = detail.text("column", pattern=_COLUMN, required=False) or None
        if name is None:
            return ModeRule(column, most_an_hour)
        choices = detail.texts("choices", required=False)
        if choices:
            word = detail.text("default", choices=choices)
            default = choices.index(word) if word in choices else 0
            return ModeRule(column, most_an_hour, name, choices, default=default)
        least, most = detail.integer("least"), detail.integer("most")
        default = detail.integer("default")
        if not least <= default <= most:
            detail.report(
                "default", "out_of_bounds", "应在上下限之内", "must lie between least and most"
            )
        return ModeRule(column, most_an_hour, name, (), least, most, default)


def _claim(root: Section) -> Claim:
    with root.table("claim") as claim:
        rule = cast(Literal["trip", "day"], claim.text("rule", choices=("trip", "day")))
        groups = DAY_GROUPS if rule == "day" else TRIP_GROUPS
        several = claim.flag("several")
        return Claim(rule, claim.text("group", choices=groups), several)


def no_such_scene(code: str) -> NotFound:
    """The refusal of a scene that the city does not have."""
    return NotFound("no_such_scene", zh="没有场景 {code}", en="there is no scene {code}", code=code)
