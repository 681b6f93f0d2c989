"""The agreement on developing a project (开发合作协议): its text, and the signatures under it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Forbidden
from tanhui.methodology.canonical import canonical_json
from tanhui.projects import papers, reading
from tanhui.projects.calls import intake
from tanhui.projects.filing.acting import audit, kept, own_project, require_state
from tanhui.projects.papers import Agreement
from tanhui.projects.reading import Project
from tanhui.projects.statements import rows

OWNER, OPERATOR = "owner", "operator"
_STATES = ("draft", "returned")


@dataclass(frozen=True, slots=True)
class AgreementText:
    """What is signed; `sha256` (hex) is of its canonical JSON."""

    parties: Mapping[str, Any]
    first: date
    last: date
    terms: Mapping[str, Any]
    sha256: str


def text_of(found: Project, first: date) -> AgreementText:
    """The text of a project's agreement whose term begins on `first`."""
    terms = intake().terms
    last = _years_later(first, terms.years)
    parties = {
        OWNER: {
            "zh": found.owner.name_zh,
            "en": found.owner.name_en,
            "credit_code": found.owner.credit_code,
        },
        OPERATOR: {"zh": terms.operator.zh, "en": terms.operator.en},
    }
    told = {
        "project": {"code": found.code, "zh": found.name_zh, "en": found.name_en},
        "clauses": [{"zh": clause.zh, "en": clause.en} for clause in terms.clauses],
        "note": {"zh": terms.why.zh, "en": terms.why.en},
    }
    whole = {"parties": parties, "first": first.isoformat(), "last": last.isoformat(), **told}
    sha256 = hashlib.sha256(canonical_json(whole).encode()).hexdigest()
    return AgreementText(parties, first, last, told, sha256)


def sign_agreement(*, actor: Actor, code: str, at: datetime) -> Agreement:
    """Signs the agreement for the owner, or for the operator; answers it with its signatures.

    The owner's signature makes the text; where the project's name changed since, the owner signs a
    new one. Signing again changes nothing. Refuses `not_permitted`, `no_such_project`,
    `person_unknown`, `project_fixed`, and `agreement_missing` where the operator comes first.
    """
    party = OPERATOR if OPERATOR in actor.roles else OWNER
    if party == OWNER:
        own_project(actor, code)
    else:
        require(actor, "projects.complete")
    if actor.person_id is None:
        raise Forbidden(
            "person_unknown",
            zh="这一步须由登录的本人来走。",
            en="This step needs a person who is logged in.",
        )
    with transaction.atomic():
        found = kept(reading.project(code))
        text = _text(found, party, at)
        if not any(each.party == party for each in text.signatures):
            require_state(found, _STATES)
            rows(
                "add_signature",
                {
                    "project_id": found.id,
                    "number": text.number,
                    "party": party,
                    "person_id": actor.person_id,
                    "organisation_id": found.owner_id if party == OWNER else None,
                    "at": at,
                },
            )
            audit(actor, found, "sign_agreement", at, party=party, sha256=text.sha256)
    signed = papers.agreement(found.id)
    assert signed is not None
    return signed


def to_countersign(limit: int = 100) -> list[Project]:
    """Drafts whose agreement the owner has signed and the operator has not, the oldest first."""
    ids = [int(row[0]) for row in rows("to_countersign", {"rows_max": limit})]
    found = reading.projects_by_id(ids)
    return [found[id] for id in ids]


def _text(found: Project, party: str, at: datetime) -> Agreement:
    """The text to sign; the owner's is made when there is none, or another is due."""
    held = papers.agreement(found.id)
    if held is not None and (party == OPERATOR or _fits(held, found)):
        return held
    if party == OPERATOR:
        raise agreement_missing()
    require_state(found, _STATES)
    text = text_of(found, city_day(at))
    rows(
        "add_agreement",
        {
            "project_id": found.id,
            "parties": Jsonb(dict(text.parties)),
            "first": text.first,
            "last": text.last,
            "terms": Jsonb(dict(text.terms)),
            "sha256": bytes.fromhex(text.sha256),
            "at": at,
        },
    )
    made = papers.agreement(found.id)
    assert made is not None
    return made


def _fits(held: Agreement, found: Project) -> bool:
    """Whether the text is still the one that this project would have."""
    return held.sha256 == text_of(found, held.first).sha256


def require_signed(found: Project) -> None:
    """Refuses `agreement_missing` unless both parties have signed the project's present text."""
    held = papers.agreement(found.id)
    if held is None or not held.is_signed or not _fits(held, found):
        raise agreement_missing()


def agreement_missing() -> Conflict:
    """The refusal of a filing without an agreement that both have signed."""
    return Conflict(
        "agreement_missing",
        zh="开发合作协议还没有由双方签署：业主先签，运营方再签。",
        en="The development agreement is not signed by both: the owner signs first, then the"
        " operator.",
    )


def _years_later(first: date, years: int) -> date:
    """The last day of a term of whole years."""
    try:
        end = first.replace(year=first.year + years)
    except ValueError:
        # A term that begins on a 29 February ends with the February of its last year.
        end = first.replace(year=first.year + years, month=3, day=1)
    return end - timedelta(days=1)
