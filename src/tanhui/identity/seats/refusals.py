"""Why a seat is not proposed, confirmed or ended."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Forbidden, NotFound, Refusal


def own_seat() -> Refusal:
    """Nobody decides about themselves."""
    return Forbidden(
        "own_seat",
        zh="不能给自己提名、确认或结束岗位，请另一个人来办。",
        en="Nobody proposes, confirms or ends their own seat: somebody else does.",
    )


def own_proposal() -> Refusal:
    """Who proposed does not decide."""
    return Forbidden(
        "own_proposal",
        zh="提名的人不能自己确认，请另一个人来办。",
        en="Whoever proposed a seat does not decide about it.",
    )


def proposal_open() -> Refusal:
    """There is a proposal for this person already."""
    return Conflict(
        "proposal_open",
        zh="这个人已经有一份待确认的提名。",
        en="There is an open proposal for this person already.",
    )


def proposal_unknown() -> Refusal:
    """No such open proposal."""
    return NotFound(
        "proposal_unknown",
        zh="没有这份提名，或已经有了结果。",
        en="There is no such proposal, or it has been decided.",
    )


def not_a_person() -> Refusal:
    """The command line seats the first ones; from then on persons do."""
    return Forbidden(
        "not_a_person",
        zh="提名和确认要由具体的人来办。",
        en="Seats are proposed and confirmed by persons.",
    )
