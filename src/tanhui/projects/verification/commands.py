"""What a verification body does: register keys, raise findings and close them, sign about a filing.

Opinions about a period are signed in `monitoring`, which knows what was reported.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from tanhui.cases import queries as case_queries
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound
from tanhui.projects import papers, reading
from tanhui.projects.filing.verifying import record_opinion
from tanhui.projects.report_rules import city_monitoring
from tanhui.projects.statements import rows
from tanhui.projects.verification import queries
from tanhui.projects.verification.filings import filing_statement, filing_version
from tanhui.projects.verification.opinions import keep_opinion, said
from tanhui.projects.verification.queries import Finding, Opinion, VerifierKey
from tanhui.projects.verification.signing import read_key
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import instant

WORDS_MOST, TITLE_MOST, ANCHOR_MOST = 2_000, 100, 200


def add_verifier_key(*, actor: Actor, vkey: str, at: datetime) -> VerifierKey:
    """Registers a public key of the actor's body, named as the body's code; the log is told.

    The same key again changes nothing. Refuses `not_permitted`, `verifier_key_invalid`,
    `verifier_key_name` and `verifier_key_taken` (it is another body's, or was revoked).
    """
    require(actor, "projects.verify")
    body = organisations.organisation(_own(actor))
    key = read_key(vkey)
    if key.name != body.code and not key.name.startswith(f"{body.code}/"):
        raise Invalid(
            "verifier_key_name",
            zh="公钥的名字应为 {code}，或以 {code}/ 开头。",
            en="The key's name must be {code}, or begin with {code}/.",
            code=body.code,
        )
    for held in queries.keys(body.id):
        if held.vkey == key.vkey and held.revoked_at is None:
            return held
    facts = {"organisation_id": body.id, "key_id": key.id.hex(), "vkey": key.vkey, "at": at}
    leaf = {"v": 1, "t": "verifier-key", "org": body.code, "key": key.vkey, "at": instant(at)}
    try:
        with transaction.atomic():
            rows("add_verifier_key", {**facts, "outbox_id": append_leaf(leaf=leaf, at=at)})
            _audit(actor, "add_verifier_key", f"organisation:{body.id}", {"key": key.vkey}, at)
    except IntegrityError as error:
        raise Conflict(
            "verifier_key_taken",
            zh="这把公钥已属于别的机构，或已吊销。请新做一把。",
            en="This key is another organisation's, or was revoked. Make a new one.",
        ) from error
    return next(held for held in queries.keys(body.id) if held.vkey == key.vkey)


def revoke_verifier_key(*, actor: Actor, vkey: str, at: datetime) -> VerifierKey:
    """Revokes a key of the actor's body: nothing more is signed with it; the log is told.

    Refuses `not_permitted` and `no_such_key`.
    """
    require(actor, "projects.verify")
    body = organisations.organisation(_own(actor))
    held = [key for key in queries.keys(body.id) if key.vkey == vkey.strip()]
    if not held or held[0].revoked_at is not None:
        raise NotFound(
            "no_such_key",
            zh="没有这把公钥，或者已经吊销。",
            en="There is no such key, or it was revoked already.",
        )
    leaf = {"v": 1, "t": "verifier-key-end", "org": body.code, "key": held[0].vkey,
            "at": instant(at)}  # fmt: skip
    with transaction.atomic():
        append_leaf(leaf=leaf, at=at)
        rows("revoke_verifier_key", {"id": held[0].id, "at": at})
        _audit(actor, "revoke_verifier_key", f"organisation:{body.id}", {"key": held[0].vkey}, at)
    return next(key for key in queries.keys(body.id) if key.id == held[0].id)


def raise_finding(
    *, actor: Actor, subject: str, anchor: str, title: str, words: str, at: datetime
) -> Finding:
    """Asks about the place `anchor` of `project:CODE` or `period:ID`; the owner owes an answer.

    Refuses `not_permitted`, `not_your_verification` and `finding_words_missing`.
    """
    task = _task(actor, subject)
    title, anchor = title.strip(), anchor.strip() or "-"
    if not 0 < len(title) <= TITLE_MOST or len(anchor) > ANCHOR_MOST:
        raise _words_missing()
    words = _words(words)
    with transaction.atomic():
        # One after the other, so that numbers have no gaps.
        rows("lock", {"id": task.project_id})
        facts = {
            "subject": subject,
            "anchor": anchor,
            "title": title,
            "verifier_id": task.verifier_id,
            "at": at,
        }
        finding_id = int(rows("add_finding", facts)[0][0])
        _say(actor, finding_id, "raise", words, at)
        _audit(actor, "raise_finding", subject, {"finding": finding_id, "anchor": anchor}, at)
    return queries.finding(finding_id)


def answer_finding(*, actor: Actor, finding_id: int, words: str, at: datetime) -> Finding:
    """The owner answers a finding.

    Refuses `not_permitted`, `no_such_finding`, `finding_words_missing` and `not_your_turn`.
    """
    require(actor, "projects.propose")
    found = queries.finding(finding_id)
    owner = queries.owner_of(found.subject)
    if owner is None or owner != actor.organisation_id:
        raise queries.no_such_finding()
    return _go_on(actor, found, "answer", words, at)


def ask_again(*, actor: Actor, finding_id: int, words: str, at: datetime) -> Finding:
    """The body is not content with the answer and asks again; a new term begins.

    Refuses as `close_finding`.
    """
    found = queries.finding(finding_id)
    _task(actor, found.subject)
    return _go_on(actor, found, "ask", words, at)


def close_finding(*, actor: Actor, finding_id: int, words: str, at: datetime) -> Finding:
    """The body closes a finding for good and says why.

    Refuses `not_permitted`, `no_such_finding`, `not_your_verification`, `finding_words_missing` and
    `not_your_turn` (it is closed, or, for asking again, not answered).
    """
    found = queries.finding(finding_id)
    _task(actor, found.subject)
    return _go_on(actor, found, "close", words, at)


def submit_filing_opinion(
    *, actor: Actor, code: str, statement: bytes, signature: str, at: datetime
) -> Opinion:
    """Hands in the signed opinion about a project's filing; the bureau decides next.

    Refuses `not_permitted`, `no_such_project`, `not_your_verification`, `findings_open`,
    `statement_differs`, `key_unknown`, `signature_wrong`, and as `cases.take_step`.
    """
    require(actor, "projects.verify")
    found = reading.readable(actor, code)
    task = _task(actor, found.subject)
    with transaction.atomic():
        rows("lock", {"id": found.id})
        found = reading.project_by_id(found.id)
        positive = said(statement, filing_statement(found, True), filing_statement(found, False))
        opinion = keep_opinion(
            actor=actor,
            subject=found.subject,
            version=filing_version(found),
            verifier_id=task.verifier_id,
            statement=statement,
            signature=signature,
            positive=positive,
            at=at,
        )
        record_opinion(actor=actor, code=code, positive=positive, at=at)
    return opinion


def _own(actor: Actor) -> int:
    if actor.organisation_id is None:
        raise Forbidden(
            "not_permitted",
            zh="{actor} 没有“{permission}”的权限。",
            en="{actor} does not hold the permission “{permission}”.",
            actor=actor.name,
            permission="projects.verify",
        )
    return actor.organisation_id


def _task(actor: Actor, subject: str) -> papers.Assignment:
    """The assignment by which the actor's body verifies the subject now."""
    require(actor, "projects.verify")
    task = papers.assignment(subject)
    if task is None or task.verifier_id != actor.organisation_id:
        raise Forbidden(
            "not_your_verification",
            zh="这件事现在不由你的机构核证。",
            en="Your organisation does not verify this now.",
        )
    return task


def _go_on(actor: Actor, found: Finding, act: str, words: str, at: datetime) -> Finding:
    words = _words(words)
    allowed = {
        "open": ("answer", "close"),
        "answered": ("ask", "close"),
        "closed": (),
    }
    with transaction.atomic():
        rows("lock_finding", {"id": found.id})
        found = queries.finding(found.id)
        if act not in allowed[found.state]:
            raise Conflict(
                "not_your_turn",
                zh="第 {number} 项现在不能这样做：它已关闭，或在等另一方。",
                en="This cannot be done with no. {number} now: it is closed, or waits for the"
                " other side.",
                number=found.number,
            )
        _say(actor, found.id, act, words, at)
        _audit(actor, f"{act}_finding", found.subject, {"finding": found.id}, at)
    return queries.finding(found.id)


def _say(actor: Actor, finding_id: int, act: str, words: str, at: datetime) -> None:
    due = None
    if act in ("raise", "ask"):
        days = city_monitoring().answer_working_days
        due = case_queries.kinds().calendar.add_working_days(at, days)
    facts = {
        "finding_id": finding_id,
        "act": act,
        "words": words,
        "organisation_id": actor.organisation_id,
        "actor": actor.name,
        "due_at": due,
        "at": at,
    }
    rows("add_finding_word", facts)


def _words(words: str) -> str:
    words = words.strip()
    if not 0 < len(words) <= WORDS_MOST or "\0" in words:
        raise _words_missing()
    return words


def _words_missing() -> Invalid:
    return Invalid(
        "finding_words_missing",
        zh="请写标题（100 字以内）和内容（{most} 字以内）。",
        en="Write a title of at most 100 letters and words of at most {most}.",
        most=WORDS_MOST,
    )


def _audit(actor: Actor, act: str, subject: str, facts: dict[str, object], at: datetime) -> None:
    write_audit(actor=actor, action=f"projects.{act}", subject=subject, facts=facts, at=at)
