"""The demo city's projects: three that went the whole way to a certificate, and one in each state
before, so that every desk has something to do. All of it by the commands that pages call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.cases import queries as cases
from tanhui.cli import demo_project_acts as acts
from tanhui.cli import demo_projects_told as told
from tanhui.cli.demo_project_acts import Cast
from tanhui.identity.commands import platform_actor
from tanhui.identity.personas import STAFF
from tanhui.kernel.periods import city_day, day_start
from tanhui.projects import commands, queries
from tanhui.projects.calls import open_call
from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.rides import waive_rides
from tanhui.registry.commands import Line, transfer_credits
from tanhui.registry.retiring import Wish, retire_credits
from tanhui.registry.setting_aside import set_aside
from tanhui.rulebook.publishing import found as found_rules

_NOTICE_WORKING_DAYS = 20
# From the end of the notice to the last act: review, registration, report, issue, sale, use.
_AFTER_NOTICE_DAYS = 20
_A, _B = "VERIFY-A", "VERIFY-B"
_EVENT = Wish(
    beneficiary_kind="event",
    beneficiary_zh="“碳惠天府”上线启动仪式（模拟）",
    beneficiary_en="Opening ceremony of the platform (simulated)",
    purpose_zh="抵消启动仪式产生的约 1.2 吨排放",
    purpose_en="To offset the ceremony's emissions of about 1.2 t",
    boundary_zh="会场用电、参会人员市内交通、餐饮和住宿",
    boundary_en="Power of the venue, travel within the city, meals and lodging",
)
_PLANT = Wish(
    beneficiary_kind="organisation",
    beneficiary_zh="蓉东电子厂（模拟）",
    beneficiary_en="Rongdong electronics factory (simulated)",
    purpose_zh="抵消一季度包装车间的用电排放",
    purpose_en="To offset a quarter's electricity of the packing hall",
)


@dataclass(frozen=True)
class Times:
    """When things happen: filed on `begin`, the notice ends at `over`, everything before `now`."""

    begin: datetime
    over: datetime
    now: datetime

    def after(self, days: int, hour: int = 10) -> datetime:
        """An hour of the day so many days after the notice."""
        return day_start(city_day(self.over) + timedelta(days=days)) + timedelta(hours=hour)

    @property
    def vintage(self) -> int:
        """The last calendar year that was over and may be reported whole."""
        return (self.now - timedelta(days=40)).year - 1

    @property
    def running(self) -> tuple[date, date]:
        """A period after that year which is over too: whole months."""
        last = (self.now - timedelta(days=40)).date().replace(day=1) - timedelta(days=1)
        first = date(self.vintage + 1, 1, 1)
        # In a year's first weeks there is no whole month of it yet.
        return (first, last) if last > first else (first, date(first.year, 1, 31))


def play_projects(*, organisations: Mapping[str, int], at: datetime) -> None:
    """Plays the projects once; does nothing where there are any."""
    if queries.counts():
        return
    found_rules(actor=platform_actor(), at=at)
    desks = {one.name: one.organisation for one in STAFF if one.organisation}
    cast = Cast(dict(organisations), desks)
    times = _times(at)
    for body in (_A, _B):
        cast.register_key(body, times.begin)
    codes = _file_all(cast, times)
    _register(cast, codes, times)
    _issue_all(cast, codes, times)
    _trade(cast, codes, times)
    _leave_to_do(cast, codes, times)


def _times(at: datetime) -> Times:
    """The latest days on which all of it fits before `at`, filed while a call is open."""
    calendar = cases.kinds().calendar
    begin = day_start(city_day(at)) - timedelta(days=_AFTER_NOTICE_DAYS) + timedelta(hours=9)
    while True:
        begin -= timedelta(days=1)
        over = calendar.add_working_days(begin + timedelta(days=1), _NOTICE_WORKING_DAYS)
        if over + timedelta(days=_AFTER_NOTICE_DAYS) <= at and open_call(city_day(begin)):
            return Times(begin, over, at)


def _file_all(cast: Cast, times: Times) -> dict[str, str]:
    """Those whose notice is over, by owner's name for them; the public has spoken of one."""
    accepted = times.begin + timedelta(days=1)
    named = {
        "furnace": told.FURNACE,
        "forest": told.FOREST,
        "greenway": told.GREENWAY,
        "furnace-2": told.FURNACE_TWO,
        "solar": told.SOLAR,
        "wetland": told.WETLAND,
        "kitchen": told.KITCHEN,
    }
    codes = {name: acts.file(cast, one, times.begin, accepted) for name, one in named.items()}
    commands.object_to_project(
        actor=cast.actor("buyer", "buyer"),
        code=codes["greenway"],
        words="模拟：绿道上的骑行市民已经领了积分，会不会重复计算？",
        at=accepted + timedelta(days=3),
    )
    commands.answer_objection(
        actor=cast.owner(told.GREENWAY),
        code=codes["greenway"],
        number=1,
        words="模拟：骑行部分已书面放弃，只申报绿化碳汇。",
        at=accepted + timedelta(days=5),
    )
    commands.run_clocks(actor=platform_actor(), at=acts.notice_over(codes["kitchen"]))
    return codes


