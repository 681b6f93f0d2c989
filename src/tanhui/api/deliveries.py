"""Signed batches of a partner, and their results again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from tanhui.api import description
from tanhui.api.bodies import items_of, read_body
from tanhui.api.limits import with_limits
from tanhui.api.problems import refusal_problem
from tanhui.api.senders import Sender, sender_of
from tanhui.behaviours import batch_reading
from tanhui.behaviours.delivering import Answered, Delivery, deliver
from tanhui.behaviours.gathering import Gathering
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.partners import quota
from tanhui.partners.deliveries import body_digest, find_delivery
from tanhui.partners.messages import Message

router = Router(tags=["partners"])
# Deliveries of so few items are settled together with others that arrive meanwhile.
_FEW_ITEMS = 3
Asked = tuple[Actor, Delivery, datetime]


def warm_up() -> None:
    """Makes a process ready for the first batch of the day."""
    batch_reading.warm_up(timezone.now())


def _deliver_together(asked: Sequence[Asked]) -> Sequence[Answered | Exception]:
    """One transaction for all; the time is the latest at which one of them came."""
    actor = asked[0][0]
    return deliver(
        actor=actor,
        deliveries=[delivery for _, delivery, _ in asked],
        at=max(at for _, _, at in asked),
    )


_gathering: Gathering[Asked, Answered] = Gathering(_deliver_together)


def _answered(sender: Sender, delivery: Delivery, at: datetime) -> Answered:
    if len(delivery.items) <= _FEW_ITEMS:
        place = (sender.key.partner_id, sender.key.environment)
        return _gathering.ask(place, (sender.actor, delivery, at))
    told = deliver(actor=sender.actor, deliveries=[delivery], at=at)[0]
    if isinstance(told, Refusal):
        raise told
    return told


def limited_problem(sender: Sender, refusal: Refusal, at: datetime) -> HttpResponse:
    """A refusal to a partner that we know, with what is left of its quota."""
    left = quota.allowance(
        partner_id=sender.key.partner_id, environment=sender.key.environment, at=at
    )
    return with_limits(refusal_problem(refusal), left)


@router.post(
    "/behaviours:batch",
    operation_id="record_batch",
    openapi_extra=description.RECORD_BATCH,
)
def record_batch(request: HttpRequest) -> HttpResponse:
    """Record up to 1,000 behaviours; one result for each, in order.

    The same `webhook-id` with the same body gets the same answer for a month, with the header
    `Tanhui-Replayed: true`. A behaviour that was recorded before answers `exists`.
    """
    at = timezone.now()
    body = read_body(request)
    # A key that was revoked meanwhile is refused where the message is opened.
    sender = sender_of(request, body, at, lately=True)
    try:
        items = items_of(
            body,
            request.headers.get("Content-Type", ""),
            request.headers.get("Content-Encoding", ""),
        )
        message = Message(sender.key, sender.message_id, body_digest(body))
        answered = _answered(sender, Delivery(message, items), at)
    except Refusal as refusal:
        return limited_problem(sender, refusal, at)
    response = HttpResponse(answered.result, content_type="application/json")
    if answered.replayed:
        response["Tanhui-Replayed"] = "true"
    return with_limits(response, answered.allowance)


@router.get(
    "/batches/{batch_id}",
    operation_id="batch",
    openapi_extra=description.BATCH,
)
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    """The results of a batch again, by its `webhook-id`; they are kept for a month.

    The request is signed over an empty body, with a `webhook-id` of its own.
    """
    at = timezone.now()
    sender = sender_of(request, b"", at)
    found = find_delivery(
        partner_id=sender.key.partner_id, environment=sender.key.environment, message_id=batch_id
    )
    if found is None or found.result is None:
        refusal = NotFound(
            "no_such_batch",
            zh="没有这个批次；结果只保留一个月。",
            en="There is no such batch; results are kept for a month.",
        )
        return limited_problem(sender, refusal, at)
    left = quota.allowance(
        partner_id=sender.key.partner_id, environment=sender.key.environment, at=at
    )
    return with_limits(HttpResponse(found.result, content_type="application/json"), left)
