"""`content new`: a new methodology, ready to be filled in. No database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import refusing
from tanhui.methodology.drafting import new_document


def register(content: typer.Typer, *, content_root: Callable[[], Path]) -> None:
    """Add `new` to the group `content`."""

    @content.command("new")
    @refusing
    def new(
        name: Annotated[str, typer.Argument(help="Such as taking-stairs.")],
        path: Annotated[
            str, typer.Option(help="citizen, project, event, organisation, person or tool.")
        ] = "citizen",
        field: Annotated[str, typer.Option(help="The folder of its field; see fields.toml.")] = "",
        city: Annotated[str, typer.Option(help="The folder of its city.")] = "chengdu",
    ) -> None:
        """Write a commented draft that already passes the check and computes its examples."""
        typer.echo(str(new_document(content_root(), name, path, field, city)))
