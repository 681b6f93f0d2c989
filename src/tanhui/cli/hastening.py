"""`tanhui hasten`: in a demo, a term that runs out now, or points that expire soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import typer

from tanhui.cases.hastening import hasten
from tanhui.cli.refusing import refusing
from tanhui.cli.working import rounds
from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import persona_id
from tanhui.kernel.refusals import Invalid
from tanhui.rewards.expiry.hastening import hasten_expiry

Opener = Callable[[], AbstractContextManager[object]]


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the verb `hasten`; `ready` opens the database."""

    @app.command("hasten")
    @refusing
    def hasten_term(
        subject: Annotated[
            str,
            typer.Argument(
                help="What the case is about: CDCER-0007, period:3, tariff:shared-bike;"
                " or expiry, for points."
            ),
        ],
        persona: Annotated[str, typer.Argument(help="With expiry: whose points.")] = "",
        points: Annotated[int, typer.Argument(help="With expiry: how many points.")] = 0,
        days: Annotated[
            int, typer.Option(help="With expiry: the month's end after so many days.")
        ] = 0,
        now: Annotated[bool, typer.Option(help="With expiry: at once, not announced.")] = False,
    ) -> None:
        """In a demo: let the term that a case waits for run out now, and do what follows.

        `hasten expiry PERSONA POINTS [--days N | --now]` lets so many points expire with the month.
        """
        if subject == "expiry":
            with ready():
                _expiry(persona, points, days, now=now)
            return
        told = subject if ":" in subject else f"project:{subject}"
        with ready():
            at = datetime.now(UTC)
            for kind, then in hasten(actor=platform_actor(), subject=told, at=at):
                typer.echo(f"{told}: {kind}, the term is over; what follows: {then}")
            rounds(datetime.now(UTC))


def _expiry(persona: str, points: int, days: int, *, now: bool) -> None:
    if not 0 <= days <= 366:
        raise Invalid(
            "days_out_of_range",
            zh="天数在 0 到 366 之间。",
            en="There are from 0 to 366 days.",
        )
    made = hasten_expiry(
        actor=platform_actor(),
        citizen_id=persona_id(persona),
        points=points,
        days=days,
        now=now,
        at=datetime.now(UTC),
    )
    told = "expired on" if made.gone else "expire on"
    typer.echo(f"{persona}: {made.points} points {told} {made.expires_on}")
