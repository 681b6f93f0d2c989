"""What the demo's desks do with a project, each by the command that its page calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tanhui.cases.queries import live_case
from tanhui.cli.demo_projects_told import Cells, Told
from tanhui.cli.demo_signing import Signer
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor
from tanhui.projects import commands, papers, reading
from tanhui.projects.calls import intake
from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.standing import CASE_KIND
from tanhui.projects.verification.queries import Finding
from tanhui.registry.issuing import Issued, issue_credits

_TEXTS = {
    "boundary": "模拟：本期设备、场地和边界没有变化。",
    "monitoring": "模拟：数据来自专用表计和结算单，按月核对。",
    "calibration": "模拟：各表都在检定有效期内。",
    "no-double-claim": "模拟：这些减排量没有在其他机制、绿证或市民积分里用过。",
}
_TITLES = {"VERIFY-A": "verifier", "VERIFY-B": "verifier-2"}


@dataclass
class Cast:
    """Everybody at the desks of path two; `organisations` are numbers by code."""

    organisations: dict[str, int]
    desks: dict[str, str]
    signers: dict[str, Signer] = field(default_factory=dict)

    def actor(self, persona: str, role: str) -> Actor:
        """How one of the cast acts."""
        code = self.desks.get(persona)
        number = self.organisations[code] if code else None
        return acting(persona_id(persona), role=role, organisation_id=number)

    def owner(self, told: Told) -> Actor:
        """The owner of a project."""
        return self.actor(told.owner, "owner")

    def verifier(self, body: str) -> Actor:
        """A verification body's staff."""
        return self.actor(_TITLES[body], "verifier")

    def bureau(self, *, second: bool = False) -> Actor:
        """One of the two persons of the authority."""
        return self.actor("regulator-2" if second else "regulator", "regulator")

    @property
    def operator(self) -> Actor:
        """The platform's operator."""
        return self.actor("operator", "operator")

    def register_key(self, body: str, at: datetime) -> None:
        """A body registers the public half of its own key."""
        signer = self.signers.setdefault(body, Signer(body))
        monitoring.add_verifier_key(actor=self.verifier(body), vkey=signer.vkey(), at=at)


def paper(words: str) -> bytes:
    """A paper of the demo, which says that it is none."""
    return f"文件,说明\n{words},演示城市的模拟材料，不是真实文件\n".encode()


def draft(cast: Cast, told: Told, at: datetime) -> str:
    """A draft with all its papers, signed by both; answers its code."""
    owner = cast.owner(told)
    code = commands.start_project(
        actor=owner,
        name_zh=told.name_zh,
        name_en=told.name_en,
        methodology=told.methodology,
        about_zh=told.about_zh,
        about_en=told.about_en,
        simplified=told.simplified,
        at=at,
    )
    commands.set_sites(actor=owner, code=code, sites=told.sites(), at=at)
    for kind in intake().required(simplified=told.simplified):
        commands.add_document(
            actor=owner,
            code=code,
            kind=kind.kind,
            title=kind.title.zh,
            data=paper(f"{told.name_zh}：{kind.title.zh}"),
            filename=f"{kind.kind}.csv",
            at=at,
        )
    commands.keep_design(actor=owner, code=code, cells=told.cells(), at=at)
    commands.sign_agreement(actor=owner, code=code, at=at)
    commands.sign_agreement(actor=cast.operator, code=code, at=at)
    return code


def file(cast: Cast, told: Told, filed: datetime, accepted: datetime | None = None) -> str:
    """A project that is filed, and in its public notice if it was accepted."""
    code = draft(cast, told, filed)
    commands.file_project(actor=cast.owner(told), code=code, at=filed)
    if accepted:
        commands.accept_project(actor=cast.operator, code=code, at=accepted)
    return code


def notice_over(code: str) -> datetime:
    """When the term that a project's filing is in runs out."""
    live = live_case(CASE_KIND, f"project:{code}")
    if live is None or live.clock_at is None:
        raise RuntimeError(f"{code} waits for no term")
    return live.clock_at


def validate(cast: Cast, code: str, body: str, at: datetime) -> None:
    """The body signs that a filing is in order."""
    verifier = cast.verifier(body)
    statement = monitoring.filing_statement_for(verifier, code)
    monitoring.submit_filing_opinion(
        actor=verifier,
        code=code,
        statement=statement,
        signature=cast.signers[body].sign(statement),
        at=at,
    )


def propose(cast: Cast, code: str, first: date, at: datetime) -> None:
    """One person of the authority proposes to register: for ten years, a fifth above the design."""
    found = reading.project(code)
    years = min(10, intake().years_of(found.field))
    estimate = int(papers.designs(found.id)[-1].result["reduction_kg"])
    commands.propose_registration(
        actor=cast.bureau(),
        code=code,
        first=first,
        last=date(first.year + years - 1, 12, 31),
        cap_kg=max(estimate, 100_000) * 12 // 10,
        words="模拟：材料齐全，审核意见支持登记。",
        at=at,
    )


def report(
    cast: Cast, told: Told, code: str, days: tuple[date, date], cells: Cells, at: datetime
) -> Period:
    """The owner opens a period, sends its papers and hands its report in."""
    owner = cast.owner(told)
    found = monitoring.open_period(actor=owner, code=code, first=days[0], last=days[1], at=at)
    commands.add_document(
        actor=owner,
        code=code,
        kind="monitoring-data",
        title=f"第 {found.number} 期监测数据",
        data=paper(f"{told.name_zh}：第 {found.number} 期监测数据"),
        filename="data.csv",
        period_id=found.id,
        at=at,
    )
    monitoring.keep_report(actor=owner, period_id=found.id, cells=cells, texts=_TEXTS, at=at)
    monitoring.submit_report(actor=owner, period_id=found.id, at=at)
    return found


def give(cast: Cast, found: Period, body: str, at: datetime) -> None:
    """The authority gives a report to a body."""
    monitoring.assign_period_verifier(
        actor=cast.bureau(),
        period_id=found.id,
        verifier_id=cast.organisations[body],
        at=at,
    )


def ask(cast: Cast, subject: str, body: str, at: datetime, **told: Any) -> Finding:
    """The body asks about a cell."""
    return monitoring.raise_finding(actor=cast.verifier(body), subject=subject, at=at, **told)


def verify(cast: Cast, found: Period, body: str, at: datetime) -> None:
    """The body signs a report."""
    verifier = cast.verifier(body)
    statement = monitoring.statement_for(verifier, found.id)
    monitoring.submit_opinion(
        actor=verifier,
        period_id=found.id,
        statement=statement,
        signature=cast.signers[body].sign(statement),
        at=at,
    )


def propose_issue(cast: Cast, found: Period, at: datetime) -> None:
    """One person of the authority proposes to issue."""
    monitoring.propose_issuance(
        actor=cast.bureau(), period_id=found.id, words="模拟：核证意见已签名，提请签发。", at=at
    )


def issue(cast: Cast, found: Period, at: datetime) -> Issued:
    """The other person issues."""
    return issue_credits(actor=cast.bureau(second=True), period_id=found.id, at=at)
