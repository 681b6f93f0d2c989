"""The desks of path two: the cast with its rulebook, a furnace on the register, and its periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tanhui.identity import commands as identity
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.projects import commands as filing
from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Project
from tanhui.registry.issuing import Issued, issue_credits
from tanhui.rulebook.publishing import found
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two
from tests.projects.acts import CELLS, paper
from tests.projects.monitoring.acts import sign, signer

# Pages act at the time of the test, so what comes before them lies in a past that is over.
THEN = datetime(2026, 7, 10, 9, 0, tzinfo=CITY_ZONE)
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
QUARTER: dict[str, dict[str, Any]] = {
    **{name: cell for name, cell in CELLS.items() if name != "deficit"},
    "period": {"value": "0.25", "unit": "yr"},
    "P": {"value": "3750", "unit": "t", "evidence": "产量台账"},
    "EC": {"value": ["760", "755", "762", "758", "761"], "unit": "MWh", "evidence": "电表记录"},
    "FC_gas": {"value": "0", "unit": "Nm3", "evidence": "燃气结算单"},
}
TEXTS = {
    "boundary": "设备、场地与边界没有变化。",
    "monitoring": "三只电表读数合计，辅机用电未计入。",
    "no-double-claim": "没有在其他机制、绿证或市民积分里用过。",
}


@dataclass(frozen=True)
class DesksTwo:
    """The cast of path two at its desks."""

    cast: PathTwo

    def client(self, persona: str, **headers: Any) -> Client:
        """A browser that is logged in as one of the cast."""
        token = identity.open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
        client = Client(**headers)
        client.get(f"/login/{token}")
        return client

    def reported(self, project: Project, *, at: datetime = THEN) -> Period:
        """A quarter of the furnace with two versions of its report, the second handed in too."""
        owner = self.cast.actor("owner-glass")
        period = monitoring.open_period(
            actor=owner, code=project.code, first=FIRST, last=LAST, at=at
        )
        filing.add_document(
            actor=owner,
            code=project.code,
            kind="monitoring-data",
            title="电表记录",
            data=paper(f"{period.id}"),
            period_id=period.id,
            at=at,
        )
        self.report(period, QUARTER, TEXTS, at=at)
        return period

    def issued(self, project: Project, *, at: datetime = THEN) -> Issued:
        """The quarter's credits, verified, proposed by one person and issued by another."""
        period = self.reported(project, at=at)
        first, body = self.cast.actor("regulator"), self.cast.actor("verifier-2")
        monitoring.assign_period_verifier(
            actor=first,
            period_id=period.id,
            verifier_id=self.cast.organisation("VERIFY-B"),
            at=at,
        )
        monitoring.add_verifier_key(actor=body, vkey=signer("VERIFY-B")[0], at=at)
        said = monitoring.statement_for(body, period.id)
        monitoring.submit_opinion(
            actor=body, period_id=period.id, statement=said, signature=sign(said), at=at
        )
        monitoring.propose_issuance(actor=first, period_id=period.id, words="核证无误", at=at)
        return issue_credits(actor=self.cast.actor("regulator-2"), period_id=period.id, at=at)

    def report(
        self, period: Period, cells: dict[str, Any], texts: dict[str, str], *, at: datetime = THEN
    ) -> None:
        """Keeps a version of a report and hands it in."""
        owner = self.cast.actor("owner-glass")
        monitoring.keep_report(actor=owner, period_id=period.id, cells=cells, texts=texts, at=at)
        monitoring.submit_report(actor=owner, period_id=period.id, at=at)


def second_version() -> tuple[dict[str, Any], dict[str, str]]:
    """The same report with the power of the auxiliaries, and a text that says so."""
    cells = {
        **QUARTER,
        "EC": {"value": ["760", "755", "762", "758", "784.5"], "unit": "MWh",
               "evidence": "电表记录"},
    }  # fmt: skip
    return cells, {**TEXTS, "monitoring": "三只电表读数合计，含冷却与风机 23.5 MWh。"}


def open_desks_two(settings: Settings, folder: Path) -> DesksTwo:
    """Everybody at their desks; the rules are in the book."""
    settings.TANHUI = replace(settings.TANHUI, var=folder / "var")
    found(actor=platform_actor(), at=NOW)
    return DesksTwo(seat_path_two())
