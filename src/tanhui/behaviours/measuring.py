"""Deeds under the rule of their day: what each reduces and what it would earn before any limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from tanhui.behaviours import store
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Methodology
from tanhui.methodology.kernel.rows import RowKernel, compile_kernel
from tanhui.scenes.library import Rule, SceneLibrary
from tanhui.scenes.scene import Scene

_KERNELS: dict[str, RowKernel] = {}
_TABLES: dict[tuple[str, str, int], Ints] = {}
# So many deeds or fewer are looked up; the table reaches as far as nearly every deed of one day.
_FEW = 5_000
_TABLE_AMOUNTS = 2**16
# More than any day brings: stands for "the city had no limit over all scenes yet".
NO_LIMIT = 2**31


@dataclass(frozen=True)
class Measured:
    """Deeds with all that the rules in force made of them, one array entry each.

    `day_max` is the scene's limit for the deed's day, `day_max_in_all` the one over all scenes.
    """

    deeds: Deeds
    reduction_mg: Ints
    uncapped: Ints
    day_max: Ints
    day_max_in_all: Ints
    rule_ids: Ints

    def keep(self, places: Ints) -> Measured:
        """The deeds at these positions, in this order."""
        return Measured(
            self.deeds.keep(places),
            self.reduction_mg[places],
            self.uncapped[places],
            self.day_max[places],
            self.day_max_in_all[places],
            self.rule_ids[places],
        )


def compiled(methodology: Methodology) -> RowKernel:
    """The document's kernel, compiled once for each digest."""
    if methodology.digest not in _KERNELS:
        _KERNELS[methodology.digest] = compile_kernel(methodology)
    return _KERNELS[methodology.digest]


def quantify(methodology: Methodology, scene: Scene, amount: Ints, detail: Ints) -> Ints:
    """Milligrams of CO2e of each deed (int64), -1 where the methodology refuses it."""
    if 0 < len(amount) <= _FEW and amount.min() >= 0 and amount.max() < _TABLE_AMOUNTS:
        milligrams = np.empty(len(amount), dtype=np.int64)
        for word in np.unique(detail):
            chosen = detail == word
            milligrams[chosen] = _table(methodology, scene, int(word))[amount[chosen]]
        return milligrams
    return _computed(methodology, scene, amount, detail)


def _table(methodology: Methodology, scene: Scene, detail: int) -> Ints:
    """What every small amount comes to, by the same kernel, computed once in the program.

    Asking the kernel takes milliseconds for one row as for a thousand, and a batch has few.
    """
    key = (methodology.digest, scene.measure, detail)
    if key not in _TABLES:
        amounts = np.arange(_TABLE_AMOUNTS, dtype=np.int64)
        _TABLES[key] = _computed(methodology, scene, amounts, np.full_like(amounts, detail))
    return _TABLES[key]


def _computed(methodology: Methodology, scene: Scene, amount: Ints, detail: Ints) -> Ints:
    frame = pl.DataFrame({scene.measure: amount})
    if scene.measured.detail is not None:
        words = pl.Series(scene.measured.detail, detail)
        if scene.measured.choices:
            words = words.replace_strict(
                dict(enumerate(scene.measured.choices)), return_dtype=pl.String
            )
        frame = frame.with_columns(words)
    milligrams: Ints = compiled(methodology).quantify(frame).fill_null(-1).to_numpy()
    return milligrams


def _rules(deeds: Deeds, library: SceneLibrary, retrospective: bool) -> tuple[list[Rule], Ints]:
    """The rules in force for these deeds, and which of them each deed falls under (-1: none)."""
    rules: list[Rule] = []
    places: dict[tuple[str, ...], int] = {}
    which = np.full(len(deeds), -1, dtype=np.int64)
    for scene in library.scenes:
        chosen = np.flatnonzero(deeds.scene == scene.number)
        if len(chosen) == 0:
            continue
        days = deeds.day[chosen]
        first = int(days.min())
        by_day = np.full(int(days.max()) - first + 1, -1, dtype=np.int64)
        for day in np.unique(days):
            try:
                rule = library.rule_on(scene, store.to_date(day), retrospective=retrospective)
            except NotFound:
                continue
            limit = rule.limit.reference if rule.limit else ""
            key = (scene.code, rule.methodology.reference, rule.tariff.reference, limit)
            if key not in places:
                places[key] = len(rules)
                rules.append(rule)
            by_day[int(day) - first] = places[key]
        which[chosen] = by_day[days - first]
    return rules, which


def measure(
    deeds: Deeds,
    library: SceneLibrary,
    *,
    retrospective: bool = False,
    numbered: Callable[[Rule], int] = store.rule_id,
) -> tuple[Measured, Ints]:
    """What the rules make of these deeds, and which deeds they can make nothing of.

    The second answer has one entry for each deed: 0 where it is measured, 1 where no rule was in
    force on its day, 2 where it lies beyond its methodology. Those stand with a reduction of -1.
    `numbered` gives a rule its number in the books; who only computes writes none.
    """
    rules, which = _rules(deeds, library, retrospective)
    reduction = np.full(len(deeds), -1, dtype=np.int64)
    names = ("points", "max", "max_in_all", "rule")
    columns = {name: np.zeros(len(deeds), dtype=np.int64) for name in names}
    for number, rule in enumerate(rules):
        under = np.flatnonzero(which == number)
        tariff = rule.tariff
        reduction[under] = quantify(
            rule.methodology, rule.scene, deeds.amount[under], deeds.detail[under]
        )
        percents = np.array(tariff.grade_percents, dtype=np.int64)[deeds.grade[under]]
        columns["points"][under] = reduction[under] * percents // (100 * tariff.mg_per_point)
        columns["max"][under] = tariff.points_per_day_max
        columns["max_in_all"][under] = rule.limit.per_day_max_in_all if rule.limit else NO_LIMIT
        columns["rule"][under] = numbered(rule)
    fault = np.where(which < 0, 1, np.where(reduction < 0, 2, 0))
    measured = Measured(deeds, reduction, *(columns[name] for name in names))
    return measured, fault
