"""A transfer and a retirement at 1,000 and at 1,000,000 blocks, against one bare call.

`make bench ARGS=registry` fills two registers, then measures in turn, five times each: cycles of
one transfer and one retirement (undoing waived, certificate signed, leaf and audit row written)
through the commands; and the same cuts by one PL/pgSQL call that locks a row, cuts under an
exclusion constraint and writes two event rows (`sql/registry_comparator.sql`). Then the whole
register is proved again.

`make bench ARGS=registry_lists` asks what pages show, of 100,000 projects and a million blocks.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from rich.console import Console
from rich.table import Table

from benchmarks.scratch import scratch_database
from tanhui.config.database import Database
from tanhui.kernel.actors import Actor, Assurance
from tanhui.projects import reading as projects
from tanhui.registry import queries
from tanhui.registry.commands import transfer_credits
from tanhui.registry.moving import Line
from tanhui.registry.recount import recount
from tanhui.registry.retiring import Wish, retire_credits

SIZES = (1_000, 1_000_000)
HOLDERS = 100
CYCLES, ROUNDS = 150, 5
PROJECTS = 100_000
WISH = Wish("event", "启动仪式", "Launch", "抵消排放", "against emissions", "场馆用电", "power")
_SQL = Path(__file__).parent / "sql"
_references = count()


def _fill(database: Database, blocks: int) -> tuple[str, list[int]]:
    """A register of this many blocks, and the bare tables; the project's code and the holders."""
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute(
            "INSERT INTO identity_organisation (code, name_zh, name_en, credit_code, roles,"
            " registered_at) VALUES ('OWNER', '业主', 'Owner', 'OWNER0000000000000',"
            " ARRAY['owner'], now()) RETURNING id"
        ).fetchone()
        assert row is not None
        project = owner.execute(
            "INSERT INTO projects_project (owner_id, name_zh, name_en, about_zh, about_en,"
            " methodology, digest, field, call, district, simplified, simulated, state,"
            " created_at, filed_at, registered_at, crediting, cap_kg, buffer_percent) VALUES"
            " (%s, '窑炉', 'Furnace', '', '', 'energy-substitution.chengdu@1.0.0', %s, 'energy',"
            " '', '', false, true, 'registered', now(), now(), now(),"
            " '[2021-01-01,2031-01-01)', %s, 0) RETURNING id, code",
            (row[0], "sha256:" + "0" * 64, blocks * 2_000),
        ).fetchone()
        assert project is not None
        period = owner.execute(
            "INSERT INTO projects_period (project_id, number, days, state, opened_at)"
            " VALUES (%s, 1, '[2025-01-01,2026-01-01)', 'approved', now()) RETURNING id",
            (project[0],),
        ).fetchone()
        assert period is not None
        filled = {
            "blocks": blocks,
            "holders": HOLDERS,
            "project_id": project[0],
            "period_id": period[0],
            "event_id": uuid4(),
        }
        for name in ("registry_fill", "registry_comparator"):
            told = (_SQL / f"{name}.sql").read_text(encoding="utf-8")
            cursor = psycopg.ClientCursor(owner)
            cursor.execute(told.encode(), filled)
        holders = owner.execute(
            "SELECT id FROM identity_organisation WHERE code LIKE 'BENCH-%' ORDER BY id"
        ).fetchall()
    return project[1], [holder for (holder,) in holders]


def _actor(organisation_id: int) -> Actor:
    return Actor(
        f"benchmark:{organisation_id}",
        frozenset({"buyer"}),
        person_id=None,
        organisation_id=organisation_id,
        assurance=Assurance.MACHINE,
    )


def _ours(code: str, holders: list[int]) -> Callable[[int], None]:
    actors = [_actor(holder) for holder in holders]

    def cycle(number: int) -> None:
        seller, buyer = number % (HOLDERS - 1), HOLDERS - 1
        at = datetime.now(UTC)
        reference = f"b{next(_references)}"
        transfer_credits(
            actor=actors[seller],
            project_code=code,
            vintage=2025,
            kg=1,
            to_organisation_id=holders[buyer],
            reference=reference,
            at=at,
        )
        retire_credits(
            actor=actors[buyer],
            lines=[Line(code, 2025, 1)],
            wish=WISH,
            waive_undo=True,
            reference=reference,
            at=at,
        )

    return cycle