def _register(cast: Cast, codes: Mapping[str, str], times: Times) -> None:
    """All but one go to a verification body; four are found in order, three are registered."""
    waive_rides(
        actor=cast.bureau(),
        code=codes["greenway"],
        words="模拟：建设方来函，绿道上的骑行归市民，项目不申报。",
        at=times.after(1),
    )
    bodies = {"furnace": _A, "forest": _B, "greenway": _A, "furnace-2": _B, "solar": _B}
    for name, body in {**bodies, "wetland": _A}.items():
        commands.assign_verifier(
            actor=cast.bureau(),
            code=codes[name],
            verifier_id=cast.organisations[body],
            at=times.after(1, 11),
        )
    for name, body in bodies.items():
        acts.validate(cast, codes[name], body, times.after(4))
    first = date(times.vintage, 1, 1)
    for name in ("furnace", "forest", "greenway", "furnace-2"):
        acts.propose(cast, codes[name], first, times.after(5))
    for name in ("furnace", "forest", "greenway"):
        commands.confirm_registration(
            actor=cast.bureau(second=True), code=codes[name], at=times.after(6)
        )


def _issue_all(cast: Cast, codes: Mapping[str, str], times: Times) -> None:
    """One year of each of the three: reported, verified, issued."""
    year = (date(times.vintage, 1, 1), date(times.vintage, 12, 31))
    reported = {
        "forest": (told.FOREST, told.FOREST.cells(), _B),
        "greenway": (
            told.GREENWAY,
            told.greenway_cells(12),
            _A,
        ),
    }
    periods = {
        name: (acts.report(cast, one, codes[name], year, cells, times.after(7)), body)
        for name, (one, cells, body) in reported.items()
    }
    for found, body in periods.values():
        acts.give(cast, found, body, times.after(8))
    periods["furnace"] = (_furnace_year(cast, codes["furnace"], year, times), _A)
    for found, body in periods.values():
        acts.verify(cast, found, body, times.after(11))
        acts.propose_issue(cast, found, times.after(12))
        acts.issue(cast, found, times.after(13))


def _furnace_year(cast: Cast, code: str, year: tuple[date, date], times: Times) -> Period:
    """The furnace's year, in which a reading was copied wrongly, found and corrected."""
    owner = cast.owner(told.FURNACE)
    cells = told.furnace_cells(12, slip=True)
    found = acts.report(cast, told.FURNACE, code, year, cells, times.after(7))
    acts.give(cast, found, _A, times.after(8))
    finding = acts.ask(
        cast,
        found.subject,
        _A,
        times.after(8, 15),
        anchor="EC/3",
        title="三月用电量与结算单不符",
        words="模拟：结算单是 875 MWh，报告填的是 785 MWh，请核对。",
    )
    monitoring.keep_report(
        actor=owner, period_id=found.id, cells=told.furnace_cells(12), at=times.after(9)
    )
    monitoring.submit_report(actor=owner, period_id=found.id, at=times.after(9))
    monitoring.answer_finding(
        actor=owner, finding_id=finding.id, words="模拟：抄录时数字颠倒，已改。", at=times.after(9)
    )
    monitoring.close_finding(
        actor=cast.verifier(_A),
        finding_id=finding.id,
        words="模拟：与结算单一致。",
        at=times.after(10),
    )
    return found


