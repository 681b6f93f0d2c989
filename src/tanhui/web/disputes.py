"""A dispute about a redemption as desks show it: where it stands, what was said and done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases import queries as cases
from tanhui.rewards.dispute_queries import Dispute, story

KIND = "redemption-dispute"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said or done; `words` is None where none were needed or they are gone."""

    title_zh: str
    title_en: str
    at: datetime
    words: str | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A dispute in a list, with its state in words."""

    dispute: Dispute
    state_zh: str
    state_en: str
    chip: str


def lines(found: Iterable[Dispute]) -> list[Line]:
    """Disputes with their states in words, as the newest version of their kind names them."""
    states = cases.kinds().newest(KIND).states
    made = []
    for each in found:
        # A state that newer versions do not know any more is shown by its name.
        state = states.get(each.state)
        zh, en = (state.title_zh, state.title_en) if state else (each.state, each.state)
        made.append(Line(each, zh, en, state.chip if state else "neutral"))
    return made


def line(found: Dispute) -> Line:
    """One dispute with its state in words."""
    return lines([found])[0]


def story_of(found: Dispute) -> list[Said]:
    """What was said and done in a dispute, in order."""
    steps = cases.case(found.case_id).rules.steps
    return [
        Said(
            steps[each.step].title_zh,
            steps[each.step].title_en,
            each.at,
            each.words,
            each.erased,
        )
        for each in story(found)
    ]
