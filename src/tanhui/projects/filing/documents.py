"""The papers of a project: adding one or a version of it, and opening one for who takes part."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.projects import papers, reading
from tanhui.projects.calls import intake
from tanhui.projects.filing.acting import audit, kept, own_project, require_state
from tanhui.projects.papers import Document
from tanhui.projects.statements import rows
from tanhui.vault import commands as vault
from tanhui.vault import queries as vault_queries
from tanhui.vault.queries import Opened

PURPOSE = "project"
# While others decide about a paper, nobody changes it.
OPEN_STATES = ("draft", "returned", "noticed", "heard", "assigned", "registered", "ended")
_TITLE_MOST, _PAPERS_MOST = 100, 200


def add_document(
    *,
    actor: Actor,
    code: str,
    kind: str,
    title: str = "",
    data: bytes,
    filename: str = "",
    period_id: int | None = None,
    at: datetime,
) -> Document:
    """Adds a paper, or a version of the one of the same kind and title; answers the paper.

    Without a title it is called as the file is. What a version was stays for ever. The same bytes
    again are no new version. Refuses `not_permitted`, `no_such_project`, `project_fixed`,
    `document_kind_unknown`, `document_title_invalid`, `too_many_documents`, and what the vault
    refuses of files.
    """
    own_project(actor, code)
    title = (title.strip() or filename.rpartition("/")[2].strip())[:_TITLE_MOST]
    _check(kind, title)
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, OPEN_STATES)
        held = papers.all_documents(found.id)
        same = next(
            (
                paper
                for paper in held
                if (paper.period_id, paper.kind, paper.title) == (period_id, kind, title)
            ),
            None,
        )
        if same is None:
            _check_count(len(held))
            organisations = [found.owner_id]
            file = vault.keep_file(
                actor=actor, purpose=PURPOSE, data=data, organisations=organisations, at=at
            )
            facts = {
                "id": uuid4(),
                "project_id": found.id,
                "period_id": period_id,
                "kind": kind,
                "title": title,
                "file_id": file.file_id,
                "at": at,
            }
            rows("add_document", facts)
            sha256 = file.sha256.hex()
        else:
            sha256 = _next_version(actor, same, data, at)
        audit(actor, found, "add_document", at, kind=kind, sha256=sha256)
    return next(
        paper
        for paper in papers.documents(found.id, period_id)
        if (paper.kind, paper.title) == (kind, title)
    )


def open_document(
    actor: Actor, code: str, document_id: UUID, number: int | None = None
) -> tuple[Document, Opened]:
    """A paper and the bytes of a version of it, by default the newest.

    Refuses `no_such_project`, `no_such_document`, `no_such_version_of_file`, `file_lost`.
    """
    found = reading.readable(actor, code)
    for paper in papers.all_documents(found.id):
        if paper.id == document_id:
            # Whoever may read the project may read its papers; the vault knows the owner alone.
            return paper, vault_queries.open_for(platform_actor(), paper.file_id, number)
    raise NotFound("no_such_document", zh="没有这份材料。", en="There is no such paper.")


def _check(kind: str, title: str) -> None:
    known = intake().papers
    if kind not in known:
        raise Invalid(
            "document_kind_unknown",
            zh="没有“{kind}”这类材料；可以是：{known}。",
            en="There is no kind of paper called “{kind}”; there are: {known}.",
            kind=kind,
            known=", ".join(known),
        )
    if not title or "\0" in title:
        raise Invalid(
            "document_title_invalid",
            zh="请写明材料名称，100 字以内。",
            en="Name the paper, in at most 100 characters.",
        )


def _check_count(held: int) -> None:
    if held >= _PAPERS_MOST:
        raise Conflict(
            "too_many_documents",
            zh="一个项目最多 {most} 份材料；请给已有的材料加新版本。",
            en="A project has at most {most} papers; add versions to those there are.",
            most=_PAPERS_MOST,
        )


def _next_version(actor: Actor, paper: Document, data: bytes, at: datetime) -> str:
    latest = vault_queries.versions(platform_actor(), paper.file_id)[-1]
    # A picture is drawn anew before it is kept, so what came is compared with what came before.
    if latest.sent == hashlib.sha256(data).digest():
        return latest.sha256.hex()
    return vault.add_version(actor=actor, file_id=paper.file_id, data=data, at=at).sha256.hex()
