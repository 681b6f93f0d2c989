"""`tanhui token`: a bearer token for the interface, for one of the demo city's cast."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import typer

from tanhui.cli.refusing import refusing
from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor

Opener = Callable[[], AbstractContextManager[object]]


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the verb `token`; `ready` opens the database."""

    @app.command("token")
    @refusing
    def token(
        persona: Annotated[str, typer.Argument(help="One of the demo city's cast.")],
    ) -> None:
        """A bearer token for the interface: a session of one of the demo city's cast."""
        with ready():
            at = datetime.now(UTC)
            link = open_login_link(actor=platform_actor(), persona=persona, at=at)
            typer.echo(log_in_by_link(token=link, at=at))
