"""Writing the audit row. Called by the commands of higher rooms, inside their transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor


def write_audit(
    *, actor: Actor, action: str, subject: str, facts: dict[str, object], at: datetime
) -> None:
    """Adds one audit row; refuses to work outside the transaction of the act itself."""
    if not connection.in_atomic_block:
        raise RuntimeError("an audit row belongs to the transaction of its act")
    AuditRow.objects.create(at=at, actor=actor.name, action=action, subject=subject, facts=facts)
