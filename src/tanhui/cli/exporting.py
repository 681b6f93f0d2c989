"""`tanhui export`: this registry in the schemas of CAD Trust and OffsetsDB, checked before it is
written and read back afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import print_json, refusing
from tanhui.cli.registers import tonnes
from tanhui.registry.exports import queries

Opener = Callable[[], AbstractContextManager[object]]


class Kind(StrEnum):
    """Whose schema."""

    CADTRUST = "cadtrust"
    OFFSETSDB = "offsetsdb"


_EXPORTS = {
    Kind.CADTRUST: queries.export_cadtrust,
    Kind.OFFSETSDB: queries.export_offsetsdb,
}


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the verb `export`; `ready` opens the database."""

    @app.command("export")
    @refusing
    def export(
        schema: Annotated[Kind, typer.Argument(help="cadtrust or offsetsdb")],
        out: Annotated[Path, typer.Option(help="The folder for the files.")],
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        """The registers in another schema, with a report of rows and tonnes."""
        with ready():
            done = _EXPORTS[schema](out=out, at=datetime.now(UTC))
        if as_json:
            print_json({**done.told(), "folder": str(done.folder)})
            return
        typer.echo(f"{done.schema} {done.version}: {done.folder}")
        for table, rows in done.rows.items():
            typer.echo(f"{table:20} {rows:>10,}")
        for state, kg in done.books_kg.items():
            files = tonnes(done.files_kg.get(state, 0))
            typer.echo(f"{state:20} {tonnes(kg)} t in the books, {files} t in the files")
        for table, key, reason in done.withheld:
            typer.echo(f"withheld: {table} {key}: {reason}")
        for value, reason in done.beyond.items():
            typer.echo(f"on no list: {value}: {reason}")
        typer.echo("read back equal" if done.equal else "read back equal; see what is withheld")
