"""Rewards by program: the shelf for anybody; redeeming, and one's own points, for citizens.

One wish is one `Idempotency-Key`: sent again it answers the same redemption, however often and
however much at once.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Router, Status

from tanhui.api import description
from tanhui.api import reward_forms as forms
from tanhui.api.citizens import Token, bearer
from tanhui.api.registers import organisation_form
from tanhui.identity.organisations.queries import organisations
from tanhui.identity.sms import gateway
from tanhui.identity.step_up.commands import ask_step_up, give_step_up
from tanhui.kernel.refusals import Invalid
from tanhui.rewards import queries, redeeming, refusals
from tanhui.rewards.expiry import queries as expiry
from tanhui.rewards.moving_code import moving_text, seconds_left
from tanhui.rewards.records import Offer, Redemption, Shelved

router = Router(tags=["rewards"])
own = Router(tags=["citizen"], auth=Token())
_OFFER = re.compile(forms.OFFER)
_REDEEMING: dict[str, Any] = {"responses": description.REDEEMING}
_GOING_ON: dict[str, Any] = {"responses": description.GOING_ON}
_PROVING: dict[str, Any] = {"responses": description.problems(401, 409, 422, 429)}


def _reward(found: Shelved) -> dict[str, Any]:
    offer = found.offer
    payers = organisations(ids={batch.sponsor_id for batch in found.batches})
    told: dict[str, Any] = {
        name: getattr(offer, name) for name in forms.RewardForm.model_fields if hasattr(offer, name)
    }
    return {
        **told,
        "merchant": organisation_form(found.merchant),
        "points": offer.price_points,
        "level_min": offer.min_level + 1,
        "left": found.left,
        "next_opens_at": found.next_opens_at,
        "next_units": found.next_units,
        "batches": [
            {
                "sponsor": organisation_form(payers[batch.sponsor_id]),
                "cost_fen": batch.cost_fen,
                "units": batch.units,
                "left": batch.left_units,
                "opens_at": batch.opens_at,
                "until": batch.until,
            }
            for batch in found.batches
        ],
    }


@router.get(
    "/rewards",
    operation_id="rewards",
    response=forms.RewardsForm,
    openapi_extra=description.PUBLIC,
)
def list_rewards(request: HttpRequest, category: str = "") -> dict[str, Any]:
    """What is on the shelf: prices, what is left, who pays, when more comes."""
    del request
    shelf = queries.shelf(at=timezone.now(), category=category)
    return {"rewards": [_reward(found) for found in shelf]}


@router.get(
    "/rewards/{code}",
    operation_id="reward",
    response=forms.RewardForm,
    openapi_extra=description.PUBLIC,
)
def reward(request: HttpRequest, code: str) -> dict[str, Any]:
    """One offer, also after it was closed."""
    del request
    if not _OFFER.fullmatch(code):
        raise refusals.no_such_offer()
    return _reward(queries.shelved(code, timezone.now()))


def _redemption(made: Redemption, offer: Offer) -> dict[str, Any]:
    return {
        "id": made.id,
        "reward": offer.code,
        "title_zh": offer.title_zh,
        "title_en": offer.title_en,
        "units": made.units,
        "points": made.points,
        "state": made.state,
        "at": made.at,
        "hold_until": made.hold_until,
        "valid_until": made.valid_until,
        "confirmed_at": made.confirmed_at,
        "ended_at": made.ended_at,
        "reason": made.reason,
    }


def _own(made: Redemption, at: datetime) -> dict[str, Any]:
    offer = queries.offer_by_id(made.offer_id)
    usable = made.state == "confirmed"
    voucher = queries.voucher_of(made.citizen_id, made.id) if usable else None
    return {
        **_redemption(made, offer),
        "voucher": (
            {
                "code": voucher.code,
                "moving": moving_text(voucher.code, at),
                "moving_seconds": seconds_left(at),
            }
            if voucher
            else None
        ),
        "codes": (queries.codes_of(made.citizen_id, made.id) if made.state == "delivered" else []),
        "steps": [
            {"at": step.at, "state": step.state, "reason": step.reason}
            for step in queries.steps(made.citizen_id, made.id)
        ],
    }


@router.post(
    "/redemptions",
    operation_id="redeem",
    auth=Token(),
    response={200: forms.OwnRedemptionForm, 201: forms.OwnRedemptionForm},
    openapi_extra=_REDEEMING,
)
def redeem(
    request: HttpRequest,
    asked: forms.RedeemForm,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = "",
) -> Status[dict[str, Any]]:
    """Redeems a reward: 201 with the redemption, 200 where the key was answered before.

    Where many points are spent and the phone was not proved lately, it is only `reserved`: prove
    the phone (`POST /me/proof`) and confirm it until `hold_until`.
    """
    if not idempotency_key:
        raise Invalid(
            "idempotency_key_missing",
            zh="请求头里要有 Idempotency-Key，每次兑换一个。",
            en="The header Idempotency-Key is needed, another one for each redemption.",
        )
    at = timezone.now()
    made = redeeming.redeem_reward(
        actor=bearer(request).actor,
        offer_code=asked.reward,
        units=asked.units,
        key=idempotency_key,
        at=at,
    )
    return Status(201 if made.at == at else 200, _own(made, at))


@router.post(
    "/redemptions/{uuid:redemption_id}/confirm",
    operation_id="confirmRedemption",
    auth=Token(),
    response=forms.OwnRedemptionForm,
    openapi_extra=_GOING_ON,
)
def confirm(request: HttpRequest, redemption_id: UUID) -> dict[str, Any]:
    """The yes to what is reserved; a second one answers the same. 403 `step_up_needed`: prove."""
    at = timezone.now()
    made = redeeming.confirm_redemption(
        actor=bearer(request).actor, redemption_id=redemption_id, at=at
    )
    return _own(made, at)


@router.post(
    "/redemptions/{uuid:redemption_id}/return",
    operation_id="returnRedemption",
    auth=Token(),
    response=forms.OwnRedemptionForm,
    openapi_extra=_GOING_ON,
)
def give_back(request: HttpRequest, redemption_id: UUID) -> dict[str, Any]:
    """Gives back what was not used. The points return and keep their day of expiry."""
    at = timezone.now()
    made = redeeming.return_redemption(
        actor=bearer(request).actor, redemption_id=redemption_id, at=at
    )
    return _own(made, at)


@own.get(
    "/redemptions",
    operation_id="myRedemptions",
    response=forms.RedemptionsForm,
    openapi_extra=description.CITIZEN,
)
def my_redemptions(request: HttpRequest) -> dict[str, Any]:
    """One's own redemptions, the newest first."""
    found = queries.redemptions(bearer(request).person.id)
    offers = {number: queries.offer_by_id(number) for number in {one.offer_id for one in found}}
    return {"redemptions": [_redemption(one, offers[one.offer_id]) for one in found]}


