"""The verbs of the rulebook: `rulebook check` and `rulebook list`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from tanhui.cli.refusing import language, print_json, refusing
from tanhui.config.database import Database
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Invalid
from tanhui.rulebook import queries
from tanhui.rulebook.checking import check_rulebook
from tanhui.rulebook.queries import Publication

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Ready = Callable[[], AbstractContextManager[Database]]


def _day(text: str | None) -> date:
    if text is None:
        return city_day(datetime.now(UTC))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "day_malformed",
            zh="日期要写成 2026-11-22 这样。",
            en="Write the day like 2026-11-22.",
        ) from None


def _told(one: Publication) -> dict[str, object]:
    return {
        "kind": one.kind,
        "id": one.document,
        "version": one.version,
        "digest": one.digest,
        "from": one.effective_from.isoformat(),
        "until": one.effective_until.isoformat() if one.effective_until else None,
        "basis": one.basis,
        "published_at": one.published_at.isoformat(),
        "log_index": queries.log_position(one),
    }


def register(app: typer.Typer, *, ready: Ready) -> None:
    """Adds the group `rulebook`."""
    group = typer.Typer(help="The rules in force, and whether all agree.", no_args_is_help=True)
    app.add_typer(group, name="rulebook")

    @group.command("check")
    @refusing
    def check(as_json: JsonFlag = False) -> None:
        """Compare lock, files, book and public log; exit code 1 when anything differs."""
        with ready():
            found = check_rulebook()
        if as_json:
            print_json(found.told())
        else:
            for fault in found.faults:
                sentence = fault.zh if language().startswith("zh") else fault.en
                typer.echo(f"{fault.reference}: {fault.code}: {sentence}")
            typer.echo(
                f"{found.publications} publications, {found.decided} by decision, "
                f"{found.logged} with their leaf: {'ok' if found.matches else 'DIFFERS'}"
            )
        if not found.matches:
            raise typer.Exit(1)

    @group.command("list")
    @refusing
    def list_rules(
        day: Annotated[str | None, typer.Option(help="In force on this day.")] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Every rule in force today, or on another day."""
        with ready():
            when = _day(day)
            found = [_told(one) for one in queries.all_in_force(when)]
        if as_json:
            print_json({"day": when.isoformat(), "rules": found})
            return
        for one in found:
            typer.echo(
                f"{one['kind']:12} {one['id']}@{one['version']}  {one['from']}  {one['basis']}"
            )
