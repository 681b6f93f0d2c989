"""The demo city: made through the same commands and files as real partners use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import typer
from django.conf import settings

from tanhui import __version__
from tanhui.behaviours import commands as behaviours
from tanhui.behaviours import queries as behaviours_queries
from tanhui.behaviours import reconciliation
from tanhui.behaviours.totals import rolling as totals
from tanhui.cli.demo_appeals import say_of_holds
from tanhui.cli.demo_days import deeds_of
from tanhui.cli.demo_organisations import seat_organisations
from tanhui.cli.demo_partners import PARTNERS, seat_partners
from tanhui.cli.demo_projects import play_projects
from tanhui.cli.demo_rewards import OPEN_DAYS, play_rewards
from tanhui.cli.demo_rules import play_rules
from tanhui.cli.demo_trial import AHEAD_DAYS, trial_day
from tanhui.identity.commands import platform_actor, register_simulated
from tanhui.identity.consents.commands import attest_simulated
from tanhui.identity.members.commands import seat_staff
from tanhui.identity.personas import CITIZENS, STAFF
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Forbidden
from tanhui.partners import commands as partners
from tanhui.partners import queries as partners_queries
from tanhui.partners import statements

CITIZENS_COUNT = 2_000
DAYS = 30
LAYOUT = "tanhui-ndjson"
BIKE = "BIKE"
# The last days come as they would today; what is older was recorded before them.
_RECENT_DAYS = 3
_DECLARED_DAYS = 7
# The last hour comes bit by bit, so that a board that has just been opened sees something come.
_LATELY_MINUTES = (45, 34, 23, 12, 0)
# One partner counts a day otherwise than we do, so that the desks have something to look at.
_MISCOUNTED = ("BUS", 2, 3)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def rider_name(citizen_id: int, partner_code: str = BIKE) -> str:
    """What a demo partner calls a citizen."""
    prefix = "jc" if partner_code == BIKE else partner_code.lower()
    return f"{prefix}-{citizen_id:07d}"


def in_places(citizens: Sequence[int]) -> list[int]:
    """The citizens in the order in which their days are invented; each keeps a place.

    Who closes an account leaves a place that a newcomer takes. Were those behind to move up, they
    would tell of other people's rides under references that are known, and all would be refused.
    """
    places = range(1, len(citizens) + 1)
    newcomers = iter(sorted(set(citizens).difference(places)))
    stayed = set(citizens)
    return [place if place in stayed else next(newcomers) for place in places]


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
    # They have been here for as long as they have ridden, so that their devices are no news.
    joined = at - timedelta(days=DAYS)
    citizens = in_places(register_simulated(actor=actor, count=CITIZENS_COUNT, at=joined))
    attest_simulated(person_ids=citizens, at=at)
    codes = [code for code, *_ in PARTNERS]
    numbers = {code: partners_queries.partner(code).id for code in codes}
    organisations = seat_organisations(actor=actor, at=at)
    seat_staff(actor=platform_actor(), organisations={**numbers, **organisations}, at=at)
    for code in codes:
        partners.bind_riders(
            actor=actor,
            partner_code=code,
            riders=[rider_name(citizen, code) for citizen in citizens],
            citizen_ids=citizens,
            at=at,
        )
    today = city_day(at)
    days = _missing_days(numbers[BIKE], today)
    _say(f"Demo city: {CITIZENS_COUNT:,} simulated citizens; deeds of {len(days)} days …")
    turn = today - timedelta(days=_RECENT_DAYS - 1)
    # Points are recorded some time before they are spent: in the mall's trial at the end of last
    # month, since it opened, today.
    stops = {trial_day(today) - timedelta(days=AHEAD_DAYS), today - timedelta(days=OPEN_DAYS + 2)}
    begun: date | None = None
    for stop in sorted({*stops, turn}):
        part = [day for day in days if (begun is None or begun <= day) and day < stop]
        if part:
            _record(actor, citizens, part, day_start(stop) + timedelta(hours=6), since=begun)
            begun = stop
    if begun:
        play_rules(turn=turn, at=at)
    lately = [at - timedelta(minutes=ago) for ago in _LATELY_MINUTES]
    recent = [day for day in days if day >= turn]
    _record(actor, citizens, recent, lately[0], since=turn)
    for before_then, then in pairwise(lately):
        _record(actor, citizens, [today], then, after=before_then)
    for code in codes:
        _declare(actor, code, numbers[code], today, at)
    play_projects(organisations=organisations, at=at)
    made, refused = play_rewards(organisations=organisations, citizens=citizens, at=at)
    _say(f"  mall: {made:,} redemptions, {refused:,} refused")
    totals.state_days(actor=platform_actor(), at=at)
    say_of_holds(at=at)


def _record(
    actor: Actor,
    citizens: Sequence[int],
    days: Sequence[date],
    at: datetime,
    since: date | None = None,
    after: datetime | None = None,
) -> None:
    """Writes what every partner sends of these days as its file, and records it.

    From `since` on each partner sends again the days it was late with. With `after` it sends only
    what has ended since then.
    """
    late = [since - timedelta(days=back) for back in (3, 2, 1)] if since else []
    found = deeds_of([*late, *days], len(citizens), until=at, today=city_day(at))
    folder = settings.TANHUI.var / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    for code, *_ in PARTNERS:
        rows = [
            (place, row)
            for place, row in found.get(code, [])
            if after is None or datetime.fromisoformat(str(row["ended_at"])) > after
        ]
        if not rows:
            continue
        path = folder / f"{code.lower()}-{days[0]}-{days[-1]}.ndjson"
        with path.open("w", encoding="utf-8") as stream:
            for place, row in rows:
                rider = rider_name(citizens[place], code)
                stream.write(json.dumps({**row, "rider": rider}, ensure_ascii=False) + "\n")
        result = behaviours.record_file(
            actor=actor,
            partner_code=code,
            path=path,
            layout_name=LAYOUT,
            at=at,
            batch=f"demo-{days[0]}-{days[-1]}-{at:%H%M%S}",
        )
        totals.roll(actor=platform_actor(), at=at)
        _say(
            f"  {code:6} {result.recorded:>7,} recorded, {result.exists:,} known, "
            f"{sum(result.held.values()):,} held, {sum(result.refused.values()):,} refused; "
            f"{result.points:,} points"
        )


def _declare(actor: Actor, code: str, partner_id: int, today: date, at: datetime) -> None:
    """What the partner says of the last days: what it sent, and once a little else."""
    first, last = today - timedelta(days=_DECLARED_DAYS), today - timedelta(days=1)
    for row in reconciliation.by_day(partner_id=partner_id, first=first, last=last):
        if not row.ours_rows or row.theirs_rows is not None:
            continue
        code_of, back, more = _MISCOUNTED
        wrong = more if (code, row.day) == (code_of, today - timedelta(days=back)) else 0
        statements.declare_day(
            actor=actor, partner_code=code, day=row.day, rows=row.ours_rows + wrong, at=at
        )


def welcome(port: int) -> None:
    """Prints the addresses and the personas."""
    base = f"http://127.0.0.1:{port}"
    lines = [
        "",
        f"Tanhui 碳惠 {__version__}: a simulated Chengdu is open. 模拟数据",
        f"  {base}/          the city's board 城市公众看板",
        f"  {base}/m/        the citizen's pages 市民页面",
        f"  {base}/m/mall/   the points mall 积分商城",
        f"  {base}/funding/  who pays for rewards 谁在出资",
        f"  {base}/draws/    draws, to be recomputed 抽签公开记录",
        f"  {base}/registry/ projects, credits, retirements 公开登记簿",
        f"  {base}/verify    check a certificate or the log 核对证书",
        f"  {base}/methodologies/  the library 方法学",
        f"  {base}/portal/   partners, owners, verifiers, buyers, merchants, sponsors 机构工作台",
        f"  {base}/console/  the operator's and the regulator's desk 运营与主管部门",
        f"  {base}/api/v1/openapi.json",
        "",
        "Log in with one of these phones (the code is shown on the page), or:",
    ]
    lines += [
        f"  {persona.name_zh} {persona.name_en}  {persona.phone}  "
        f"tanhui login-link {persona.name} --port {port}"
        for persona in (*CITIZENS, *STAFF)
    ]
    typer.echo("\n".join([*lines, "", "Ctrl-C stops everything."]))
