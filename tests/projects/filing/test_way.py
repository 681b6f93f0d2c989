"""From a draft to the register: the whole way, and what becomes public on it."""

from __future__ import annotations

from datetime import date

from tanhui.projects import commands, queries
from tests.projects import acts
from tests.path_two import PathTwo


def test_a_furnace_is_filed_heard_verified_and_registered_by_two_persons(cast: PathTwo) -> None:
    found = acts.registered(cast)
    assert (found.state, found.code, found.field, found.call) == (
        "registered", "CDCER-0001", "energy", "2026",
    )
    assert (found.crediting_first, found.crediting_last) == (date(2026, 1, 1), date(2035, 12, 31))
    assert (found.cap_kg, found.buffer_percent, found.district) == (4_000_000, 0, "510113")
    assert queries.designs(found.id)[-1].result["reduction_kg"] == 3_117_356
    for event in queries.timeline(found):
        print(event)
    for who in ("owner-glass", "verifier", "regulator"):
        for row in queries.desk(cast.actor(who), acts.later()):
            print(who, row)
