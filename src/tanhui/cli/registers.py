"""`tanhui register`: files of other registers, read into the books and told."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.actors import Actor
from tanhui.projects.foreign import commands, queries

Opener = Callable[[], AbstractContextManager[object]]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_KG_PER_TONNE = 1000


def register(app: typer.Typer, *, ready: Opener, operator: Actor) -> None:
    """Adds the group `register`; `ready` opens the database, `operator` acts."""
    group = typer.Typer(help="Other registers and their public files.", no_args_is_help=True)

    @group.command("import")
    @refusing
    def bring(
        file: Annotated[Path, typer.Argument(help="csv, gz, zip, xlsx, json or js")],
        register_name: Annotated[
            str, typer.Option("--register", help="The register, or auto.")
        ] = commands.AUTO,
        as_json: JsonFlag = False,
    ) -> None:
        """Read a file of another register; reading it again records nothing."""
        begun = time.monotonic()
        with ready():
            done = commands.import_file(
                actor=operator, path=file, register=register_name, at=datetime.now(UTC)
            )
        answer = {**_told(done), "seconds": round(time.monotonic() - begun, 3)}
        if as_json:
            print_json(answer)
            return
        for sheet in done.sheets:
            where = f"{sheet.register}/{sheet.table}" if sheet.register else "no known table"
            typer.echo(f"{sheet.sheet}: {where}")
        refused = sum(done.counts("refused").values())
        typer.echo(
            f"{done.count('rows'):,} rows: {done.count('recorded'):,} recorded, "
            f"{done.count('changed'):,} changed, {done.count('exists'):,} known already, "
            f"{refused:,} refused"
        )
        for kind, kg in done.counts("kg").items():
            typer.echo(f"{kind:14} {tonnes(kg)} t")
        typer.echo(f"Every row that was not taken, with its reason: {done.report}")

    @group.command("list")
    @refusing
    def show(as_json: JsonFlag = False) -> None:
        """The registers of which files were read, and what these told."""
        with ready():
            found = queries.registers()
        if as_json:
            print_json(
                {
                    "registers": [
                        {**asdict(one), "read_at": one.read_at.isoformat()} for one in found
                    ]
                }
            )
            return
        for one in found:
            title = one.title_zh if language().startswith("zh") else one.title_en
            kinds = ", ".join(f"{kind} {tonnes(kg)} t" for kind, kg in sorted(one.kg.items()))
            typer.echo(f"{one.name:16} {one.projects:>8,} projects  {kinds}  {title}")

    app.add_typer(group, name="register")


def tonnes(kg: int) -> str:
    """Kilograms as tonnes, exactly."""
    whole, rest = divmod(kg, _KG_PER_TONNE)
    return f"{whole:,}" + (f".{rest:03}" if rest else "")


def _told(done: commands.Imported) -> dict[str, object]:
    return {
        "registers": sorted({sheet.register for sheet in done.sheets if sheet.register}),
        "rows": done.count("rows"),
        "recorded": done.count("recorded"),
        "changed": done.count("changed"),
        "exists": done.count("exists"),
        "refused": done.counts("refused"),
        "noted": done.count("noted"),
        "superseded": done.count("superseded"),
        "recorded_kg": done.counts("kg"),
        "recorded_tonnes": {
            kind: tonnes(kg).replace(",", "") for kind, kg in done.counts("kg").items()
        },
        "sheets": [asdict(sheet) for sheet in done.sheets],
        "passed_over": [{"name": name, "reason": code} for name, code in done.passed_over],
        "report": str(done.report),
    }
