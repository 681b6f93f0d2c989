"""The desk for personal data: requests by phone, their terms, exports, erasures by two persons."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse

from tanhui.behaviours.personal import requests
from tanhui.cases import queries as cases
from tanhui.cases.kinds import StepRule
from tanhui.cases.queries import Case
from tanhui.console.doors import acting, staff
from tanhui.identity.phones import masked, parse_phone
from tanhui.identity.sms import gateway, simulated_sms
from tanhui.kernel.refusals import Refusal
from tanhui.web.desk import Refused, done, perform, show_page, typed_id
from tanhui.web.entrance import PageRequest, entrance

_TERM_DAYS = 15


@dataclass(frozen=True, slots=True)
class Request:
    """An open request: what is wanted, and which steps this reader is offered."""

    case: Case
    wants: str
    steps: tuple[StepRule, ...]
    reason: str

    @property
    def offered(self) -> dict[str, bool]:
        """The offered steps by name, with `_` for `-`."""
        return {step.name.replace("-", "_"): True for step in self.steps}


@entrance
@acting
@staff
def desk(request: PageRequest) -> HttpResponse:
    """Asks for the caller's phone and code; lists what is open, each with its next step."""
    if request.method == "POST" and request.POST.get("act") == "hand_over":
        return _hand_over(request)

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused)

    acts = {
        "send": _sent,
        "open": _open,
        "propose": _propose,
        "erase": _erase,
        "refuse": _refuse,
    }
    return perform(request, acts, show)


def _page(request: PageRequest, refused: Refused | None, phone: str = "") -> HttpResponse:
    phone = phone or (request.POST.get("phone", "") if refused and refused.act == "open" else "")
    return show_page(
        request,
        "console/personal.html",
        refused=refused,
        tab="personal",
        phone=phone,
        phone_masked=_masked(phone),
        simulated_code=simulated_sms.code_for(phone) if settings.TANHUI.simulated else None,
        open=[_told(request, found) for found in requests.open_requests(actor=request.actor)],
        term_days=_TERM_DAYS,
    )


def _masked(phone: str) -> str:
    try:
        return masked(parse_phone(phone)) if phone else ""
    except Refusal:
        return ""


def _told(request: PageRequest, found: Case) -> Request:
    written = [step.words for step in cases.history(found.id) if step.words]
    return Request(
        case=found,
        wants=str(found.facts.get("wants")),
        steps=tuple(cases.offered(found, request.actor)),
        reason=written[-1] if written else "",
    )


def _sent(request: PageRequest) -> HttpResponse:
    phone = requests.send_code(
        actor=request.actor, phone=request.POST.get("phone", ""), at=request.at, sms=gateway()
    )
    return _page(request, None, phone)


def _open(request: PageRequest) -> HttpResponse:
    requests.open_request(
        actor=request.actor,
        phone=request.POST.get("phone", ""),
        code=request.POST.get("code", ""),
        wants=request.POST.get("wants", ""),
        at=request.at,
    )
    return done("request_opened", "console:personal")


def _propose(request: PageRequest) -> HttpResponse:
    requests.propose_erasure(
        actor=request.actor,
        case_id=typed_id(request.POST.get("case", "")),
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("erasure_proposed", "console:personal")


def _erase(request: PageRequest) -> HttpResponse:
    requests.erase(
        actor=request.actor, case_id=typed_id(request.POST.get("case", "")), at=request.at
    )
    return done("person_erased", "console:personal")


def _refuse(request: PageRequest) -> HttpResponse:
    requests.refuse(
        actor=request.actor,
        case_id=typed_id(request.POST.get("case", "")),
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("request_refused", "console:personal")


def _hand_over(request: PageRequest) -> HttpResponse:
    document = requests.hand_over(
        actor=request.actor, case_id=typed_id(request.POST.get("case", "")), at=request.at
    )
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="tanhui-personal-data.json"'
    return response