def _trade(cast: Cast, codes: Mapping[str, str], times: Times) -> None:
    """Sales, a pledge, the ceremony's certificate, and a retirement that may still be undone."""
    furnace, forest, vintage = codes["furnace"], codes["forest"], times.vintage
    sales = (
        ("owner-glass", furnace, 60_000, "EXPO", "SALE-1", 8_000),
        ("owner-glass", furnace, 1_500_000, "FACTORY", "SALE-2", 4_300),
        ("owner-forest", forest, 200_000, "FACTORY", "SALE-1", 8_000),
    )
    for owner, code, kg, buyer, reference, price_fen in sales:
        transfer_credits(
            actor=cast.actor(owner, "owner"),
            project_code=code,
            vintage=vintage,
            kg=kg,
            to_organisation_id=cast.organisations[buyer],
            reference=f"DEMO-{reference}",
            price_fen=price_fen,
            at=times.after(14),
        )
    set_aside(
        actor=cast.actor("owner-glass", "owner"),
        kind="pledge",
        organisation_id=cast.organisations["GLASS"],
        project_code=furnace,
        vintage=vintage,
        kg=500_000,
        reason="模拟：向银行质押，为下一台窑炉贷款。",
        reference="DEMO-PLEDGE-1",
        at=times.after(15),
    )
    retire_credits(
        actor=cast.actor("buyer", "buyer"),
        lines=[Line(furnace, vintage, 1_200)],
        wish=_EVENT,
        waive_undo=True,
        reference="DEMO-CEREMONY",
        at=times.after(16),
    )
    retire_credits(
        actor=cast.actor("buyer-2", "buyer"),
        lines=[Line(furnace, vintage, 40_000), Line(forest, vintage, 10_000)],
        wish=_PLANT,
        waive_undo=False,
        reference="DEMO-QUARTER-1",
        at=times.now,
    )


def _leave_to_do(cast: Cast, codes: Mapping[str, str], times: Times) -> None:
    """One project in each state before registration, and a report with a question."""
    acts.ask(
        cast,
        f"project:{codes['wetland']}",
        _A,
        times.now - timedelta(days=2),
        anchor="-",
        title="甲烷通量的测点位置",
        words="模拟：请补测点分布图，说明与水位的关系。",
    )
    _report_running(cast, codes, times)
    noticed = acts.file(
        cast,
        told.LINPAN,
        times.now - timedelta(days=7),
        times.now - timedelta(days=6),
    )
    commands.object_to_project(
        actor=cast.actor("buyer-2", "buyer"),
        code=noticed,
        words="模拟：其中一处林盘去年已经改建，面积是否减了？",
        at=times.now - timedelta(days=1),
    )
    returned = acts.file(cast, told.TENDING, times.now - timedelta(days=4))
    commands.return_project(
        actor=cast.operator,
        code=returned,
        words="模拟：权属证明缺第二页，请补。",
        at=times.now - timedelta(days=3),
    )
    acts.file(cast, told.FERTILISER, times.now - timedelta(days=1))
    acts.draft(cast, told.HEAT, times.now - timedelta(hours=5))


def _report_running(cast: Cast, codes: Mapping[str, str], times: Times) -> None:
    """Of this year: an issuance that waits for the second person, and a question that was answered
    with another version."""
    first, last = days = times.running
    months = last.month - first.month + 1
    greenway = acts.report(
        cast,
        told.GREENWAY,
        codes["greenway"],
        days,
        told.greenway_cells(months),
        times.after(14),
    )
    acts.give(cast, greenway, _B, times.after(15))
    acts.verify(cast, greenway, _B, times.after(17))
    acts.propose_issue(cast, greenway, times.after(18))
    furnace = acts.report(
        cast,
        told.FURNACE,
        codes["furnace"],
        days,
        told.furnace_cells(months, slip=True),
        times.after(16),
    )
    acts.give(cast, furnace, _B, times.after(17))
    finding = acts.ask(
        cast,
        furnace.subject,
        _B,
        times.after(18),
        anchor=f"EC/{min(3, months)}",
        title="用电量比相邻月份低一成",
        words="模拟：请附当月结算单。",
    )
    owner = cast.owner(told.FURNACE)
    then = times.now - timedelta(hours=20)
    monitoring.keep_report(
        actor=owner, period_id=furnace.id, cells=told.furnace_cells(months), at=then
    )
    monitoring.submit_report(actor=owner, period_id=furnace.id, at=then)
    monitoring.answer_finding(
        actor=owner, finding_id=finding.id, words="模拟：按结算单改了，见新版。", at=then
    )
