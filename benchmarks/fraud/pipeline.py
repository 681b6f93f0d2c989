"""Sends reports through the platform's own functions, partner by partner and day by day.

Row rules are `check_trips`, milligrams the scenes' methodologies, double trips `claims.matching`,
holds `detectors.run`; only the tables between them are arrays here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.fraud.reports import MEASURES, MODES, TOLD_TWICE, Ints, Reports
from tanhui.behaviours.detectors.registry import DetectorLibrary
from tanhui.behaviours.detectors.seen import Columns, Detector, History, Seen, run
from tanhui.behaviours.measuring import quantify
from tanhui.claims.matching import GROUPS, Trips, judge
from tanhui.claims.tolerance import read_tolerance
from tanhui.kernel.periods import CITY_ZONE
from tanhui.partners.form import ISO, Layout
from tanhui.partners.raw import LINE, TORN
from tanhui.partners.trips import check_trips
from tanhui.scenes.library import SceneLibrary

Bools = npt.NDArray[np.bool_]
CONTENT = Path(__file__).parents[2] / "content"
# A Monday, as the honest city begins with one.
FIRST = datetime(2026, 6, 1, tzinfo=CITY_ZONE)
_FIRST_DAY = FIRST.date().toordinal() - date(1970, 1, 1).toordinal()
HISTORY_DAYS = 28
PAID, REFUSED, MERGED, HELD = range(4)
_US = 1_000_000
_COLUMNS = ("reference", "rider", "mode", "started_at", "ended_at")


@dataclass
class Outcome:
    """What became of each report: `state`, its points before caps, and who would have held it.

    `held_by` has a mask for each detector, also where another one was heard first; `reasons` what
    was said of each held report.
    """

    state: Ints
    points: Ints
    reduction_mg: Ints
    held_by: dict[str, Bools] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def _layout() -> Layout:
    fields = (*_COLUMNS, *sorted(set(MEASURES)))
    return Layout(
        name="bench",
        title_zh="基准",
        title_en="Bench",
        zone=None,
        time_formats=(ISO,),
        columns={name: (name,) for name in fields},
        optional=frozenset(MEASURES),
        modes={mode: mode for mode in MODES},
        mode=None,
    )


class Platform:
    """The rules in force, and the deeds that were settled so far."""

    def __init__(self, without: Sequence[str] = ()) -> None:
        """Loads the content; `without` switches detectors off."""
        self.library = SceneLibrary.load(CONTENT)
        self.scenes = [self.library.of_mode(mode) for mode in MODES]
        numbers = {scene.mode: scene.number for scene in self.library.scenes}
        detectors = DetectorLibrary.load(CONTENT, numbers).on(FIRST.date())
        self.detectors: list[Detector] = [one for one in detectors if one.code not in without]
        self.tolerance = read_tolerance(CONTENT / "chengdu" / "claims.toml")
        self.numbers = np.array([scene.number for scene in self.scenes], dtype=np.int64)
        self.group = np.array(
            [
                GROUPS.index(scene.claim.group) if scene.claim.rule == "trip" else -1
                for scene in self.scenes
            ],
            dtype=np.int64,
        )

    def refused(self, reports: Reports) -> Bools:
        """Which reports the row rules refuse."""
        begun = FIRST.timestamp() + reports.start
        frame: dict[str, pl.Series | list[str]] = {
            "reference": pl.Series(np.arange(len(reports))).cast(pl.String),
            "rider": pl.Series(reports.citizen).cast(pl.String),
            "mode": pl.Series(list(MODES)).gather(reports.mode),
        }
        for name, seconds in (("started_at", begun), ("ended_at", begun + reports.seconds)):
            frame[name] = (
                pl.Series((seconds * _US).astype(np.int64))
                .cast(pl.Datetime("us"))
                .dt.replace_time_zone("UTC")
            )
        measure = np.array(MEASURES)[reports.mode]
        for name in sorted(set(MEASURES)):
            amount = pl.Series(reports.amount)
            frame[name] = pl.select(
                pl.when(pl.Series(measure == name)).then(amount).cast(pl.Int64)
            ).to_series()
        raw = pl.DataFrame(frame).with_columns(
            pl.int_range(pl.len()).alias(LINE), pl.lit(False).alias(TORN)
        )
        now = datetime.now(UTC) + timedelta(days=3650)
        judged = check_trips(raw, _layout(), now=now, modes=self.library.modes())
        return judged["refused"].is_not_null().to_numpy()

    def measured(self, reports: Reports) -> tuple[Ints, Ints]:
        """Milligrams and points before caps, by the rules of the first day; 0 where refused."""
        milligrams = np.zeros(len(reports), dtype=np.int64)
        points = np.zeros(len(reports), dtype=np.int64)
        for place, scene in enumerate(self.scenes):
            chosen = np.flatnonzero(reports.mode == place)
            rule = self.library.rule_on(scene, FIRST.date())
            detail = np.full(len(chosen), scene.measured.default, dtype=np.int64)
            found = quantify(rule.methodology, scene, reports.amount[chosen], detail)
            milligrams[chosen] = np.maximum(found, 0)
            percent, per_point = rule.tariff.percent("A"), rule.tariff.mg_per_point
            points[chosen] = milligrams[chosen] * percent // (100 * per_point)
        return milligrams, points

    def settle(self, reports: Reports, people: int, days: int) -> Outcome:
        """Settles all reports, in the order in which they arrive; partners in their order.

        The first HISTORY_DAYS days are history alone: nobody judges them.
        """
        milligrams, points = self.measured(reports)
        state = np.where(self.refused(reports), REFUSED, PAID).astype(np.int64)
        outcome = Outcome(state, points, milligrams)
        for detector in self.detectors:
            outcome.held_by[detector.code] = np.zeros(len(reports), dtype=np.bool_)
        book = _Book(self, reports, outcome, people, days)
        past = (state == PAID) & (reports.day < HISTORY_DAYS)
        state[past & (reports.case == TOLD_TWICE)] = MERGED
        book.remember(np.flatnonzero(past & (state == PAID)))
        waiting = np.flatnonzero((reports.day >= HISTORY_DAYS) & (state != REFUSED))
        chunk = reports.arrives[waiting] * 100 + reports.partner[waiting]
        for number in np.unique(chunk):
            book.settle(waiting[chunk == number])
        return outcome


class _Book:
    """What is settled, as settlement would find it in its tables."""

    def __init__(
        self, platform: Platform, reports: Reports, outcome: Outcome, people: int, days: int
    ) -> None:
        self.platform, self.reports, self.outcome = platform, reports, outcome
        self.totals = np.zeros((people, days, len(MODES)), dtype=np.int64)
        self.settled = np.empty(0, dtype=np.int64)
        self.key = reports.citizen * 1_000 + reports.day

    def remember(self, places: Ints) -> None:
        """Counts these deeds as paid in the history of their citizens."""
        reports = self.reports
        where = (reports.citizen[places], reports.day[places], reports.mode[places])
        np.add.at(self.totals, where, self.outcome.reduction_mg[places])

    def columns(self, places: Ints) -> Columns:
        """These deeds as detectors see them."""
        reports = self.reports
        started = (reports.start[places] + int(FIRST.timestamp())) * _US
        return Columns(
            citizen=reports.citizen[places],
            started=started,
            ended=started + reports.seconds[places] * _US,
            day=reports.day[places] + _FIRST_DAY,
            amount=reports.amount[places],
            scene=self.platform.numbers[reports.mode[places]],
            partner=reports.partner[places],
            reduction_mg=self.outcome.reduction_mg[places],
        )

    def trips(self, places: Ints, *, merged: bool) -> tuple[Ints, Trips]:
        """Those of the deeds that claim a time, as claims sees them."""
        group = self.platform.group[self.reports.mode[places]]
        places = places[group >= 0]
        deeds = self.columns(places)
        return places, Trips(
            citizen=deeds.citizen,
            started=deeds.started,
            ended=deeds.ended,
            amount=deeds.amount,
            group=group[group >= 0],
            partner=deeds.partner,
            declared=np.zeros(len(places), dtype=np.bool_),
            merged=self.outcome.state[places] == MERGED if merged else None,
        )

    def history(self, citizen: Ints, day: Ints, scenes: Ints) -> History:
        """Each one's usual day, from what was paid in the days before."""
        modes = np.flatnonzero(np.isin(self.platform.numbers, scenes))
        empty = np.zeros(len(citizen), dtype=np.int64)
        answer = History(empty, empty.copy(), empty.copy(), empty.copy())
        for place, (who, when) in enumerate(zip(citizen, day - _FIRST_DAY, strict=True)):
            window = self.totals[who, max(0, when - HISTORY_DAYS) : when, :][:, modes].sum(axis=1)
            window = window[window > 0]
            answer.days[place] = len(window)
            if len(window):
                median = int(np.median(window))
                answer.median_mg[place] = median
                answer.mad_mg[place] = int(np.median(np.abs(window - median)))
                answer.most_mg[place] = int(window.max())
        return answer

    def settle(self, chunk: Ints) -> None:
        """One partner's file of one day."""
        reports, state = self.reports, self.outcome.state
        chunk = chunk[np.lexsort((reports.start[chunk], reports.citizen[chunk]))]
        about = np.isin(reports.citizen[self.settled], reports.citizen[chunk])
        known = self.settled[about]
        new_places, new = self.trips(chunk, merged=False)
        known_places, known_trips = self.trips(known, merged=True)
        verdict = judge(new, known_trips, self.platform.tolerance)
        merged = np.zeros(len(chunk), dtype=np.bool_)
        merged_with = np.zeros(len(chunk), dtype=np.int64)
        double = np.flatnonzero(verdict.same_as >= 0)
        if len(double):
            both = np.concatenate((known_places, new_places))
            within = np.flatnonzero(np.isin(chunk, new_places))[double]
            merged[within] = True
            merged_with[within] = reports.partner[both[verdict.same_as[double]]]
            state[new_places[double]] = MERGED
        same_days = np.isin(self.key[known], self.key[chunk]) & (state[known] != MERGED)
        seen = Seen(
            new=self.columns(chunk),
            known=self.columns(known[same_days]),
            merged=merged,
            merged_with=merged_with,
            history=self.history,
        )
        flags = run(seen, self.platform.detectors)
        for detector in self.platform.detectors:
            alone = run(seen, [detector]).code
            self.outcome.held_by[detector.code][chunk[alone != None]] = True  # noqa: E711
        state[chunk[flags.code != None]] = HELD  # noqa: E711
        for position, facts in flags.facts.items():
            reason = f"{flags.code[position]}.{facts['reason']}"
            self.outcome.reasons[int(chunk[position])] = reason
        self.remember(chunk[state[chunk] == PAID])
        self.settled = np.concatenate((self.settled, chunk))
