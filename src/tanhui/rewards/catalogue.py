"""What may happen to offers: drafted, changed, handed in, approved, published, closed.

A merchant writes its own offers; the operator may write for a merchant it names. One person of the
operator approves, another publishes, and neither approves what they handed in themselves.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.cases import commands as cases
from tanhui.cases.queries import Case
from tanhui.governance.permissions import require
from tanhui.identity.commands import platform_actor
from tanhui.identity.organisations import queries as organisations
from tanhui.kernel.actors import Actor
from tanhui.rewards import offer_acts, queries, refusals
from tanhui.rewards.catalogue_refusals import (
    CODES,
    not_a_merchant,
    offer_fixed,
    offer_moved,
    titles_missing,
)
from tanhui.rewards.codes import CodesReport, code_counts, import_codes
from tanhui.rewards.offer_acts import audit, kept, live_case, move, own_offer
from tanhui.rewards.offer_fields import OfferFields, checked, fields_of
from tanhui.rewards.records import Offer
from tanhui.vault import commands as vault
from tanhui.vault import queries as files
from tanhui.vault.queries import Opened

PICTURE_PURPOSE = "reward"


def draft_offer(
    *, actor: Actor, fields: OfferFields, merchant_id: int | None = None, at: datetime
) -> str:
    """Begins an offer; answers its code, as `R-0001`.

    A merchant's is its own organisation's; the operator names `merchant_id`. Refuses
    `not_permitted`, `not_a_merchant`, `offer_invalid`.
    """
    require(actor, "rewards.offer")
    owner = merchant_id if "operator" in actor.roles else actor.organisation_id
    if owner is None:
        raise not_a_merchant()
    roles = set(organisations.organisation(owner).roles)
    if not roles & ({"merchant", "sponsor"} if fields.kind == "donation" else {"merchant"}):
        raise not_a_merchant()
    facts = {"merchant_id": owner, "fields": Jsonb(checked(fields)), "at": at}
    with transaction.atomic():
        code = str(queries.rows("draft_offer", facts)[0]["code"])
        audit(actor, queries.offer(code), "draft_offer", at, kind=fields.kind)
    return code


def change_offer(*, actor: Actor, offer_code: str, fields: OfferFields, at: datetime) -> Offer:
    """Writes an offer anew while it is a draft or was returned.

    Refuses `not_permitted`, `no_such_offer`, `offer_invalid`, `offer_fixed`, `codes_imported`.
    """
    own_offer(actor, offer_code)
    told = checked(fields)
    with transaction.atomic():
        with refusals.named(CODES):
            queries.run("change_offer", {"code": offer_code, "fields": Jsonb(told)})
        found = queries.offer(offer_code)
        audit(actor, found, "change_offer", at)
    return found


def set_picture(*, actor: Actor, offer_code: str, data: bytes, at: datetime) -> UUID:
    """Gives a draft a picture, drawn anew without what a camera adds; answers its file.

    Refuses `not_permitted`, `no_such_offer`, `offer_fixed`, and what the vault refuses of files.
    """
    own_offer(actor, offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        if found.state != "draft":
            raise offer_fixed()
        file = vault.keep_file(
            actor=actor,
            purpose=PICTURE_PURPOSE,
            data=data,
            organisations=[found.merchant_id],
            at=at,
        )
        with refusals.named(CODES):
            asked = {"code": offer_code, "picture_id": file.file_id}
            queries.run("set_picture", asked)
        audit(actor, found, "set_picture", at, sha256=file.sha256.hex())
    return file.file_id


def picture(found: Offer) -> Opened | None:
    """The picture of an offer, None where it has none. Whoever may see the offer may see it.

    Refuses `file_lost`.
    """
    if found.picture_id is None:
        return None
    return files.open_for(platform_actor(), found.picture_id)


def submit_offer(*, actor: Actor, offer_code: str, at: datetime) -> Case:
    """Hands a draft in, or a returned offer in again.

    Refuses `not_permitted`, `no_such_offer`, `offer_moved`, `titles_missing`.
    """
    own_offer(actor, offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        if not (found.title_zh and found.title_en):
            raise titles_missing()
        move(found, "submitted", at=at)
        before = offer_acts.standing(found)
        if before.case is not None and before.case.closed_at is None:
            cases.take_step(actor=actor, case_id=before.case.id, step="resubmit", at=at)
        else:
            cases.open_case(
                actor=actor,
                kind=offer_acts.CASE_KIND,
                subject=offer_acts.subject(offer_code),
                party_id=None,
                facts={"offer": offer_code, "points": found.price_points},
                at=at,
            )
        audit(actor, found, "submit_offer", at)
        return live_case(found)


def approve_offer(*, actor: Actor, offer_code: str, at: datetime) -> Case:
    """Approves an offer that was handed in; another person publishes it.

    Refuses `not_permitted`, `no_such_offer`, `offer_not_submitted`, `own_earlier_step`.
    """
    return _decide(actor, offer_code, "approve", "approved", at=at)


def return_offer(*, actor: Actor, offer_code: str, words: str, at: datetime) -> Case:
    """Gives an offer back to be changed, saying why; what was put on sale is taken off.

    Refuses as `approve_offer`, and `reason_missing`.
    """
    return _decide(actor, offer_code, "return", "draft", words=words, at=at)


def refuse_offer(*, actor: Actor, offer_code: str, words: str, at: datetime) -> Case:
    """Refuses an offer for good, saying why. Refuses as `return_offer`."""
    return _decide(actor, offer_code, "refuse", "closed", words=words, at=at)


def publish_offer(*, actor: Actor, offer_code: str, at: datetime) -> Offer:
    """Puts an approved offer on the shelf; what is in stock can be had from now on.

    Refuses `not_permitted`, `no_such_offer`, `offer_not_submitted`, `own_earlier_step` (who
    approved), `titles_missing`.
    """
    require(actor, "rewards.approve")
    queries.offer(offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        case = live_case(found)
        approved = [step for step in offer_acts.history(case) if step.step == "approve"]
        cases.take_step(actor=actor, case_id=case.id, step="publish", at=at)
        move(
            found,
            "published",
            approver=approved[-1].person_id if approved else None,
            publisher=actor.person_id,
            at=at,
        )
        audit(actor, found, "publish_offer", at)
    return queries.offer(offer_code)


def withdraw_offer(*, actor: Actor, offer_code: str, at: datetime) -> Offer:
    """Takes an offer back before it is published; it is a draft again.

    Refuses `not_permitted`, `no_such_offer`, `offer_not_submitted`, `step_not_offered`.
    """
    own_offer(actor, offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        cases.take_step(actor=actor, case_id=live_case(found).id, step="withdraw", at=at)
        if found.state != "draft":
            move(found, "draft", at=at)
        offer_acts.end_batches(actor, found, at)
        audit(actor, found, "withdraw_offer", at)
    return queries.offer(offer_code)


def close_offer(*, actor: Actor, offer_code: str, at: datetime) -> Offer:
    """Takes a published offer off the shelf, or gives a draft up; for good.

    What is not taken goes back to the windows; vouchers that citizens hold stay good. The platform
    closes by `rewards.expire` what nobody pays for any more. Refuses `not_permitted`,
    `no_such_offer`, and `offer_moved` for one that was handed in (it is withdrawn) or is closed.
    """
    if "platform" in actor.roles:
        require(actor, "rewards.expire")
        queries.offer(offer_code)
    else:
        own_offer(actor, offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        if found.state in ("submitted", "approved"):
            raise offer_moved()
        live = offer_acts.standing(found).case
        if live is not None and live.closed_at is None:
            cases.take_step(actor=actor, case_id=live.id, step="withdraw", at=at)
        move(found, "closed", at=at)
        units = offer_acts.end_batches(actor, found, at)
        audit(actor, found, "close_offer", at, unsold=units)
    return queries.offer(offer_code)


def _decide(
    actor: Actor, offer_code: str, step: str, to_state: str, *, words: str = "", at: datetime
) -> Case:
    require(actor, "rewards.approve")
    queries.offer(offer_code)
    with transaction.atomic():
        found = kept(offer_code)
        case = cases.take_step(
            actor=actor, case_id=live_case(found).id, step=step, words=words, at=at
        )
        move(found, to_state, at=at)
        if to_state != "approved":
            offer_acts.end_batches(actor, found, at)
        audit(actor, found, f"{step}_offer", at)
    return case


__all__ = (
    "CodesReport",
    "OfferFields",
    "approve_offer",
    "change_offer",
    "close_offer",
    "code_counts",
    "draft_offer",
    "fields_of",
    "import_codes",
    "picture",
    "publish_offer",
    "refuse_offer",
    "return_offer",
    "set_picture",
    "submit_offer",
    "withdraw_offer",
)
