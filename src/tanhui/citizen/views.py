"""The citizen's pages: each parses, asks once, and renders."""

from __future__ import annotations

import re
from datetime import date

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tanhui.behaviours import queries as behaviours
from tanhui.citizen import mall_shown, scenes, shown
from tanhui.citizen.consents import asks_first
from tanhui.citizen.recompute import recompute_document
from tanhui.citizen.spending import spending_of
from tanhui.identity import commands
from tanhui.web.entrance import PageRequest, citizens_only, entrance, session_cookie

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def _citizen_id(request: PageRequest) -> int:
    person_id = request.actor.person_id
    if person_id is None:
        raise Http404
    return person_id


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def home(request: PageRequest) -> HttpResponse:
    """The balance, the latest deeds, today and the week; first of all what must be asked."""
    if asks_first(request):
        return HttpResponseRedirect(reverse("citizen:consents-first"))
    citizen_id = _citizen_id(request)
    page = shown.home_page(citizen_id=citizen_id, at=request.at)
    could = mall_shown.could_have(
        citizen_id=citizen_id, points=max(0, page.points - page.waiting.points), at=request.at
    )
    elder = request.appearance.view == "elder"
    template = "citizen/home_elder.html" if elder else "citizen/home.html"
    return render(request, template, {"page": page, "could": could, "tab": "home"})


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def statement(request: PageRequest) -> HttpResponse:
    """One month of deeds, and the sources they come from."""
    asked = _MONTH.fullmatch(request.GET.get("month", ""))
    page = shown.statement_page(
        citizen_id=_citizen_id(request),
        month=date(int(asked[1]), int(asked[2]), 1) if asked else None,
        shown=request.GET.get("show", ""),
        at=request.at,
    )
    spending = spending_of(citizen_id=_citizen_id(request), month=page.month, at=request.at)
    told = {"page": page, "spending": spending, "tab": "statement"}
    return render(request, "citizen/statement.html", told)


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def scene_list(request: PageRequest) -> HttpResponse:
    """What can be done today, scene by scene."""
    page = scenes.scenes_page(citizen_id=_citizen_id(request), at=request.at)
    return render(request, "citizen/scenes.html", {"page": page, "tab": "scenes"})


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def scene(request: PageRequest, code: str) -> HttpResponse:
    """One scene: today's room, how it counts, what it gave, who brings it."""
    page = scenes.scene_page(citizen_id=_citizen_id(request), code=code, at=request.at)
    return render(request, "citizen/scene.html", {"page": page, "tab": "scenes"})


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def why(request: PageRequest, key: str) -> HttpResponse:
    """Why one deed brought what it brought."""
    page = shown.why_page(citizen_id=_citizen_id(request), key=key)
    return render(request, "citizen/why.html", {"page": page, "tab": "statement"})


@entrance
@require_GET
@citizens_only
def recompute(request: PageRequest, key: str) -> HttpResponse:
    """The same as a file that anyone can recompute offline."""
    card = behaviours.why(citizen_id=_citizen_id(request), key=key)
    response = JsonResponse(
        recompute_document(card), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="tanhui-{card.row.key}.json"'
    return response


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def me(request: PageRequest) -> HttpResponse:
    """Language, view, theme, what is stored, and the way out."""
    return render(request, "citizen/me.html", {"tab": "me"})


@entrance
@require_http_methods(["GET", "HEAD"])
def ask_for_help(request: PageRequest) -> HttpResponse:
    """Whom to ask, in plain words."""
    return render(request, "citizen/help.html", {"tab": "me"})


@entrance
@require_POST
@citizens_only
def log_out(request: PageRequest) -> HttpResponse:
    """Ends the session here."""
    commands.log_out(
        actor=request.actor,
        session_token=request.COOKIES.get(session_cookie(), ""),
        at=request.at,
    )
    response = HttpResponseRedirect(reverse("citizen:login"))
    response.delete_cookie(session_cookie())
    return response
