"""The report of a file: every row that was not recorded, with its line and the reason."""

from __future__ import annotations

import csv
import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
import polars as pl

from tanhui.partners.files import PartnerFile

HEADER = ("line", "reference", "outcome", "reason", "说明", "explanation")

# What each outcome says to people. A code with a field in it is told by its beginning.
REASONS: dict[str, tuple[str, str]] = {
    "exists": ("此前已记录，不再重复计入", "already recorded; it counts once"),
    "exists_with_different_rider": (
        "同一编号此前记录的骑行者不同",
        "recorded before under this reference for another rider",
    ),
    "exists_with_different_started_at": (
        "同一编号此前记录的开始时间不同",
        "recorded before under this reference with another start",
    ),
    "exists_with_different_ended_at": (
        "同一编号此前记录的结束时间不同",
        "recorded before under this reference with another end",
    ),
    "exists_with_different_mode": (
        "同一编号此前记录的方式不同",
        "recorded before under this reference with another mode",
    ),
    "exists_with_different_distance_m": (
        "同一编号此前记录的里程不同",
        "recorded before under this reference with another distance",
    ),
    "exists_with_different_steps": (
        "同一编号此前记录的步数不同",
        "recorded before under this reference with another number of steps",
    ),
    "exists_with_different_energy_wh": (
        "同一编号此前记录的电量不同",
        "recorded before under this reference with another amount of electricity",
    ),
    "exists_with_different_persons": (
        "同一编号此前记录的人数不同",
        "recorded before under this reference with another number of persons",
    ),
    "exists_with_different_car_class": (
        "同一编号此前记录的车型不同",
        "recorded before under this reference with another class of car",
    ),
    "merged": (
        "与另一条已计入的记录是同一程（同一天的同一项），作为佐证保存，只计一次",
        "the same journey (or day's count) as one that is paid; kept as evidence, it counts once",
    ),
    "reference_collision": (
        "编号与另一编号的摘要相同，请换一个编号",
        "the reference's digest is taken; send another one",
    ),
    "malformed": (
        "必填的单元格缺失或无法读取",
        "a cell that must be there is missing or unreadable",
    ),
    "unknown_mode": ("未知的出行方式", "unknown mode"),
    "in_future": ("时间在未来", "in the future"),
    "no_end": ("没有结束时间或结束地点", "no end time, or no end place"),
    "end_before_start": ("结束早于开始", "ends before it starts"),
    "zero_duration": ("时长为零", "takes no time"),
    "too_long": ("超过 24 小时", "longer than 24 hours"),
    "no_distance": ("里程未知或为零", "the distance is unknown or zero"),
    "no_steps": ("步数为零", "no steps at all"),
    "no_energy": ("电量为零", "no electricity at all"),
    "too_fast": ("平均速度超过该方式的上限", "faster on average than its mode allows"),
    "too_many_steps": ("步数超过一天可能的上限", "more steps than a day allows"),
    "too_powerful": ("平均功率超过上限", "more power on average than its mode allows"),
    "unknown_rider": ("骑行者未绑定市民账户", "the rider is not bound to a citizen"),
    "consent_withdrawn": (
        "市民已撤回这一项同意",
        "the citizen has withdrawn the consent to this",
    ),
    "claimed_by_project": (
        "起止点都在项目范围内，这段行程的减排由项目申报，不再奖励市民",
        "both ends lie in a project's area; the project claims these journeys, citizens do not",
    ),
    "place_needed": (
        "当日有项目申报这种行程，须写明起止地点才能判断",
        "a project claims such journeys on that day; both ends must be told to know whose it is",
    ),
    "no_rule_in_force": ("当日没有适用的规则", "no rule was in force on that day"),
    "out_of_bounds": ("超出方法学的适用范围", "outside the bounds of the methodology"),
}


# What a detector saw is told to the citizen; a partner learns that the row waits.
HELD = ("暂缓：待核实，到期未处理则自动计入", "held for a look; it counts by itself when due")


@dataclass
class Report:
    """A CSV file that grows with each chunk; UTF-8 with a mark, so that spreadsheets read it."""

    path: Path
    stream: TextIO
    rows: int = 0

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, batch: str, file: PartnerFile) -> Iterator[Report]:
        """A report named after its batch; a repeated batch gets a new number at the end."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"[^\w.-]+", "-", f"{file.path.stem}-{batch}")[:120]
        path, number = folder / f"{stem}.csv", 1
        while path.exists():
            number += 1
            path = folder / f"{stem}-{number}.csv"
        with path.open("x", encoding="utf-8-sig", newline="") as stream:
            # Whoever erases a person leaves a report alone until it is whole.
            fcntl.flock(stream, fcntl.LOCK_SH)
            csv.writer(stream).writerow(HEADER)
            yield cls(path, stream)

    def add(self, trips: pl.DataFrame, outcome: npt.NDArray[np.object_]) -> None:
        """Adds the rows of a chunk that were not recorded, in the order of their lines."""
        told = np.flatnonzero(outcome != None)  # noqa: E711
        chosen = (
            trips[told]
            .with_columns(pl.Series("outcome", outcome[told].tolist(), dtype=pl.String))
            .sort("line")
        )
        writer = csv.writer(self.stream)
        for line, reference, name in chosen.select("line", "reference", "outcome").iter_rows():
            kind, _, code = name.partition(":")
            zh, en = REASONS[code or kind] if kind != "held" else HELD
            writer.writerow((line, _plain(reference or ""), kind, code or kind, zh, en))
        self.stream.flush()
        self.rows += len(told)


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
