"""`tanhui audit`: check that nobody touched the audit, and list its rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Annotated

import typer

from tanhui.cli.refusing import print_json, refusing
from tanhui.governance.queries import PAGE_ROWS, AuditEntry, Search, search
from tanhui.identity.audit.queries import AuditCheck
from tanhui.identity.audit.queries import check as check_audit
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import day_start

Opener = Callable[[], AbstractContextManager[object]]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
# Whoever has the machine and its keys reads the audit there.
AUDITOR = Actor("auditor:command-line", frozenset({"auditor"}), assurance=Assurance.MACHINE)
_DAY = timedelta(days=1)


def register(app: typer.Typer, *, ready: Opener) -> None:
    """Adds the group `audit`; `ready` opens the database."""
    group = typer.Typer(help="Who did what, and whether anybody touched it.", no_args_is_help=True)

    @refusing
    def check(as_json: JsonFlag = False) -> None:
        """Check every audit row against its code, the chain and the public log; exit code 1."""
        with ready():
            found = check_audit()
        if as_json:
            print_json(found.told())
        else:
            _say(found)
        if not found.ok:
            raise typer.Exit(1)

    @refusing
    def listing(
        actor: Annotated[str | None, typer.Option(help="Beginning of the actor's name.")] = None,
        action: Annotated[str | None, typer.Option(help="Beginning of the action.")] = None,
        subject: Annotated[str | None, typer.Option(help="Beginning of the subject.")] = None,
        day: Annotated[
            datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day of the city.")
        ] = None,
        before: Annotated[int | None, typer.Option(help="Only rows with lower numbers.")] = None,
        rows: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = PAGE_ROWS,
        as_json: JsonFlag = False,
    ) -> None:
        """List audit rows, the newest first."""
        since = day_start(day.date()) if day else None
        until = day_start(day.date() + _DAY) if day else None
        with ready():
            found = search(
                actor=AUDITOR,
                looked_for=Search(actor, action, subject, since, until),
                before=before,
                most=rows,
            )
        if as_json:
            print_json({"rows": [{**_row(one), "facts": one.facts} for one in found]})
            return
        for one in found:
            typer.echo("  ".join(str(value) for value in _row(one).values()) + f"  {one.facts}")

    group.command("check")(check)
    group.command("list")(listing)
    app.add_typer(group, name="audit")


def _row(one: AuditEntry) -> dict[str, object]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "actor": one.actor,
        "action": one.action,
        "subject": one.subject,
        "place": one.place,
    }


def _say(found: AuditCheck) -> None:
    told = found.told()
    state = "whole" if told["ok"] else "TOUCHED"
    typer.echo(
        f"audit: {state}; {told['rows']} rows, {told['links']} in the chain,"
        f" {told['waiting']} waiting; head {told['head'] or 'none'}"
    )
    if told["log_index"] is not None:
        agrees = "agrees" if told["log_agrees"] else "DIFFERS"
        typer.echo(
            f"public log: leaf {told['log_index']} through row {told['log_through']} {agrees}"
        )
    for line in fault_lines(found):
        typer.echo(line)


def fault_lines(found: AuditCheck) -> list[str]:
    """A line for each fault that is named: what happened, and to which row (or link)."""
    return [f"  {fault.kind}: {fault.number}" for fault in found.chain.faults]


def first_fault(found: AuditCheck) -> list[str]:
    """The first fault that is named, and where the others are; a head that is not the log's."""
    named = fault_lines(found)
    lines = named[:1]
    if len(named) > 1:
        lines.append(f"  and {len(named) - 1} more: tanhui audit check")
    if not found.log_agrees:
        lines.append(f"  public log: leaf {found.log_index} through row {found.through} DIFFERS")
    return lines
