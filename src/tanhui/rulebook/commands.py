"""What may happen to rules: proposed, replayed, seconded, objected to, returned, published.

Where a proposal stands is a case of the kind `rule-publication`; who may take which step, and
that three different persons take part, is its content. Each command here is one act of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from tanhui.cases import commands as cases
from tanhui.cases import queries as case_queries
from tanhui.cases.kinds import OPEN
from tanhui.cases.queries import Case
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.methodology.problems import Problem
from tanhui.rulebook import queries
from tanhui.rulebook.documents import Document
from tanhui.rulebook.drafts import (
    RuleFaulty,
    check_notice,
    check_seconded,
    earliest_day,
    own_first,
    read_text,
    root_with,
)
from tanhui.rulebook.publishing import Decider, write_publication
from tanhui.rulebook.queries import CASE_KIND, Proposal, Publication, subject_of

REASON_MAX = 500
# Checks a content folder for one kind of rule, whose text lies at a path; answers the faults.
Checker = Callable[[Path, str, str], list[Problem]]


def propose(
    *,
    actor: Actor,
    body: str,
    reason: str,
    check: Checker,
    at: datetime,
    about: tuple[str, str] | None = None,
) -> Proposal:
    """Proposes a new version of a rule, checked like any content file; opens its case.

    Refuses as `read_text`, and: `not_permitted`, `case_exists` (one proposal for a rule at a
    time), `person_unknown`, `rule_reason_missing`, `effective_before_notice`.
    """
    require(actor, "rules.propose")
    reason = reason.strip()
    if not reason or len(reason) > REASON_MAX:
        raise Invalid(
            "rule_reason_missing",
            zh="请写明为什么要改，{most} 字以内。",
            en="Say why it should change, in at most {most} letters.",
            most=REASON_MAX,
        )
    body = body.replace("\r\n", "\n")
    document, replaced = read_text(body, at=at, about=about)
    check_notice(document.valid_from, earliest_day(at))
    if problems := _faults(document, body, check):
        raise RuleFaulty(problems)
    with transaction.atomic():
        case_id = cases.open_case(
            actor=actor,
            kind=CASE_KIND,
            subject=subject_of(document.kind, document.id),
            party_id=None,
            facts={"rule": document.reference, "digest": document.digest},
            at=at,
        )
        facts = {
            "case_id": case_id,
            "kind": document.kind,
            "document": document.id,
            "version": document.version,
            "digest": document.digest,
            "replaces": replaced.reference,
            "effective_from": document.valid_from,
            "effective_until": document.valid_until,
            "path": document.path,
            "body": body,
            "title_zh": document.title_zh,
            "title_en": document.title_en,
            "reason": reason,
            "actor": actor.name,
            "person_id": actor.person_id,
            "at": at,
        }
        proposal_id = int(queries.rows("add_proposal", facts)[0][0])
        _audit(actor, "propose", queries.proposal(proposal_id), at)
    return queries.proposal(proposal_id)


def faults_of(
    *, body: str, check: Checker, at: datetime, about: tuple[str, str] | None = None
) -> list[Problem]:
    """The faults of a text, its own first.

    Refuses as `read_text` for all but `rule_faulty`, and `effective_before_notice`.
    """
    try:
        document, _ = read_text(body, at=at, about=about)
    except RuleFaulty as refusal:
        return list(refusal.problems)
    check_notice(document.valid_from, earliest_day(at))
    return _faults(document, body, check)


def _faults(document: Document, body: str, check: Checker) -> list[Problem]:
    root = root_with(document, body)
    # A text with faults is not read, so the lock misses it; that says nothing more.
    gone = ("published_gone", f"{document.kind}.{document.reference}")
    found = check(root, document.kind, document.path)
    found = [problem for problem in found if (problem.code, problem.key) != gone]
    return own_first(found, root / document.path)


def _audit(actor: Actor, act: str, proposal: Proposal, at: datetime) -> None:
    write_audit(
        actor=actor,
        action=f"rules.{act}",
        subject=f"{proposal.kind}:{proposal.reference}",
        facts={"proposal": proposal.id, "digest": proposal.digest},
        at=at,
    )


def second(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Seconds a proposal, after its replay and not by its proposer; the public notice begins.

    Refuses: `not_permitted`, `replay_missing`, `effective_before_notice`, and as
    `cases.take_step`.
    """
    require(actor, "rules.second")
    with transaction.atomic():
        case = _step(actor, proposal_id, "second", words, at, needs_replay=True)
        # Publishing would be refused for ever: the day comes while the public still reads.
        check_seconded(queries.proposal(proposal_id).effective_from, case.clock_at, at)
    return case


