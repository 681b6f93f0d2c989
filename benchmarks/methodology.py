"""The exact evaluator, case by case, and how long the whole library takes to load and be checked.

Every document's first worked example is computed again and again. The figure is cases a second in
one process; the wanted 2,000 are held against the citizens' documents, of which the platform
computes single cases (a page, a why-card). Documents with axes, years and modules do more work in
a case; theirs is written down beside it, the slowest by name.

    make bench ARGS=methodology
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.library import Library, check_content

CONTENT = Path(__file__).resolve().parents[1] / "content"
REQUIRED_CASES = 2_000
REQUIRED_SECONDS = 2.0
SECONDS_EACH = 0.4
ROUNDS = 5


def _cases_per_second(methodology: Methodology) -> float:
    inputs = next(example.inputs for example in methodology.examples if not example.refused)
    evaluate(methodology, inputs)
    started, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - started) < SECONDS_EACH:
        evaluate(methodology, inputs)
        count += 1
    return count / spent


def _seconds(work: object) -> float:
    assert callable(work)
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def run() -> dict[str, object]:
    """Cases a second by path of the library, and seconds to load and to check all of it."""
    load = _seconds(lambda: Library.load(CONTENT))
    check = _seconds(lambda: check_content(CONTENT))
    library = Library.load(CONTENT)
    rates: dict[str, dict[str, float]] = {}
    for methodology in library.methodologies():
        rate = _cases_per_second(methodology)
        rates.setdefault(methodology.kind, {})[methodology.reference] = rate
    print(f"{'path':<14}{'documents':>10}{'slowest':>12}{'median':>12}{'fastest':>12}  cases/s")
    answer: dict[str, object] = {}
    for path, found in sorted(rates.items()):
        values = list(found.values())
        low, middle, high = min(values), statistics.median(values), max(values)
        slowest = min(found, key=lambda name: found[name])
        print(f"{path:<14}{len(found):>10}{low:>12,.0f}{middle:>12,.0f}{high:>12,.0f}  {slowest}")
        answer[path] = {"slowest": low, "median": middle, "fastest": high, "name": slowest}
    print(f"load {load:.2f} s, load and check with every example {check:.2f} s "
          f"(wanted {REQUIRED_SECONDS} s)")  # fmt: skip
    return {
        "cases_per_second": answer,
        "required_cases_per_second": REQUIRED_CASES,
        "documents": sum(len(found) for found in rates.values()),
        "factor_rows": len(library.factors),
        "load_seconds": load,
        "check_seconds": check,
        "required_seconds": REQUIRED_SECONDS,
    }
