"""What a citizen's own programs may read: the balance, the statement, why a deed brought what."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.security import HttpBearer

from tanhui.api import description, forms
from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.rows import BehaviourRow, HoldNote, WhyCard
from tanhui.behaviours.told import hold_words
from tanhui.identity.queries import SignedIn, signed_in
from tanhui.kernel.refusals import Forbidden, Invalid
from tanhui.ledger import queries as ledger
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.methodology.explain import Step
from tanhui.scenes.in_force import library_in_force


class SignedInRequest(HttpRequest):
    """A request whose bearer is known."""

    auth: SignedIn


class Token(HttpBearer):
    """A session's token, as `tanhui token` gives one in a demo; cookies are not looked at."""

    def authenticate(self, request: HttpRequest, token: str) -> SignedIn:
        """Who holds the token. Refuses: `token_invalid`."""
        del request
        found = signed_in(token, timezone.now())
        if found is None:
            raise Forbidden(
                "token_invalid",
                zh="令牌无效或已过期。",
                en="The token is not valid, or no longer.",
            )
        return found


router = Router(tags=["citizen"], auth=Token())


def bearer(request: HttpRequest) -> SignedIn:
    """Whom the request's token belongs to."""
    return cast(SignedInRequest, request).auth


def _behaviour(row: BehaviourRow) -> forms.BehaviourForm:
    scene = library_in_force().scene(row.scene)
    return forms.BehaviourForm(
        key=row.key,
        scene=row.scene,
        partner=row.partner_code,
        started_at=row.started_at,
        ended_at=row.ended_at,
        recorded_at=row.recorded_at,
        amount=row.amount,
        measure=scene.measure,
        reduction_mg=row.reduction_mg,
        points=row.points,
        points_uncapped=row.points_uncapped,
        grade=row.grade,
        state=row.state,
    )


@router.get("", operation_id="me", response=forms.MeForm, openapi_extra=description.CITIZEN)
def me(request: HttpRequest) -> forms.MeForm:
    """Who the token belongs to, points and milligrams."""
    person = bearer(request).person
    held = ledger.balances(holder_id=person.id, kinds=(CITIZEN_POINTS, CITIZEN_REDUCTION))
    waiting = behaviours.points_waiting(citizen_id=person.id, at=timezone.now())
    return forms.MeForm(
        person_id=person.id,
        name_zh=person.name_zh,
        name_en=person.name_en,
        simulated=person.simulated,
        registered_at=person.registered_at,
        points=held[CITIZEN_POINTS].available,
        points_held=held[CITIZEN_POINTS].reserved,
        points_waiting=waiting.points,
        points_spendable_on=waiting.next_day,
        reduction_mg=held[CITIZEN_REDUCTION].available,
        reduction_held_mg=held[CITIZEN_REDUCTION].reserved,
    )


def _month(text: str) -> date | None:
    if not text:
        return None
    try:
        if len(text) != len("2026-01"):
            raise ValueError(text)
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Invalid(
            "month_unreadable",
            zh="月份应写成 2026-01 的样子。",
            en="Write the month as 2026-01.",
        ) from None


@router.get(
    "/statement",
    operation_id="statement",
    response=forms.StatementForm,
    openapi_extra=description.CITIZEN,
)
def statement(request: HttpRequest, month: str = "") -> forms.StatementForm:
    """The deeds of a month (`2026-01`), newest first; without one, of the latest with any."""
    found = behaviours.statement(
        citizen_id=bearer(request).person.id, month=_month(month), at=timezone.now()
    )
    return forms.StatementForm(
        month=found.month,
        behaviours=[_behaviour(row) for row in found.rows],
        months=list(found.months),
    )


def _step(step: Step) -> forms.StepForm:
    return forms.StepForm(
        role=step.role,
        symbol=step.symbol,
        label_zh=step.label.zh,
        label_en=step.label.en,
        value=step.value,
        unit=step.unit.en,
        expression=step.expression,
        substituted=step.substituted,
        source_zh=step.source.zh,
        source_en=step.source.en,
    )


def _why(card: WhyCard) -> forms.WhyForm:
    scene = library_in_force().scene(card.row.scene)
    points, explanation = card.points, card.explanation
    return forms.WhyForm(
        behaviour=_behaviour(card.row),
        inputs=scene.inputs(card.row.amount, card.row.detail),
        methodology=card.methodology,
        methodology_digest=card.methodology_digest,
        factors_digest=explanation.factors_digest,
        evaluation_digest=explanation.digest,
        steps=[_step(step) for step in explanation.steps],
        tariff=card.tariff,
        tariff_digest=card.tariff_digest,
        points=forms.PointsForm(
            mg_per_point=points.tariff.mg_per_point,
            grade_percent=points.percent,
            points_uncapped=points.points_uncapped,
            points_per_day_max=points.tariff.points_per_day_max,
            points_used_before=points.used_before,
            points_per_day_max_in_all=points.limit.per_day_max_in_all if points.limit else None,
            points_used_in_all=points.used_in_all,
            points=points.points,
        ),
        postings=[str(posting) for posting in card.posting_ids],
        hold=_hold(card.row.hold) if card.row.hold else None,
    )


def _hold(note: HoldNote) -> forms.HoldForm:
    appeal = note.appeal
    return forms.HoldForm(
        detector=note.detector,
        what_zh=hold_words(note, "zh").what,
        what_en=hold_words(note, "en").what,
        placed_at=note.placed_at,
        deadline=note.deadline,
        outcome=note.outcome,
        reason=note.reason or None,
        appeal=appeal.state if appeal else None,
        intended_reason=(appeal.intended or None) if appeal else None,
        asked=(appeal.asked or None) if appeal else None,
        said=list(appeal.said) if appeal else [],
        until=appeal.until if appeal else None,
        may=note.may or None,
    )


@router.get(
    "/behaviours/{key}/why",
    operation_id="why",
    response=forms.WhyForm,
    openapi_extra=description.CITIZEN,
)
def why(request: HttpRequest, key: str) -> forms.WhyForm:
    """Why one of one's own deeds brought what it brought, down to the factor rows."""
    return _why(behaviours.why(citizen_id=bearer(request).person.id, key=key))
