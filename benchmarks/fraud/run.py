"""`python -m benchmarks.fraud`: injected fraud among honest days, as a table and an answer."""

from __future__ import annotations

import time

from rich.console import Console
from rich.table import Table

from benchmarks.fraud.measure import Found, Tally, measure, wilson
from benchmarks.fraud.pipeline import Platform

SEEDS = (1, 2, 3, 4)
PEOPLE = 10_000
CASES = 120
PER = 10_000


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f}"


def _row(name: str, style: str, tally: Tally) -> list[str]:
    low, high = wilson(tally.caught, tally.cases)
    stopped = tally.refused + tally.merged + tally.held
    return [
        name,
        style,
        str(tally.cases),
        f"{_percent(tally.caught, tally.cases)} [{100 * low:.1f}, {100 * high:.1f}]",
        _percent(tally.refused, tally.points),
        _percent(tally.merged, tally.points),
        _percent(tally.held, tally.points),
        _percent(stopped, tally.points),
        _percent(tally.caught_without, tally.cases),
    ]


def shown(found: Found) -> list[Table]:
    """The figures as tables."""
    table = Table(title="Injected fraud (percent)")
    for column in ("type", "style", "cases", "recall [95 %]"):
        table.add_column(column)
    for column in ("refused", "merged", "held", "points stopped", "recall, detector off"):
        table.add_column(column, justify="right")
    for (name, style), tally in found.tallies.items():
        table.add_row(*_row(name, style, tally))
    honest = Table(title=f"Honest person-days ({found.person_days:,}), in {PER:,}")
    for column in ("what", "days", "of 10,000"):
        honest.add_column(column, justify="right")
    low, high = (PER * bound for bound in wilson(found.hurt, found.person_days))
    rows = [(f"held by any [{low:.1f}, {high:.1f}]", found.hurt)]
    rows += sorted(found.hurt_by.items())
    rows += [("merged though one trip", found.merged_wrongly), ("refused", found.refused)]
    for what, days in rows:
        honest.add_row(what, str(days), f"{PER * days / max(found.person_days, 1):.2f}")
    return [table, honest]


def run() -> dict[str, object]:
    """All seeds, pooled; recall is of cases of which half of the points or more were stopped."""
    begun, found, platform = time.perf_counter(), Found(), Platform()
    for seed in SEEDS:
        found.add(measure(seed, people=PEOPLE, cases=CASES, platform=platform))
    # Wide enough for the table wherever it runs.
    console = Console(width=132)
    for table in shown(found):
        console.print(table)
    answer: dict[str, object] = {
        f"{name}_{style}": {
            "cases": tally.cases,
            "recall": round(tally.caught / max(tally.cases, 1), 4),
            "recall_with_it_off": round(tally.caught_without / max(tally.cases, 1), 4),
            "points_stopped": round(
                (tally.refused + tally.merged + tally.held) / max(tally.points, 1), 4
            ),
        }
        for (name, style), tally in found.tallies.items()
    }
    return answer | {
        "honest_person_days": found.person_days,
        "held_of_10000": round(PER * found.hurt / max(found.person_days, 1), 2),
        "merged_of_10000": round(PER * found.merged_wrongly / max(found.person_days, 1), 2),
        "seconds": round(time.perf_counter() - begun, 1),
    }
