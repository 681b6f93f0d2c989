"""The verbs that open the database: `ingest`, `prove`, `login-link`, `migrate`, `serve`, `demo`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import django
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from tanhui.behaviours import commands as behaviours  # noqa: E402
from tanhui.behaviours import recount as behaviours_recount  # noqa: E402
from tanhui.behaviours.double_paid import recount_claims  # noqa: E402
from tanhui.cli import (  # noqa: E402
    audit,
    claims,
    demo,
    hastening,
    keys,
    partners,
    rulebook,
    serving,
    staff,
    working,
)
from tanhui.cli import exporting as registry_exports  # noqa: E402
from tanhui.cli import log as public_log  # noqa: E402
from tanhui.cli import registers as other_registers  # noqa: E402
from tanhui.cli import token as bearer  # noqa: E402
from tanhui.cli.companions import companions  # noqa: E402
from tanhui.cli.refusing import print_json, refusing  # noqa: E402
from tanhui.config.database import Database, migrate, open_database  # noqa: E402
from tanhui.identity.audit.queries import check as check_audit  # noqa: E402
from tanhui.identity.commands import open_login_link, platform_actor  # noqa: E402
from tanhui.kernel.actors import Actor, Assurance  # noqa: E402
from tanhui.ledger import queries as ledger  # noqa: E402
from tanhui.publiclog.recount import recount as recount_log  # noqa: E402
from tanhui.registry.recount import recount as recount_registry  # noqa: E402
from tanhui.rewards.recount import recount as recount_rewards  # noqa: E402
from tanhui.rulebook.checking import check_rulebook  # noqa: E402
from tanhui.rulebook.publishing import found as found_rules  # noqa: E402
from tanhui.vault import queries as vault  # noqa: E402

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PortOption = Annotated[int, typer.Option(help="The port of the server on this machine.")]
# Two settle as fast as this machine's own database can write beside them.
WORKERS = min(2, os.cpu_count() or 1)
OPERATOR = Actor("operator:command-line", frozenset({"operator"}), assurance=Assurance.MACHINE)


@contextmanager
def ready_database() -> Iterator[Database]:
    """The database, open and, outside production, brought up to date."""
    database = open_database()
    try:
        if settings.TANHUI.simulated:
            migrate(database)
            found_rules(actor=platform_actor(), at=datetime.now(UTC))
        yield database
    finally:
        database.close()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that is told rows done and rows in all."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task("rows", total=None)

    def tell(done: int, rows: int) -> None:
        # Nothing is drawn before the file has been found good: a refusal is one line.
        bar.start()
        bar.update(task, completed=done, total=rows)

    try:
        yield tell
    finally:
        # Stopping a bar that never began would leave an empty line.
        if bar.live.is_started:
            bar.stop()


@refusing
def ingest(
    file: Annotated[Path, typer.Argument(help="csv, csv.gz, zip of csv, ndjson(.gz) or Parquet")],
    partner: Annotated[str, typer.Option(help="The partner's code.")],
    layout: Annotated[str, typer.Option(help="The layout of the file.")],
    assign_riders: Annotated[
        int | None,
        typer.Option(min=1, help="Assign a public file's trips to N simulated citizens."),
    ] = None,
    batch: Annotated[str | None, typer.Option(help="Your own name for this delivery.")] = None,
    chunk_rows: Annotated[
        int, typer.Option(min=1, help="Rows settled in one transaction.")
    ] = behaviours.CHUNK_ROWS,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help="How many settle a large chunk at once.")
    ] = WORKERS,
    stations: Annotated[
        list[Path] | None,
        typer.Option(help="A station table, instead of those beside the file; may be repeated."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Record a partner's trip file; sending it again records nothing twice."""
    with ready_database(), _progress() as progress:
        result = behaviours.record_file(
            actor=OPERATOR,
            partner_code=partner,
            path=file,
            layout_name=layout,
            at=datetime.now(UTC),
            assign_riders=assign_riders,
            batch=batch,
            chunk_rows=chunk_rows,
            workers=workers,
            progress=progress,
            stations=stations or (),
        )
    if as_json:
        print_json(asdict(result))
        return
    typer.echo(
        f"{result.rows:,} rows: {result.recorded:,} recorded, {result.exists:,} known already, "
        f"{sum(result.held.values()):,} held, {sum(result.refused.values()):,} refused; "
        f"{result.reduction_mg:,} mg CO2e, {result.points:,} points, {result.seconds} s"
    )
    typer.echo(f"Every row that was not recorded, with its reason: {result.report}")


def _line(name: str, count: int | None, matches: bool, more: str = "") -> None:
    told = "" if count is None else f"{count:,}"
    typer.echo(f"{name:12} {told:>12} {more:<20} {'ok' if matches else 'DIFFERS'}")


