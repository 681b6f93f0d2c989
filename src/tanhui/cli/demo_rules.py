"""The demo city's rules: one change that went the whole way, and one that waits for its second."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from tanhui.behaviours.replay.rules import propose_rule
from tanhui.behaviours.replay.sides import usual_days
from tanhui.behaviours.replay.working import run_next
from tanhui.cases import queries as cases
from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.rulebook import commands, queries, replays
from tanhui.rulebook.drafts import earliest_day
from tanhui.rulebook.publishing import found
from tanhui.rulebook.queries import CASE_KIND, Proposal, subject_of

_METRO = ("tariff", "points.metro")
_LIMIT = ("limit", "city-day")
_DAYS = 21
# A ride earns a little more and a day a little less, so that some gain and some lose.
_METRO_CHANGES = {
    r'^per = "[^"]*"': 'per = "9 g"',
    r"^points_per_day_max = .*$": "points_per_day_max = 50",
    r'^source_zh = "[^"]*"': (
        'source_zh = "模拟：演示城市里走完全程的一次改动，每 9 克 1 分，每日 50 分"'
    ),
    r'^source_en = "[^"]*"': (
        'source_en = "Simulated: a change that went the whole way in the demo city,'
        ' 1 point for 9 g and 50 a day"'
    ),
}
_METRO_EXAMPLES = """[[example]]
reduction = "274 g"
points = 30

[[example]]
reduction = "8.999 g"
points = 0

[[example]]
reduction = "3000 g"
points = 50
"""
_LIMIT_CHANGES = {
    r"^per_day_max_in_all = 100": "per_day_max_in_all = 80",
    r'^source_zh = "[^"]*"': 'source_zh = "模拟：演示城市里等人复核的一份提案，每日 80 分"',
    r'^source_en = "[^"]*"': (
        'source_en = "Simulated: a proposal of the demo city that waits for its second, 80 a day"'
    ),
}


def play_rules(*, turn: date, at: datetime) -> None:
    """Lets a change come into force on `turn`, and leaves another one open; each once.

    Called between the deeds of days before `turn` and those since, which it is computed on and
    which it pays.
    """
    found(actor=platform_actor(), at=at)
    held = queries.versions(*_METRO)
    if held and all(one.basis == "founding" for one in held):
        _play_change(turn)
    _leave_open(turn, at)


def _staff(persona: str, role: str) -> Actor:
    return acting(persona_id(persona), role=role, organisation_id=None)


def _play_change(turn: date) -> None:
    begun = day_start(turn - timedelta(days=6)) + timedelta(hours=10)
    body = _changed(_METRO, turn, _METRO_CHANGES)
    if body is None:
        return
    body = body.partition("[[example]]")[0] + _METRO_EXAMPLES
    reason = "模拟：单程多给一点，一天收到两程以内。"
    proposal = _proposed(body, reason, city_day(begun) - timedelta(days=1), begun)
    commands.second(
        actor=_staff("operator-2", "operator"),
        proposal_id=proposal.id,
        words="模拟：文本、例题和演算都核对过。",
        at=begun + timedelta(hours=5),
    )
    over = begun + timedelta(days=3, hours=6)
    commands.end_notices(actor=platform_actor(), at=over)
    commands.publish(
        actor=_staff("regulator", "regulator"),
        proposal_id=proposal.id,
        words="模拟：公示期内没有异议，同意发布。",
        at=over + timedelta(hours=17),
    )


def _leave_open(turn: date, at: datetime) -> None:
    live = cases.live_case(CASE_KIND, subject_of(*_LIMIT))
    if live is not None:
        seconded = live.state in ("notice", "ready")
        least = city_day(at) + timedelta(days=1) if seconded else earliest_day(at)
        if queries.proposal_of(live.id).effective_from >= least:
            return
        # Its day can no longer be met; in a demo that goes on it begins anew.
        commands.withdraw(
            actor=_staff("operator", "operator"),
            proposal_id=queries.proposal_of(live.id).id,
            words="",
            at=at,
        )
    body = _changed(_LIMIT, city_day(at) + timedelta(days=9), _LIMIT_CHANGES)
    if body is not None:
        reason = "模拟：多数人一天到不了 80 分，先看收到 80 会影响谁。"
        _proposed(body, reason, turn - timedelta(days=1), at - timedelta(hours=20))


def _proposed(body: str, reason: str, last: date, at: datetime) -> Proposal:
    """Proposed by the operator and replayed on the weeks before."""
    operator = _staff("operator", "operator")
    proposal = propose_rule(actor=operator, body=body, reason=reason, at=at)
    first, last = usual_days(last, _DAYS)
    number = replays.ask_replay(
        actor=operator, proposal_id=proposal.id, first=first, last=last, at=at
    )
    run_next(number, at=at)
    return proposal


def _changed(rule: tuple[str, str], first_day: date, changes: Mapping[str, str]) -> str | None:
    """The text in force with these changes from a day on; None where none is in force then."""
    present = queries.in_force(*rule, first_day - timedelta(days=1))
    if present is None:
        return None
    body = queries.text_of(present)
    major, minor, _ = present.version.split(".")
    headed = {
        r'^version = "[^"]*"': f'version = "{major}.{int(minor) + 1}.0"',
        r"^valid_from = .*$": f"valid_from = {first_day}",
    }
    for pattern, replacement in {**headed, **changes}.items():
        body = re.sub(pattern, replacement, body, count=1, flags=re.MULTILINE)
    return body