@own.get(
    "/redemptions/{uuid:redemption_id}",
    operation_id="myRedemption",
    response=forms.OwnRedemptionForm,
    openapi_extra=description.CITIZEN,
)
def my_redemption(request: HttpRequest, redemption_id: UUID) -> dict[str, Any]:
    """One of one's own redemptions with its voucher or codes, and what happened to it."""
    return _own(queries.redemption(bearer(request).person.id, redemption_id), timezone.now())


@own.get(
    "/points",
    operation_id="myPoints",
    response=forms.OwnPointsForm,
    openapi_extra=description.CITIZEN,
)
def my_points(request: HttpRequest) -> dict[str, Any]:
    """One's own points, and what of them expires when: what was earned first goes first."""
    citizen_id, at = bearer(request).person.id, timezone.now()
    held, pause = queries.spendable(citizen_id, at), expiry.paused(citizen_id, at)
    return {
        "spendable": held.points,
        "waiting": held.waiting,
        "waiting_until": held.next_day,
        "reserved": held.reserved,
        "paused_until": pause.last if pause and pause.going_on else None,
        "buckets": [
            {"month": one.month, "points": one.points, "expires_on": one.expires_on}
            for one in expiry.buckets(citizen_id, at)
        ],
    }


@own.post(
    "/proof/code",
    operation_id="askProof",
    response=forms.SentForm,
    openapi_extra=_PROVING,
)
def ask_proof(request: HttpRequest) -> dict[str, Any]:
    """Sends a code to one's own phone, to prove it before many points are spent."""
    held = bearer(request)
    ask_step_up(actor=held.actor, at=timezone.now(), sms=gateway())
    return {"sent": True, "phone": held.person.phone_masked or ""}


@own.post("/proof", operation_id="prove", response=forms.ProvedForm, openapi_extra=_PROVING)
def prove(request: HttpRequest, given: forms.ProofForm) -> dict[str, Any]:
    """Takes the code. The token in the answer takes the place of the one that was sent."""
    at = timezone.now()
    token = give_step_up(
        actor=bearer(request).actor,
        session_token=request.headers.get("Authorization", "").partition(" ")[2],
        code=given.code,
        at=at,
    )
    return {"token": token, "proved_at": at}
