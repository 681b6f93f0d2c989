"""The papers of a project: sites, documents, designs, agreement, verifiers, decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tanhui.projects.statements import rows


@dataclass(frozen=True, slots=True)
class Site:
    """One place of a project; `place` is GeoJSON in WGS84, `share_ppm` its part of the whole."""

    number: int
    name: str
    place: dict[str, Any]
    meters: tuple[str, ...]
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a paper; `sha256` in hex."""

    number: int
    sha256: str
    size: int
    media_type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A paper of a project, or of the period `period_id`; versions the oldest first."""

    id: UUID
    period_id: int | None
    kind: str
    title: str
    file_id: UUID
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version:
        """The newest version."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Design:
    """One version of the design: the workbook's cells and what the engine made of them.

    `reason` is empty for what was filed; a correction after registration says why.
    """

    number: int
    cells: dict[str, Any]
    file_id: UUID | None
    result: dict[str, Any]
    digest: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for a party (`owner` or `operator`)."""

    party: str
    person_id: int
    organisation_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement on developing a project; `sha256` (hex) is of the text that was signed."""

    number: int
    parties: dict[str, Any]
    first: date
    last: date
    terms: dict[str, Any]
    sha256: str
    at: datetime
    signatures: tuple[Signature, ...]

    @property
    def is_signed(self) -> bool:
        """Whether both parties have signed."""
        return {each.party for each in self.signatures} == {"owner", "operator"}


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which body verifies `subject` (`project:CODE` or `period:ID`); `why` says how it ended."""

    id: int
    project_id: int
    subject: str
    verifier_id: int
    assigner_id: int
    at: datetime
    ended_at: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What two persons of the regulator decided, and the leaf that tells of it."""

    decision: str
    proposer_id: int
    confirmer_id: int
    outbox_id: int
    at: datetime


def sites(project_id: int) -> list[Site]:
    """Where a project is done, in order."""
    return [
        Site(number, name, json.loads(place), tuple(meters), share)
        for number, name, place, meters, share in rows("sites", {"project_id": project_id})
    ]


def documents(project_id: int, period_id: int | None = None) -> list[Document]:
    """The papers of a project itself, or of one of its periods, with their versions."""
    return _documents({"project_id": project_id, "period_id": period_id, "whole": False})


def all_documents(project_id: int) -> list[Document]:
    """The papers of a project and of all its periods."""
    return _documents({"project_id": project_id, "period_id": None, "whole": True})


def designs(project_id: int) -> list[Design]:
    """The versions of a project's design, the oldest first."""
    return [
        Design(number, json.loads(cells), file_id, json.loads(result), digest, reason, at)
        for number, cells, file_id, result, digest, reason, at in rows(
            "designs", {"project_id": project_id}
        )
    ]


def agreement(project_id: int) -> Agreement | None:
    """The latest text of a project's agreement, with its signatures."""
    found = rows("agreement", {"project_id": project_id})
    if not found:
        return None
    number, parties, terms, sha256, at, first, last, signed = found[0]
    return Agreement(
        number,
        json.loads(parties),
        first,
        last,
        json.loads(terms),
        bytes(sha256).hex(),
        at,
        tuple(
            Signature(
                each["party"],
                each["person_id"],
                each["organisation_id"],
                datetime.fromisoformat(each["at"]),
            )
            for each in json.loads(signed)
        ),
    )


def assignment(subject: str) -> Assignment | None:
    """Who verifies `subject` (`project:CODE` or `period:ID`) now."""
    return next(iter(assignments(subject=subject, live=True)), None)


def assignments_of(verifier_id: int, *, live: bool = True) -> list[Assignment]:
    """What a body was asked to verify, the newest first."""
    return assignments(verifier_id=verifier_id, live=live)


def decisions(project_id: int) -> list[Decision]:
    """What two persons decided about a project, in order."""
    return [Decision(*row) for row in rows("decisions", {"project_id": project_id})]


def _documents(asked: Mapping[str, Any]) -> list[Document]:
    papers: dict[UUID, Document] = {}
    for id, period_id, kind, title, file_id, *version in rows("documents", asked):
        number, sha256, size, media_type, at = version
        before = papers.get(id)
        versions = (
            *(before.versions if before else ()),
            Version(number, bytes(sha256).hex(), size, media_type, at),
        )
        papers[id] = Document(id, period_id, kind, title, file_id, versions)
    return list(papers.values())


def assignments(
    *,
    subject: str | None = None,
    verifier_id: int | None = None,
    project_id: int | None = None,
    live: bool = False,
) -> list[Assignment]:
    """Who was asked to verify: of a subject, a body, a project; the newest first."""
    asked = {
        "subject": subject,
        "verifier_id": verifier_id,
        "project_id": project_id,
        "live": live,
    }
    return [Assignment(*row) for row in rows("assignments", asked)]
