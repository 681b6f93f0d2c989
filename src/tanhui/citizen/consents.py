"""What a citizen has agreed to, told in plain words; giving, withdrawing, and the first asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tanhui.identity.consents import commands, queries, refusals
from tanhui.identity.consents.purposes import ACCOUNT, GUARDIAN, Purpose, city_purposes
from tanhui.identity.consents.queries import ConsentState
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.queries import BoundPartner, bound_to
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.web.choices import safe_next
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

_ACTS = {"give": commands.give, "withdraw": commands.withdraw}


@dataclass(frozen=True, slots=True)
class Asked:
    """One purpose as the page shows it, for one partner where it concerns one.

    `chip` is `ok` (given), `wait` (given, but the words have changed) or `neutral` (not given).
    """

    purpose: Purpose
    state: ConsentState | None
    partner: BoundPartner | None = None
    scenes: tuple[Scene, ...] = ()

    @property
    def given(self) -> bool:
        """Whether the last word is yes."""
        return self.state is not None and self.state.given

    @property
    def changed(self) -> bool:
        """Whether the words have changed since yes was said."""
        return self.given and self.state is not None and self.state.version != self.purpose.version

    @property
    def since(self) -> datetime | None:
        """When the last word was said."""
        return self.state.at if self.state else None

    @property
    def may_withdraw(self) -> bool:
        """Whether it can be taken back without closing the account."""
        return self.given and not self.purpose.required and self.purpose.id != GUARDIAN


def asked_of(person_id: int) -> list[Asked]:
    """Every purpose with the person's last word, and one entry for each partner that is bound."""
    known = {(state.purpose, state.partner_id): state for state in queries.of(person_id)}
    modes = {scene.mode: scene for scene in library_in_force().scenes}
    told: list[Asked] = []
    for purpose in city_purposes(settings.TANHUI.content_root):
        if not purpose.per_partner:
            state = known.get((purpose.id, commands.NO_PARTNER))
            if purpose.id != GUARDIAN or state is not None:
                told.append(Asked(purpose, state))
            continue
        told += [
            Asked(
                purpose,
                known.get((purpose.id, partner.id)),
                partner,
                tuple(modes[mode] for mode in partner.modes if mode in modes),
            )
            for partner in bound_to(person_id)
        ]
    return told


def asks_first(request: PageRequest) -> bool:
    """Whether somebody real still has to be asked; simulated persons agreed in bulk."""
    person = request.person
    return person is not None and not person.simulated and bool(queries.to_ask(person.id))


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def consents(request: PageRequest) -> HttpResponse:
    """Every purpose and every bound partner; one button each."""
    error, status = "", 200
    if request.method == "POST":
        try:
            return _answered(request)
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    asked = asked_of(_person_id(request))
    context = {
        "own": [one for one in asked if one.partner is None],
        "partners": [one for one in asked if one.partner is not None],
        "error": error,
        "done": request.GET.get("done", "") in _ACTS and request.GET["done"],
        "tab": "me",
    }
    return render(request, "citizen/consents.html", context, status=status)


def _answered(request: PageRequest) -> HttpResponse:
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
    partner = request.POST.get("partner", "")
    if partner and not (partner.isascii() and partner.isdigit() and len(partner) <= 9):
        raise Http404
    act(
        actor=request.actor,
        purpose=request.POST.get("purpose", ""),
        partner_id=int(partner) if partner else None,
        channel="page",
        at=request.at,
    )
    return HttpResponseRedirect(f"{reverse('citizen:consents')}?done={request.POST['act']}")


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def first(request: PageRequest) -> HttpResponse:
    """Asks a new citizen, or whoever has not seen the present words; nothing is ticked for them."""
    asked = queries.to_ask(_person_id(request))
    home = safe_next(request, reverse("citizen:home"))
    if not asked:
        return HttpResponseRedirect(home)
    error, status = "", 200
    if request.method == "POST":
        try:
            if _is_new(asked) and request.POST.get("age") not in ("over_14", "under_14"):
                raise refusals.age_missing()
            commands.answer_first(
                actor=request.actor,
                agreed=request.POST.getlist("agreed"),
                under_14=request.POST.get("age") == "under_14",
                guardian_agrees="guardian" in request.POST.getlist("agreed"),
                at=request.at,
            )
            return HttpResponseRedirect(home)
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    return render(
        request,
        "citizen/consents_first.html",
        {
            "asked": asked,
            "guardian": _guardian() if _is_new(asked) else None,
            "agreed": request.POST.getlist("agreed"),
            "age": request.POST.get("age", ""),
            "next": safe_next(request, ""),
            "error": error,
            "tab": "me",
        },
        status=status,
    )


def _guardian() -> Purpose:
    purposes = city_purposes(settings.TANHUI.content_root)
    return next(purpose for purpose in purposes if purpose.id == GUARDIAN)


def _is_new(asked: Sequence[Purpose]) -> bool:
    """Whether the account's own words are among what is asked, so the age is asked too."""
    return any(purpose.id == ACCOUNT for purpose in asked)


def _person_id(request: PageRequest) -> int:
    if request.actor.person_id is None:
        raise Http404
    return request.actor.person_id
