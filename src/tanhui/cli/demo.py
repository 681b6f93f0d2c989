"""The demo city: made through the same commands and files as real partners use."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import typer
from django.conf import settings

from tanhui import __version__
from tanhui.behaviours import commands as behaviours
from tanhui.behaviours import queries as behaviours_queries
from tanhui.cli.demo_partners import seat_partners
from tanhui.cli.demo_trips import write_trips
from tanhui.identity.commands import register_simulated
from tanhui.identity.personas import CITIZENS
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Forbidden
from tanhui.partners import commands as partners
from tanhui.partners import queries as partners_queries

CITIZENS_COUNT = 2_000
DAYS = 30
LAYOUT = "tanhui-ndjson"
BIKE = "BIKE"


def _say(text: str) -> None:
    typer.echo(text, err=True)


def rider_name(citizen_id: int) -> str:
    """What the demo's bike partner calls a citizen."""
    return f"jc-{citizen_id:07d}"


def _missing_days(partner_id: int, today: date) -> list[date]:
    """The days of the last month from the last one that is known on; all of them at first."""
    first = today - timedelta(days=DAYS)
    latest = behaviours_queries.latest_started_at(partner_id=partner_id, since=day_start(first))
    begin = city_day(latest) if latest else first
    return [begin + timedelta(days=ahead) for ahead in range((today - begin).days + 1)]


def make_city(*, actor: Actor, at: datetime) -> None:
    """Seats the cast and the partners, and records the days of the last month that are missing.

    Refuses `simulated_only` outside a demo or a test.
    """
    chosen = settings.TANHUI
    if not chosen.simulated:
        raise Forbidden(
            "simulated_only",
            zh="演示城市只能在 TANHUI_MODE=demo 时生成。",
            en="A demo city is made only with TANHUI_MODE=demo.",
        )
    seat_partners(actor=actor, at=at)
    citizens = register_simulated(actor=actor, count=CITIZENS_COUNT, at=at)
    partners.bind_riders(
        actor=actor,
        partner_code=BIKE,
        riders=[rider_name(citizen) for citizen in citizens],
        citizen_ids=citizens,
        at=at,
    )
    days = _missing_days(partners_queries.partner(BIKE).id, city_day(at))
    _say(f"Demo city: {CITIZENS_COUNT:,} simulated citizens; trips of {len(days)} days …")
    path = chosen.var / "demo" / f"bike-{days[0]}-{days[-1]}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_trips(path, riders=[rider_name(citizen) for citizen in citizens], days=days, until=at)
    if path.stat().st_size:
        result = behaviours.record_file(
            actor=actor,
            partner_code=BIKE,
            path=path,
            layout_name=LAYOUT,
            at=at,
            batch=f"demo-{days[0]}-{days[-1]}-{at:%H%M%S}",
        )
        _say(
            f"Demo city: {result.recorded:,} rides recorded, {result.exists:,} known already, "
            f"{result.points:,} points."
        )


def welcome(port: int) -> None:
    """Prints the addresses and the personas."""
    base = f"http://127.0.0.1:{port}"
    lines = [
        "",
        f"Tanhui 碳惠 {__version__}: a simulated Chengdu is open. 模拟数据",
        f"  {base}/        the mechanism 机制介绍",
        f"  {base}/m/      the citizen's pages 市民页面",
        "",
        "Log in with one of these phones (the code is shown on the page), or:",
    ]
    lines += [
        f"  {persona.name_zh} {persona.name_en}  {persona.phone}  "
        f"tanhui login-link {persona.name} --port {port}"
        for persona in CITIZENS
    ]
    typer.echo("\n".join([*lines, "", "Ctrl-C stops everything."]))