@refusing
def prove(as_json: JsonFlag = False) -> None:
    """Recompute all books from their rows; exit code 1 when anything differs."""
    begun = time.monotonic()
    with ready_database():
        assets = ledger.recount()
        deeds = behaviours_recount.recount()
        claimed = recount_claims()
        rules = check_rulebook()
        registered = recount_registry()
        rewarded = recount_rewards()
        log = recount_log()
        audited = check_audit()
        lost = vault.recheck()
        files, _ = vault.kept()
    ok = (
        all(asset.matches for asset in assets)
        and deeds.matches
        and claimed.matches
        and rules.matches
        and registered.matches
        and rewarded.matches
        and log.matches
        and audited.ok
        and not lost
    )
    answer = {
        "ok": ok,
        "assets": {
            asset.asset: {
                "transfers": asset.transfers,
                "accounts": asset.accounts,
                "balance_matches": asset.matches,
            }
            for asset in assets
        },
        "behaviours": {**asdict(deeds), "matches": deeds.matches},
        "claims": {**asdict(claimed), "matches": claimed.matches},
        "rulebook": rules.told(),
        "log": {**asdict(log), "matches": log.matches},
        "audit": audited.told(),
        "vault": {
            "contents": files,
            "troubles": [asdict(trouble) for trouble in lost],
            "matches": not lost,
        },
        "credits": asdict(registered.equation),
        "registry": {**registered.differing, "matches": registered.matches},
        "rewards": {"broken": rewarded.broken, "matches": rewarded.matches},
        "seconds": round(time.monotonic() - begun, 3),
    }
    if as_json:
        print_json(answer)
    else:
        for asset in assets:
            _line(asset.asset, asset.transfers, asset.matches, f"{asset.accounts:,} accounts")
        _line("deeds", deeds.deeds, deeds.matches)
        _line("claims", None, claimed.matches)
        _line("rulebook", rules.publications, rules.matches)
        _line("credits", registered.equation.issued_kg, registered.matches, "kg")
        _line("rewards", None, rewarded.matches)
        _line("log", log.size, log.matches)
        _line("audit", audited.chain.rows, audited.ok)
        for line in audit.first_fault(audited):
            typer.echo(line)
        _line("files", files, not lost)
        for trouble in lost:
            typer.echo(f"  {trouble.sha256} {trouble.trouble}")
    if not ok:
        raise typer.Exit(1)


@refusing
def login_link(
    persona: Annotated[str, typer.Argument(help="One of the demo city's cast.")],
    port: PortOption = 8000,
) -> None:
    """A one-time link that logs a browser in as one of the demo city's cast."""
    with ready_database():
        token = open_login_link(actor=platform_actor(), persona=persona, at=datetime.now(UTC))
    typer.echo(f"http://127.0.0.1:{port}/login/{token}{staff.desk_query(persona)}")


@refusing
def migrate_database() -> None:
    """Bring every table up to date, as the owner."""
    database = open_database()
    try:
        migrate(database)
        found_rules(actor=platform_actor(), at=datetime.now(UTC))
    finally:
        database.close()


@refusing
def serve(port: PortOption = 8000) -> None:
    """The server alone, on the database and settings of the environment."""
    with ready_database():
        serving.serve(port=port, ready=lambda: None, beside=companions())


@refusing
def work() -> None:
    """What has its hour: overdue holds and reservations end, old deliveries are forgotten."""
    with ready_database():
        working.work()


@refusing
def make_demo(port: PortOption = 8000) -> None:
    """A lively demo city, clearly marked as simulated, and its server."""
    with ready_database():
        demo.make_city(actor=OPERATOR, at=datetime.now(UTC))
        serving.serve(port=port, ready=lambda: demo.welcome(port), beside=companions())


def register(app: typer.Typer) -> None:
    """Adds these verbs to the command line."""
    app.command("ingest")(ingest)
    app.command("prove")(prove)
    app.command("login-link")(login_link)
    app.command("migrate")(migrate_database)
    app.command("serve")(serve)
    app.command("demo")(make_demo)
    app.command("work")(work)
    staff.register(app, ready=ready_database)
    audit.register(app, ready=ready_database)
    bearer.register(app, ready=ready_database)
    hastening.register(app, ready=ready_database)
    partners.register(app, ready=ready_database, operator=OPERATOR)
    claims.register(app, ready=ready_database, operator=OPERATOR)
    other_registers.register(app, ready=ready_database, operator=OPERATOR)
    registry_exports.register(app, ready=ready_database)
    rulebook.register(app, ready=ready_database)
    public_log.register(app, ready=ready_database)
    keys.register(app, ready=ready_database, actor=platform_actor())
