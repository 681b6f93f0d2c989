"""Everybody at once: no day is reported twice, nothing approved twice, no signature stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.projects.monitoring import commands, queries
from tanhui.rulebook.publishing import found
from tests.cast import NOW
from tests.ledger.threads import at_once
from tests.path_two import seat_path_two
from tests.projects.acts import registered
from tests.projects.monitoring.acts import TEXTS, THEN, opened, opined, sign, verifying

pytestmark = pytest.mark.database


def _told(act: Callable[[], object]) -> str:
    """`ok`, or the code of the refusal."""
    try:
        act()
    except Refusal as refused:
        return refused.code
    return "ok"


def test_what_races_is_done_once_or_told_why_not(
    books: Database, settings: Settings, tmp_path: Path
) -> None:
    del books
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    found(actor=platform_actor(), at=NOW)
    cast = seat_path_two()
    furnace = registered(cast)
    # Five open the same days: one does.
    told = at_once(5, lambda _: _told(partial(opened, cast, furnace)))
    assert Counter(told) == {"ok": 1, "period_overlaps": 4}
    (first,) = queries.periods(furnace.id)
    commands.withdraw_period(
        actor=cast.actor("owner-glass"), period_id=first.id, words="重来。", at=THEN
    )
    # While the body hands in its signature, the owner hands in another version.
    period = verifying(cast, furnace)
    owner, body = cast.actor("owner-glass"), cast.actor("verifier-2")
    said = commands.statement_for(body, period.id)
    commands.keep_report(
        actor=owner, period_id=period.id, texts={**TEXTS, "gaps": "没有。"}, at=THEN
    )
    acts: tuple[Callable[[], object], ...] = (
        partial(
            commands.submit_opinion,
            actor=body,
            period_id=period.id,
            statement=said,
            signature=sign(said),
            at=THEN,
        ),
        partial(commands.submit_report, actor=owner, period_id=period.id, at=THEN),
    )
    told = at_once(2, lambda number: _told(acts[number]))
    assert tuple(told) in {("ok", "period_fixed"), ("statement_differs", "ok")}
    if queries.period(period.id).state == "verifying":
        opined(cast, period)
    # Both persons of the bureau press at once: whoever proposed is refused, and it is done once.
    commands.propose_issuance(
        actor=cast.actor("regulator"), period_id=period.id, words="好。", at=THEN
    )
    persons = [cast.actor("regulator"), cast.actor("regulator-2"), cast.actor("regulator-2")]
    told = at_once(
        3,
        lambda number: _told(
            partial(commands.confirm_issuance, actor=persons[number], period_id=period.id, at=THEN)
        ),
    )
    assert told[0] == "same_person_decides"
    assert Counter(told[1:]) == {"ok": 1, "period_fixed": 1}
    assert queries.approved_period(period.id).confirmed_by == cast.persons["regulator-2"]
