"""A day's bill: every deed of one day computed again, as a page and as a file."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from tanhui.behaviours.bill import DayBill, day_bill
from tanhui.citizen.shown import Deed
from tanhui.web.entrance import PageRequest, citizens_only, entrance


def _bill(request: PageRequest, day: str) -> DayBill:
    if request.actor.person_id is None:
        raise Http404
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if asked.year < 2000:
        raise Http404
    return day_bill(citizen_id=request.actor.person_id, day=asked)


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def bill(request: PageRequest, day: str) -> HttpResponse:
    """One day's deeds in the order in which they filled its limits, each computed again."""
    found = _bill(request, day)
    lines = [(line, Deed(line.row, line.scene)) for line in found.lines]
    return render(request, "citizen/bill.html", {"bill": found, "lines": lines, "tab": "statement"})


@entrance
@require_GET
@citizens_only
def bill_file(request: PageRequest, day: str) -> HttpResponse:
    """The same for a machine."""
    found = _bill(request, day)
    response = JsonResponse(_document(found), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="tanhui-{found.day}.json"'
    return response


def _document(bill: DayBill) -> dict[str, object]:
    return {
        "day": bill.day.isoformat(),
        "reduction_mg": bill.reduction_mg,
        "points": bill.points,
        "agrees_with_the_books": bill.agrees,
        "lines": [
            {
                "key": line.row.key,
                "scene": line.row.scene,
                "started_at": line.row.started_at.isoformat(),
                "recorded_at": line.row.recorded_at.isoformat(),
                "inputs": line.scene.inputs(line.row.amount, line.row.detail),
                "grade": line.row.grade,
                "state": line.row.state,
                "methodology": line.methodology,
                "tariff": line.tariff,
                "limit": line.limit or None,
                "reduction_mg": line.reduction_mg,
                "points_before_limits": line.points_uncapped,
                "room_of_scene": line.room,
                "room_in_all": line.room_in_all,
                "points": line.points,
                "agrees": line.agrees,
            }
            for line in bill.lines
        ],
    }
