"""What may happen to notices: some are put into the inbox and on their way, some are read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import seal
from tanhui.kernel.actors import Actor
from tanhui.notices.content import template_of, terms_of
from tanhui.notices.rows import run

FACTS_FIELD = "notices.message.facts"
ADDRESS_FIELD = "notices.address"
SEALED = (
    SealedColumn("notices_message", "facts_sealed", lambda _: FACTS_FIELD),
    SealedColumn(
        "notices_address",
        "address_sealed",
        lambda _: ADDRESS_FIELD,
        index_column="address_index",
    ),
    SealedColumn("notices_proof", "address_sealed", lambda _: ADDRESS_FIELD),
)
_CHUNK = 5_000
_FORGET_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is to be told.

    `template` is a file under `content/<city>/notices/`, which names the facts: whole numbers for
    `number` and `fen`, `2026-12-31` for a date, `2026-12` for a month; a name is given twice, as
    `<field>_zh` and `<field>_en`. `key` makes the notice one: the same person is told a key once.
    `link` is a page of our own, as `/m/points/`.
    """

    person_id: int
    template: str
    facts: Mapping[str, str | int]
    key: str
    link: str = field(default="")


def queue_notices(*, notices: Sequence[Notice], at: datetime) -> int:
    """Puts notices into inboxes and, where people chose it, on their way; answers how many are new.

    Called by commands of higher rooms inside their transaction, which also authorise and audit. A
    million at once is one statement for each five thousand. A key that was told already, and
    whoever closed the account, is passed over.
    Refuses `no_such_notice` and `notice_facts_wrong`, before anything is written.
    """
    root = settings.TANHUI.content_root
    for notice in notices:
        template_of(root, notice.template).check(notice.facts)
    told = 0
    with transaction.atomic():
        for begin in range(0, len(notices), _CHUNK):
            told += _queue(notices[begin : begin + _CHUNK], at)
    return told


def _queue(notices: Sequence[Notice], at: datetime) -> int:
    root = settings.TANHUI.content_root
    templates = [template_of(root, notice.template) for notice in notices]
    facts = {
        "person_ids": [notice.person_id for notice in notices],
        "ids": [uuid4() for _ in notices],
        "templates": [template.id for template in templates],
        "versions": [template.version for template in templates],
        "purposes": [template.purpose for template in templates],
        "urgents": [template.urgent for template in templates],
        "keys": [notice.key for notice in notices],
        "links": [notice.link for notice in notices],
        "facts": [
            seal(json.dumps(dict(notice.facts), ensure_ascii=False), field=FACTS_FIELD)
            for notice in notices
        ],
        "at": at,
        "not_before": terms_of(root).not_before(at),
    }
    return int(run("queue", facts)[0][0])


def mark_read(*, actor: Actor, message_id: UUID | None = None, at: datetime) -> int:
    """Notes that the person has read one message, or all of them; answers how many were unread.

    Refuses: `not_permitted`.
    """
    require(actor, "notices.own")
    asked = {"person_id": actor.person_id, "message_id": message_id, "at": at}
    with transaction.atomic():
        return len(run("mark_read", asked))


def forget_person(*, person_id: int) -> int:
    """Takes away all notices, addresses and choices of somebody; answers how many messages.

    Called by the command that erases a person, inside its transaction.
    """
    return int(run("forget", {"person_id": person_id})[0][0])


def forget_old(*, actor: Actor, at: datetime) -> int:
    """Takes away messages that are older than the city keeps them; answers how many.

    Refuses: `not_permitted`.
    """
    require(actor, "notices.send")
    months = terms_of(settings.TANHUI.content_root).kept_months
    asked = {
        "before": at - timedelta(days=31 * months),
        "at": at,
        "limit": _FORGET_AT_ONCE,
    }
    with transaction.atomic():
        gone = int(run("forget_old", asked)[0][0])
        if gone:
            write_audit(
                actor=actor,
                action="notices.forget_old",
                subject="notices",
                facts={"messages": gone},
                at=at,
            )
    return gone
