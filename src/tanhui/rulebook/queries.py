"""What one may know of rules: which is in force on a day, who decided when, what waits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case
from tanhui.kernel.refusals import NotFound
from tanhui.publiclog import queries as publiclog
from tanhui.rulebook import shelf
from tanhui.rulebook.documents import kind_named
from tanhui.runtime.sql import load

_ROOM = "tanhui.rulebook"
CASE_KIND = "rule-publication"
SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of one rule in the book.

    In force from `effective_from` to `effective_until`, both included. `basis` is `founding` (it
    lay in the content when the city began) or `decision`; then `decided` says what each of the
    three persons did: step, role, instant and a salted commitment to who it was.
    """

    id: int
    kind: str
    document: str
    version: str
    digest: str
    effective_from: date
    effective_until: date | None
    basis: str
    proposal_id: int | None
    decided: tuple[dict[str, str], ...]
    outbox_id: int
    path: str
    title_zh: str
    title_en: str
    published_at: datetime
    in_book: bool

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.document}@{self.version}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One text that somebody would have in force; it never changes.

    `replaces` is the version (`id@version`) that was in force on the eve of its first day.
    """

    id: int
    case_id: UUID
    kind: str
    document: str
    version: str
    digest: str
    replaces: str
    effective_from: date
    effective_until: date | None
    path: str
    body: str
    title_zh: str
    title_en: str
    reason: str
    actor: str
    person_id: int | None
    proposed_at: datetime

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.document}@{self.version}"


@dataclass(frozen=True, slots=True)
class Replay:
    """What a proposal would have changed on past days; `result` is there once it is `done`.

    `state` is `waiting`, `running`, `done` or `failed`.
    """

    id: int
    proposal_id: int
    digest: str
    first_day: date
    last_day: date
    asked_at: datetime
    state: str
    days_done: int
    finished_at: datetime | None
    result: dict[str, Any] | None

    @property
    def days(self) -> int:
        """How many days it reads."""
        return (self.last_day - self.first_day).days + 1


def rows(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement of this room answers."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def _publication(row: Sequence[Any]) -> Publication:
    values = list(row)
    values[9] = tuple(json.loads(values[9]))
    return Publication(*values)


def storable(document: str) -> str:
    """A name as the database can be asked for it: no text in it holds NUL."""
    return document.replace("\0", "\ufffd")


def in_force(kind: str, document: str, day: date) -> Publication | None:
    """The version of a rule that is in force on a day; refuses `no_such_kind_of_rule`."""
    found = rows("in_force", {"kind": kind_named(kind), "document": storable(document), "day": day})
    return _publication(found[0]) if found else None


def all_in_force(day: date) -> list[Publication]:
    """Of every rule the version in force on a day, by kind and name."""
    return [
        _publication(row) for row in rows("in_force", {"kind": None, "document": None, "day": day})
    ]


def versions(kind: str, document: str) -> list[Publication]:
    """Every version of one rule, the latest first."""
    found = rows("versions", {"kind": kind_named(kind), "document": storable(document)})
    return [_publication(row) for row in found]


def publications() -> list[Publication]:
    """The whole book, in the order in which it was written."""
    return [_publication(row) for row in rows("publications", {})]


def proposal(proposal_id: int) -> Proposal:
    """Refuses `no_such_proposal`."""
    found = rows("proposal", {"proposal_id": proposal_id, "case_id": None})
    if not found:
        raise _no_such_proposal()
    return Proposal(*found[0])


def proposal_of(case_id: UUID) -> Proposal:
    """The proposal of a case; refuses `no_such_proposal`."""
    found = rows("proposal", {"proposal_id": None, "case_id": case_id})
    if not found:
        raise _no_such_proposal()
    return Proposal(*found[0])


def _no_such_proposal() -> NotFound:
    return NotFound("no_such_proposal", zh="没有这份提案。", en="There is no such proposal.")


def proposals(
    kind: str | None = None, document: str | None = None, *, limit: int = SHOWN_MAX
) -> list[Proposal]:
    """The latest proposals, or those about one rule."""
    asked = {"kind": kind, "document": document, "rows_max": limit}
    return [Proposal(*row) for row in rows("proposals", asked)]


def subject_of(kind: str, document: str) -> str:
    """What a case about this rule is about; there is one live case at most."""
    return f"{kind}:{document}"


def case_of(found: Proposal) -> Case:
    """Where a proposal stands."""
    return cases.case(found.case_id)


def replay_from(row: Sequence[Any]) -> Replay:
    """A row of replays."""
    values = list(row)
    values[-1] = None if values[-1] is None else json.loads(values[-1])
    return Replay(*values)


def replays(proposal_id: int) -> list[Replay]:
    """The replays of a proposal, the latest first."""
    return [replay_from(row) for row in rows("replays", {"proposal_id": proposal_id})]


def finished_replay(found: Proposal) -> Replay | None:
    """The latest replay that is done, of exactly the proposal's text."""
    for replay in replays(found.id):
        if replay.state == "done" and replay.digest == found.digest:
            return replay
    return None


def text_of(publication: Publication) -> str:
    """The text of a version as it was published.

    Refuses `rule_text_gone` where the content folder no longer holds what the book says it does.
    """
    for text in shelf.texts() if publication.in_book else ():
        if text.digest == publication.digest:
            return text.body
    place = settings.TANHUI.content_root / publication.path
    try:
        body: str = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound(
            "rule_text_gone",
            zh="文件夹里没有 {reference} 的文本。",
            en="The content folder no longer holds the text of {reference}.",
            reference=publication.reference,
        ) from None
    return body


def log_position(publication: Publication) -> int | None:
    """Where the publication's leaf stands in the public log; None until the publisher comes by."""
    return publiclog.position(publication.outbox_id)
