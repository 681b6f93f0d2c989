"""What one may know of verification: who verifies, what was found, whose key signed what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.projects import papers, reading
from tanhui.projects.statements import rows


@dataclass(frozen=True, slots=True)
class Word:
    """One thing said of a finding: `act` is `raise`, `answer`, `ask` (again) or `close`.

    `due_at` is when an answer is owed; None where none is.
    """

    number: int
    act: str
    words: str
    organisation_id: int
    due_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verification body asks about the place `anchor` of a report or a filing.

    `state` is `open` (the owner's turn), `answered` (the body's) or `closed`; `deadline` is when
    the answer is owed while it is open.
    """

    id: int
    subject: str
    number: int
    anchor: str
    title: str
    verifier_id: int
    raised_at: datetime
    words: tuple[Word, ...]

    @property
    def state(self) -> str:
        """Whose turn it is, or that it is done."""
        return {"answer": "answered", "close": "closed"}.get(self.words[-1].act, "open")

    @property
    def deadline(self) -> datetime | None:
        """When the owner owes an answer; None when nothing is owed."""
        return self.words[-1].due_at


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a body's key; `vkey` is `name+id+base64` as signed notes write it."""

    id: int
    organisation_id: int
    key_id: str
    vkey: str
    outbox_id: int
    since: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a body signed of `version` of a report or a design; `signature` is base64."""

    id: int
    subject: str
    version: int
    verifier_id: int
    statement: str
    signature: str
    key_id: str
    vkey: str
    positive: bool
    at: datetime


def findings(subject: str) -> list[Finding]:
    """The findings about `project:CODE` or `period:ID`, in their order, each with its words."""
    return _findings(subject, None)


def finding(finding_id: int) -> Finding:
    """The finding of this number; refuses `no_such_finding`."""
    found = _findings(None, finding_id)
    if not found:
        raise no_such_finding()
    return found[0]


def no_such_finding() -> NotFound:
    """The same answer whether there is none or it is not the actor's to know."""
    return NotFound(
        "no_such_finding",
        zh="没有这条意见，或者你不能看它。",
        en="There is no such finding, or you may not see it.",
    )


def owner_of(subject: str) -> int | None:
    """The organisation whose project or period a subject is; None for one nobody verifies."""
    given = papers.assignments(subject=subject)
    return reading.project_by_id(given[0].project_id).owner_id if given else None


def _findings(subject: str | None, id: int | None) -> list[Finding]:
    words: dict[int, list[Word]] = {}
    heads: dict[int, list[Any]] = {}
    for *head, number, act, told, organisation_id, due_at, at in rows(
        "findings", {"subject": subject, "id": id}
    ):
        heads[head[0]] = head
        words.setdefault(head[0], []).append(Word(number, act, told, organisation_id, due_at, at))
    return [Finding(*[*head, tuple(words[id])]) for id, head in heads.items()]


def open_findings(subject: str) -> list[Finding]:
    """Those that nobody has closed."""
    return [found for found in findings(subject) if found.state != "closed"]


def opinion(subject: str) -> Opinion | None:
    """The latest opinion about a subject; None before one was signed."""
    found = opinions(subject)
    return found[-1] if found else None


def opinions(subject: str) -> list[Opinion]:
    """Every opinion about a subject, the oldest first."""
    return [Opinion(*row) for row in rows("opinions", {"subject": subject})]


def keys(organisation_id: int) -> list[VerifierKey]:
    """The keys of a body, also revoked ones, the oldest first."""
    return [VerifierKey(*row) for row in rows("verifier_keys", {"of": organisation_id})]


def may_verify(actor: Actor, subject: str) -> bool:
    """Whether the actor belongs to the body that verifies the subject now."""
    if "verifier" not in actor.roles or actor.organisation_id is None:
        return False
    held = papers.assignment(subject)
    return held is not None and held.verifier_id == actor.organisation_id
