"""For demos: a term that runs out now, so that nobody waits three weeks to see what follows."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connections, transaction

from tanhui.governance.commands import write_audit
from tanhui.identity.refusals import simulated_only
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.runtime.sql import load

_ROOM = "tanhui.cases"


def hasten(*, actor: Actor, subject: str, at: datetime) -> list[tuple[str, str]]:
    """Lets the terms of the live cases about `subject` run out now; answers kinds and what follows.

    The platform's next round takes the step that follows. Refuses `simulated_only` outside a demo
    or a test, and `no_term` where nothing about the subject waits for a term.
    """
    if not settings.TANHUI.simulated:
        raise simulated_only()
    with transaction.atomic(), transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(load(_ROOM, "hasten"), {"subject": subject, "at": at})
            found = [(str(kind), str(then)) for kind, then in cursor.fetchall()]
        if not found:
            raise NotFound(
                "no_term",
                zh="“{subject}”没有在等的期限。",
                en="Nothing about {subject} waits for a term.",
                subject=subject,
            )
        write_audit(
            actor=actor,
            action="cases.hasten",
            subject=subject,
            facts={"kinds": [kind for kind, _ in found]},
            at=at,
        )
    return found