def object_to(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Objects during the public notice; whoever decides sees it.

    Refuses: `not_permitted`, and as `cases.take_step`.
    """
    require(actor, "rules.object")
    return _step(actor, proposal_id, "object", words, at)


def send_back(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Returns a proposal with findings, to be answered.

    Refuses: `not_permitted`, and as `cases.take_step`.
    """
    require(actor, "rules.second")
    return _step(actor, proposal_id, "return", words, at)


def answer(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Answers findings without another text; it is seconded anew.

    Refuses: `not_permitted`, and as `cases.take_step`.
    """
    require(actor, "rules.propose")
    return _step(actor, proposal_id, "answer", words, at)


def withdraw(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Withdraws a proposal; the rule stays as it is.

    Refuses: `not_permitted`, and as `cases.take_step`.
    """
    require(actor, "rules.propose")
    return _step(actor, proposal_id, "withdraw", words, at)


def refuse(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Case:
    """Refuses a proposal for good.

    Refuses: `not_permitted`, and as `cases.take_step`.
    """
    require(actor, "rules.publish")
    return _step(actor, proposal_id, "refuse", words, at)


def _step(
    actor: Actor,
    proposal_id: int,
    step: str,
    words: str,
    at: datetime,
    *,
    needs_replay: bool = False,
) -> Case:
    proposal = queries.proposal(proposal_id)
    with transaction.atomic():
        if needs_replay:
            _require_replay(proposal)
        case = cases.take_step(
            actor=actor,
            case_id=proposal.case_id,
            step=step,
            words=words,
            facts={"role": _role(actor)},
            at=at,
        )
        _audit(actor, step, proposal, at)
    return case


def _role(actor: Actor) -> str:
    """By which of their roles somebody decides."""
    known = ("regulator", "operator", "partner", "citizen")
    return next((role for role in known if role in actor.roles), "")


def _require_replay(proposal: Proposal) -> None:
    """Refuses `replay_missing`: nobody decides before it is known what would change."""
    if queries.finished_replay(proposal) is None:
        raise Conflict(
            "replay_missing",
            zh="这份文本还没有演算过，先演算再决定。",
            en="This text has not been replayed yet; replay it before anyone decides.",
        )


def publish(*, actor: Actor, proposal_id: int, words: str, at: datetime) -> Publication:
    """Publishes a seconded proposal after its notice: the row, its leaf, and the case's end.

    Refuses: `not_permitted`, `replay_missing`, `replaced_changed` (another version came into
    force meanwhile), `effective_not_future`, `version_not_higher`, `validity_overlaps`,
    `digest_known`, `three_persons_needed`, and as `cases.take_step`.
    """
    require(actor, "rules.publish")
    proposal = queries.proposal(proposal_id)
    with transaction.atomic():
        _require_replay(proposal)
        cases.take_step(actor=actor, case_id=proposal.case_id, step="publish", words=words, at=at)
        document, replaced = read_text(proposal.body, at=at)
        if replaced.reference != proposal.replaces:
            raise Conflict(
                "replaced_changed",
                zh="提案之后，{reference} 已经生效。请按它重新提案。",
                en="{reference} has come into force since; propose anew against it.",
                reference=replaced.reference,
            )
        try:
            with transaction.atomic():
                write_publication(
                    document,
                    basis="decision",
                    deciders=_deciders(proposal),
                    proposal_id=proposal.id,
                    body=proposal.body,
                    at=at,
                )
        except IntegrityError as error:
            if "rulebook_publication_three_persons" not in str(error):
                raise
            raise Conflict(
                "three_persons_needed",
                zh="提案、复核、发布须是三个不同的人。",
                en="Three different persons propose, second and publish.",
            ) from error
        _audit(actor, "publish", proposal, at)
    found = queries.versions(document.kind, document.id)
    return next(one for one in found if one.version == document.version)


def _deciders(proposal: Proposal) -> list[Decider]:
    """Who proposed, who seconded last, and who published."""
    latest = {
        step.step: step
        for step in case_queries.history(proposal.case_id)
        if step.step in (OPEN, "second", "publish")
    }
    own = {OPEN: "operator", "publish": "regulator"}
    return [
        Decider(
            step="propose" if name == OPEN else name,
            role=own.get(name) or str(latest[name].facts["role"]),
            name=latest[name].actor,
            person_id=latest[name].person_id,
            at=latest[name].at,
        )
        for name in (OPEN, "second", "publish")
    ]


def end_notices(*, actor: Actor, at: datetime, limit: int = 100) -> int:
    """Ends the public notices whose days are over; answers how many. Called by the worker.

    Refuses: `not_permitted`.
    """
    require(actor, "rules.replay")
    ended = 0
    for case in cases.run_clocks(kind=CASE_KIND, at=at, limit=limit):
        if case.clock_then is None:
            continue
        cases.take_step(actor=actor, case_id=case.id, step=case.clock_then, at=at)
        ended += 1
    return ended
