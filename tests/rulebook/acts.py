"""What the operator, the second and the authority do with a rule, and texts to do it with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tanhui.behaviours.replay.rules import propose_rule
from tanhui.behaviours.replay.working import run_next
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.rulebook import commands, queries, replays
from tanhui.rulebook.queries import Proposal, Publication
from tests.rulebook.conftest import OPERATOR, OPERATOR_2, REGULATOR

# A Monday noon when grades are paid by; the notice of three days ends before the 15th.
AT = datetime(2026, 8, 10, 12, 0, tzinfo=CITY_ZONE)
BIKE_RULE = ("tariff", "points.shared-bike")
FIRST_DAY = date(2026, 8, 15)


def text_in_force(kind: str, document: str, day: date = FIRST_DAY) -> str:
    """The text of the version in force on a day."""
    publication = queries.in_force(kind, document, day)
    assert publication is not None
    return queries.text_of(publication)


def halved(first_day: date = FIRST_DAY, *, version: str = "3.0.0", per: str = "20 g") -> str:
    """The bike tariff with another price of a point, from another day; its examples with it."""
    body = text_in_force(*BIKE_RULE)
    body = body.replace('version = "2.0.0"', f'version = "{version}"')
    body = body.replace("valid_from = 2026-07-01", f"valid_from = {first_day}")
    body = body.replace('per = "10 g"', f'per = "{per}"')
    assert per in ("10 g", "20 g")
    if per == "20 g":
        for old, new in (("points = 11", "points = 5"), ("points = 2\n", "points = 1\n")):
            body = body.replace(old, new)
        body = body.replace(
            'reduction = "418.820 g"\npoints = 30', 'reduction = "418.820 g"\npoints = 20'
        )
    return body


def propose(body: str | None = None, *, at: datetime = AT) -> Proposal:
    """The operator proposes, by default that a bike ride earns half."""
    return propose_rule(
        actor=OPERATOR, body=halved() if body is None else body, reason="市里新的积分表", at=at
    )


def replay(proposal: Proposal, *, at: datetime = AT, days: int = 30) -> None:
    """Asks for the replay of the last days, and the worker does it."""
    last = (at - timedelta(days=1)).date()
    number = replays.ask_replay(
        actor=OPERATOR,
        proposal_id=proposal.id,
        first=last - timedelta(days=days - 1),
        last=last,
        at=at,
    )
    assert run_next(number, at=at)


def decide(proposal: Proposal, *, at: datetime = AT) -> Publication:
    """The second seconds at once, three days of notice pass, the authority publishes."""
    commands.second(actor=OPERATOR_2, proposal_id=proposal.id, words="核对过", at=at)
    later = at + timedelta(days=3, minutes=1)
    assert commands.end_notices(actor=platform_actor(), at=later) == 1
    return commands.publish(actor=REGULATOR, proposal_id=proposal.id, words="同意发布", at=later)


def published(body: str | None = None, *, at: datetime = AT) -> Publication:
    """The whole way of a rule."""
    proposal = propose(body, at=at)
    replay(proposal, at=at)
    return decide(proposal, at=at)