def _bare(owner: psycopg.Connection[Any], blocks: int) -> Callable[[int], None]:
    def cycle(number: int) -> None:
        owner.execute("SELECT bare_cycle(%s, 1, %s)", (number * 7 % blocks + 1, HOLDERS - 1))
        owner.commit()

    return cycle


def _rate(cycle: Callable[[int], None], begin: int) -> float:
    begun = time.perf_counter()
    for number in range(begin, begin + CYCLES):
        cycle(number)
    return CYCLES / (time.perf_counter() - begun)


def measure(blocks: int) -> dict[str, float]:
    """Cycles per second of both, their ratio, and the seconds of a whole recount."""
    with scratch_database() as database:
        code, holders = _fill(database, blocks)
        with psycopg.connect(database.owner_url) as owner:
            ours, bare = _ours(code, holders), _bare(owner, blocks)
            _rate(ours, 0)
            _rate(bare, 0)
            found = [
                (_rate(ours, CYCLES * turn), _rate(bare, CYCLES * turn))
                for turn in range(1, ROUNDS + 1)
            ]
        begun = time.perf_counter()
        counted = recount()
        seconds = time.perf_counter() - begun
        assert counted.matches, counted
        assert queries.equation().closed
        connection.close()
    return {
        "blocks": blocks,
        "ours_per_second": round(statistics.median(one for one, _ in found), 1),
        "bare_per_second": round(statistics.median(two for _, two in found), 1),
        "ratio": round(statistics.median(one / two for one, two in found), 3),
        "recount_seconds": round(seconds, 2),
    }


def _many_projects(database: Database) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO projects_project (owner_id, name_zh, name_en, about_zh, about_en,"
            " methodology, digest, field, call, district, simplified, simulated, state,"
            " created_at, filed_at, registered_at, crediting, cap_kg, buffer_percent)"
            " SELECT owner_id, '窑炉改造 ' || number || ' 号', 'Furnace ' || number, '', '',"
            " methodology, digest, (ARRAY['energy', 'forest', 'travel'])[number %% 3 + 1], '',"
            " (ARRAY['510104', '510116', '510112'])[number %% 3 + 1], false, true, state,"
            " created_at, filed_at, registered_at, crediting, cap_kg, buffer_percent"
            " FROM projects_project, generate_series(1, %s) AS number",
            (PROJECTS,),
        )
        owner.execute("ANALYZE")


def run_lists() -> dict[str, Any]:
    """Milliseconds of each list that pages show, medians of seven, and of its slowest turn."""
    with scratch_database() as database:
        code, holders = _fill(database, SIZES[-1])
        cycle = _ours(code, holders)
        for number in range(200):
            cycle(number)
        _many_projects(database)
        asked: dict[str, Callable[[], object]] = {
            "projects, first page": projects.projects_page,
            "projects of a district": lambda: projects.projects_page(district="510116"),
            "projects by words": lambda: projects.projects_page(words="Furnace 4711"),
            "retirements": queries.retirements,
            "issuances": queries.issuances,
            "life of a kilogram": lambda: queries.life(1),
            "a holder's accounts": lambda: queries.holdings(holders[0]),
            "pieces of an account": lambda: queries.pieces(1),
        }
        answers = {name: _milliseconds(ask) for name, ask in asked.items()}
        connection.close()
    table = Table(title=f"lists of {PROJECTS:,} projects and {SIZES[-1]:,} blocks, ms")
    for column in ("list", "median", "slowest"):
        table.add_column(column)
    for name, (median, slowest) in answers.items():
        table.add_row(name, f"{median:.1f}", f"{slowest:.1f}")
    Console().print(table)
    return {name: {"median_ms": one, "slowest_ms": two} for name, (one, two) in answers.items()}


def _milliseconds(ask: Callable[[], object]) -> tuple[float, float]:
    taken = []
    for _ in range(7):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(taken), 2), round(max(taken), 2)


def run() -> dict[str, Any]:
    """Measures at both sizes and prints a table."""
    answers = [measure(blocks) for blocks in SIZES]
    table = Table(title="transfer + retirement, medians of five interleaved rounds")
    for column in ("blocks", "ours/s", "bare/s", "ratio", "recount s"):
        table.add_column(column, justify="right")
    for one in answers:
        table.add_row(*(f"{value:,}" for value in one.values()))
    Console().print(table)
    flat = answers[-1]["ours_per_second"] / answers[0]["ours_per_second"]
    print(f"at {SIZES[-1]:,} blocks {flat:.2f} of the rate at {SIZES[0]:,}")
    return {"sizes": answers, "flat": round(flat, 3)}
