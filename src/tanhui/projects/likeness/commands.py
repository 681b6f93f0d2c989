"""What may happen to likenesses: a person says in writing that one is none."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.projects import queries as projects
from tanhui.projects.likeness.queries import findings
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import instant
from tanhui.runtime.sql import load

_WORDS_MOST = 500


def waive_likeness(*, actor: Actor, code: str, other: str, words: str, at: datetime) -> None:
    """Says that `other` (a code as findings name it) is not the same project, and why.

    Refuses `not_permitted`, `no_such_project`, `no_such_likeness` (nothing is listed under that
    code), `words_missing`, `words_too_long` and `likeness_waived_already`.
    """
    require(actor, "claims.waive")
    assert actor.person_id is not None, "the permission is a person's"
    said = words.strip()
    if not said:
        raise Invalid("words_missing", zh="要写明理由。", en="Say why.")
    if len(said) > _WORDS_MOST:
        raise Invalid(
            "words_too_long",
            zh="理由不超过 {most} 字。",
            en="A reason has at most {most} characters.",
            most=_WORDS_MOST,
        )
    project = projects.project(code)
    score = next((each.score for each in findings(project.id) if each.other == other), None)
    if score is None:
        raise NotFound(
            "no_such_likeness",
            zh="没有列出与 {other} 疑似相同。",
            en="No likeness with {other} is listed.",
            other=other,
        )
    leaf = {
        "v": 1,
        "t": "likeness-waiver",
        "project": code,
        "other": other,
        "score": score,
        "why": sha256(said.encode()).hexdigest(),
        "at": instant(at),
    }
    try:
        with transaction.atomic():
            facts: dict[str, Any] = {
                "project_id": project.id,
                "other": other,
                "score": score,
                "words": said,
                "person_id": actor.person_id,
                "outbox_id": append_leaf(leaf=leaf, at=at),
                "at": at,
            }
            with connection.cursor() as cursor:
                cursor.execute(load("tanhui.projects.likeness", "add_waiver"), facts)
            write_audit(
                actor=actor,
                action="projects.waive_likeness",
                subject=project.subject,
                facts={"other": other, "score": score, "words": said},
                at=at,
            )
    except IntegrityError as error:
        raise Conflict(
            "likeness_waived_already",
            zh="已经书面放弃过。",
            en="This has been waived already.",
        ) from error
