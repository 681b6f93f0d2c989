"""`tanhui claims`: other schemes, and the files by which we and they tell each other of trips."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings

from tanhui.behaviours import exchange
from tanhui.cli.refusing import print_json, refusing
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid

Opener = Callable[[], AbstractContextManager[object]]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
SchemeOption = Annotated[str, typer.Option(help="The other scheme's name.")]


def register(app: typer.Typer, *, ready: Opener, operator: Actor) -> None:
    """Adds the group `claims`; `ready` opens the database, `operator` acts."""
    group = typer.Typer(help="Trips that another scheme rewards too.", no_args_is_help=True)
    _about_schemes(group, ready, operator)
    _about_files(group, ready, operator)
    app.add_typer(group, name="claims")


def _about_schemes(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    schemes = typer.Typer(help="The other schemes.", no_args_is_help=True)
    group.add_typer(schemes, name="scheme")

    @schemes.command("add")
    @refusing
    def add(
        name: Annotated[str, typer.Argument(help="Its name: capitals, digits and hyphens.")],
        key_file: Annotated[Path, typer.Option(help="A file with the shared key in hex.")],
    ) -> None:
        """Register another scheme and the key shared with it."""
        try:
            key = key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Invalid(
                "key_file_unreadable",
                zh="无法读取密钥文件 {path}。",
                en="The key file {path} cannot be read.",
                path=key_file,
            ) from None
        with ready():
            exchange.register_scheme(actor=operator, name=name, key=key, at=datetime.now(UTC))
        typer.echo(f"{name}: registered")


def _about_files(group: typer.Typer, ready: Opener, operator: Actor) -> None:
    @group.command("export")
    @refusing
    def export(
        scheme: SchemeOption,
        first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
        last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
        out: Annotated[Path, typer.Option(help="Where the file goes.")],
        as_json: JsonFlag = False,
    ) -> None:
        """Write the trips we have paid on these days to a file for another scheme."""
        with ready():
            result = exchange.export_claims(
                actor=operator,
                scheme=scheme,
                first=first.date(),
                last=last.date(),
                path=out,
                at=datetime.now(UTC),
            )
        if as_json:
            print_json(asdict(result))
        else:
            typer.echo(f"{result.lines:,} trips of {result.people:,} people: {result.path}")

    @group.command("import")
    @refusing
    def take(
        file: Annotated[Path, typer.Argument(help="A file of tanhui-claims/1.")],
        scheme: SchemeOption,
        answer: Annotated[
            Path | None, typer.Option(help="Where the answer goes; beside the reports by default.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Keep what another scheme has paid; write what we have paid already to an answer."""
        if answer is None:
            answer = settings.TANHUI.var / "reports" / f"claims-{scheme}-{file.stem}.ndjson"
            answer.parent.mkdir(parents=True, exist_ok=True)
        with ready():
            result = exchange.import_claims(
                actor=operator, scheme=scheme, path=file, answer=answer, at=datetime.now(UTC)
            )
        if as_json:
            print_json(asdict(result))
            return
        typer.echo(
            f"{result.lines:,} lines: {result.kept:,} kept, {result.exists:,} kept before, "
            f"{result.taken:,} taken, {result.unknown:,} of unknown people, "
            f"{sum(result.bad.values()):,} bad"
        )
        for number, code in result.faults:
            typer.echo(f"line {number}: {code}")
        typer.echo(f"The answer for {scheme}: {result.answer}")
