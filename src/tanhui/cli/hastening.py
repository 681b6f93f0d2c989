"""`tanhui hasten`: in a demo, a term that runs out now."""

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

Opener = Callable[[], AbstractContextManager[object]]


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the verb `hasten`; `ready` opens the database."""

    @app.command("hasten")
    @refusing
    def hasten_term(
        subject: Annotated[
            str,
            typer.Argument(
                help="What the case is about: CDCER-0007, period:3, tariff:shared-bike."
            ),
        ],
    ) -> None:
        """In a demo: let the term that a case waits for run out now, and do what follows."""
        told = subject if ":" in subject else f"project:{subject}"
        with ready():
            at = datetime.now(UTC)
            for kind, then in hasten(actor=platform_actor(), subject=told, at=at):
                typer.echo(f"{told}: {kind}, the term is over; what follows: {then}")
            rounds(datetime.now(UTC))
