"""Times are aware and passed in: only doors read the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import Fault, calls, files, found_in, module_of, report

# Where a request or a command line begins; everything below is told what time it is.
CLOCKS = ("api/", "cli/", "web/entrance.py", "board/embed.py")


def naive_faults(tree: ast.Module) -> Iterator[Fault]:
    """Clocks that answer a time without its zone, or a day of no particular place."""
    for call, name in calls(tree):
        on = ast.unparse(call.func)
        if name == "now" and on.endswith("datetime.now") and not (call.args or call.keywords):
            yield call.lineno, "datetime.now() without a zone"
        elif name in {"utcnow", "utcfromtimestamp"} or on.endswith(
            ("date.today", "datetime.today")
        ):
            yield call.lineno, f"{on}() has no zone"
        elif name == "fromtimestamp" and len(call.args) + len(call.keywords) < 2:
            yield call.lineno, "fromtimestamp() without a zone"


def clock_faults(tree: ast.Module) -> Iterator[Fault]:
    """Any reading of the wall clock."""
    for call, _ in calls(tree):
        on = ast.unparse(call.func)
        if on.endswith(("datetime.now", "timezone.now", "time.time")):
            yield call.lineno, f"{on}() reads the clock"


def test_no_time_without_a_zone() -> None:
    assert not report(files("src", "tests", "benchmarks"), naive_faults)


def test_only_doors_read_the_clock() -> None:
    inside = [path for path in files("src") if not module_of(path).startswith(CLOCKS)]
    assert not report(inside, clock_faults)


def test_bad_samples_are_found() -> None:
    assert found_in("datetime.now()", naive_faults)
    assert found_in("dt.datetime.utcnow()", naive_faults)
    assert found_in("date.today()", naive_faults)
    assert not found_in("datetime.now(UTC)", naive_faults)
    assert found_in("timezone.now()", clock_faults)
    assert not found_in("time.monotonic()", clock_faults)
