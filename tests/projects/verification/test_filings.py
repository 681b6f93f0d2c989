"""The opinion about a filing: signed at the body, checked here, about the design as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.projects import commands as filing
from tanhui.projects.cells import Cells
from tanhui.projects.monitoring import commands
from tanhui.projects.queries import designs, documents, project
from tanhui.projects.verification import queries
from tanhui.projects.verification.filings import design_hash
from tanhui.projects.verification.signing import evidence_root
from tests.path_two import PathTwo
from tests.projects.acts import CELLS, assigned, later
from tests.projects.monitoring.acts import sign, signer

pytestmark = pytest.mark.django_db
AT = later(days=45)


def hand_in(cast: PathTwo, code: str, said: bytes, *, persona: str = "verifier") -> Any:
    return commands.submit_filing_opinion(
        actor=cast.actor(persona), code=code, statement=said, signature=sign(said), at=AT
    )


def refused(cast: PathTwo, code: str, said: bytes, **more: Any) -> str:
    with pytest.raises(Refusal) as caught:
        hand_in(cast, code, said, **more)
    return caught.value.code


def test_a_body_signs_about_a_filing_and_the_bureau_decides(cast: PathTwo) -> None:
    code = assigned(cast)
    body, owner = cast.actor("verifier"), cast.actor("owner-glass")
    said = commands.filing_statement_for(body, code)
    told = json.loads(said)
    found = project(code)
    assert told["t"] == "validation"
    assert told["design"] == design_hash(found, designs(found.id)[-1])
    assert told["evidence"] == evidence_root(paper.latest.sha256 for paper in documents(found.id))
    assert refused(cast, code, said) == "key_unknown"
    commands.add_verifier_key(actor=body, vkey=signer("VERIFY-A")[0], at=AT)
    assert refused(cast, code, said, persona="verifier-2") == "no_such_project"
    finding = commands.raise_finding(
        actor=body, subject=found.subject, anchor="CAP", title="能力", words="请附批复。", at=AT
    )
    assert refused(cast, code, said) == "findings_open"
    # The owner answers with another version of the design.
    filing.keep_design(
        actor=owner, code=code, cells={**CELLS, "CAP": {"value": "15500", "unit": "t/yr"}}, at=AT
    )
    commands.answer_finding(actor=owner, finding_id=finding.id, words="已按批复改。", at=AT)
    commands.close_finding(actor=body, finding_id=finding.id, words="一致。", at=AT)
    assert refused(cast, code, said) == "statement_differs"
    opinion = hand_in(cast, code, commands.filing_statement_for(body, code))
    assert (opinion.version, opinion.positive, opinion.verifier_id) == (
        2,
        True,
        cast.organisation("VERIFY-A"),
    )
    assert project(code).state == "verified"
    assert queries.opinion(found.subject) == opinion
    # It is done: nothing more is asked about it.
    with pytest.raises(Refusal, match="not_your_verification"):
        commands.raise_finding(
            actor=body, subject=found.subject, anchor="CAP", title="x", words="x", at=AT
        )


def test_a_negative_opinion_is_signed_too_and_never_registered(cast: PathTwo) -> None:
    code = assigned(cast)
    body = cast.actor("verifier")
    commands.add_verifier_key(actor=body, vkey=signer("VERIFY-A")[0], at=AT)
    opinion = hand_in(cast, code, commands.filing_statement_for(body, code, positive=False))
    assert not opinion.positive
    assert project(code).state == "verified"
    with pytest.raises(Refusal, match="opinion_negative"):
        filing.propose_registration(
            actor=cast.actor("regulator"),
            code=code,
            first=AT.date(),
            last=AT.date(),
            cap_kg=1,
            words="好。",
            at=AT,
        )


def test_the_same_papers_in_any_order_have_one_root() -> None:
    hashes = [f"{number:064x}" for number in range(7)]
    assert evidence_root(hashes) == evidence_root([*reversed(hashes), hashes[3]])
    assert evidence_root(hashes) != evidence_root(hashes[:-1])
    assert len(evidence_root([])) == 64
    assert Cells("x@1.0.0").as_json() == {}
