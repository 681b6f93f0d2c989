"""A period on its way: what an owner reports, what a body signs, what the bureau decides."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tanhui.kernel.periods import CITY_ZONE
from tanhui.projects import commands as filing
from tanhui.projects.monitoring import commands
from tanhui.projects.monitoring.queries import ApprovedPeriod, Period, Report
from tanhui.projects.queries import Project
from tanhui.projects.verification.queries import Opinion
from tanhui.tlog.keys import NOTE, PublicKey
from tests.path_two import PathTwo
from tests.projects.acts import CELLS, paper

FIRST, LAST = date(2026, 4, 1), date(2026, 12, 31)
# The owner reports in January of the year after.
THEN = datetime(2027, 1, 11, 9, 0, tzinfo=CITY_ZONE)
# Twelve months of the furnace, 9,100 MWh in all.
MONTHS = ["760", "750", "770", "755", "765", "758", "752", "768", "757", "753", "756", "756"]
DATA: dict[str, dict[str, Any]] = {
    **{name: cell for name, cell in CELLS.items() if name != "deficit"},
    "EC": {"value": MONTHS, "unit": "MWh", "evidence": "电表记录"},
    "P": {"value": "15000", "unit": "t", "evidence": "产量台账"},
    "FC_gas": {"value": "0", "unit": "Nm3", "evidence": "燃气结算单"},
    "ncv": {"value": "389.31", "unit": "GJ/1e4Nm3", "evidence": "化验单"},
}
TEXTS = {
    "boundary": "设备、场地与边界没有变化。",
    "monitoring": "一只专用电表，每月抄表，与结算单核对。",
    "no-double-claim": "没有在其他机制、绿证或市民积分里用过。",
}
SECRET = bytes(range(32))


def signer(name: str = "VERIFY-A", secret: bytes = SECRET) -> tuple[str, Ed25519PrivateKey]:
    """A body's key: the public line, and what signs."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return PublicKey(name, NOTE, key.public_key().public_bytes_raw()).vkey, key


def sign(statement: bytes, secret: bytes = SECRET) -> str:
    """A signature as the body's program prints it."""
    return base64.b64encode(signer(secret=secret)[1].sign(statement)).decode()


def opened(
    cast: PathTwo, project: Project, *, first: date = FIRST, last: date = LAST, at: datetime = THEN
) -> Period:
    """A period of the furnace."""
    return commands.open_period(
        actor=cast.actor("owner-glass"), code=project.code, first=first, last=last, at=at
    )


def add_paper(cast: PathTwo, project: Project, period: Period, title: str = "电表记录") -> None:
    """A paper of the period."""
    filing.add_document(
        actor=cast.actor("owner-glass"),
        code=project.code,
        kind="monitoring-data",
        title=title,
        data=paper(f"{period.id} {title}"),
        period_id=period.id,
        at=THEN,
    )


def kept(cast: PathTwo, project: Project, period: Period, **more: Any) -> Report:
    """A version of its report, with a paper."""
    add_paper(cast, project, period)
    told = {"cells": DATA, "texts": TEXTS, **more}
    return commands.keep_report(
        actor=cast.actor("owner-glass"), period_id=period.id, at=THEN, **told
    )


def submitted(cast: PathTwo, project: Project, **more: Any) -> Period:
    """Handed in, to be given to a body."""
    period = opened(cast, project)
    kept(cast, project, period, **more)
    commands.submit_report(actor=cast.actor("owner-glass"), period_id=period.id, at=THEN)
    return period


def verifying(cast: PathTwo, project: Project, **more: Any) -> Period:
    """Given to the second body, whose key is registered."""
    period = submitted(cast, project, **more)
    commands.assign_period_verifier(
        actor=cast.actor("regulator"),
        period_id=period.id,
        verifier_id=cast.organisation("VERIFY-B"),
        at=THEN,
    )
    vkey, _ = signer("VERIFY-B")
    commands.add_verifier_key(actor=cast.actor("verifier-2"), vkey=vkey, at=THEN)
    return period


def opined(cast: PathTwo, period: Period, *, positive: bool = True) -> Opinion:
    """Signed by the body that verifies it."""
    body = cast.actor("verifier-2")
    said = commands.statement_for(body, period.id, positive=positive)
    return commands.submit_opinion(
        actor=body, period_id=period.id, statement=said, signature=sign(said), at=THEN
    )


def proposed(cast: PathTwo, project: Project, **more: Any) -> Period:
    """Verified, and proposed by the first person of the bureau."""
    period = verifying(cast, project, **more)
    opined(cast, period)
    return commands.propose_issuance(
        actor=cast.actor("regulator"), period_id=period.id, words="核证无误。", at=THEN
    )


def approved(cast: PathTwo, project: Project, **more: Any) -> ApprovedPeriod:
    """Approved by the second person."""
    period = proposed(cast, project, **more)
    return commands.confirm_issuance(actor=cast.actor("regulator-2"), period_id=period.id, at=THEN)
