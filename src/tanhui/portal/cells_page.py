"""What pages with cells share: the workbook as a file, and its faults by their cells."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from tanhui.projects.workbook import WorkbookFaulty
from tanhui.vault.purposes import XLSX
from tanhui.web.refusals import STATUS


def workbook_response(data: bytes, name: str) -> HttpResponse:
    """A workbook as a download."""
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def faults_response(response: HttpResponse) -> HttpResponse:
    """A page that shows what is wrong with the cells, as an answer to what was sent."""
    response.status_code = STATUS["invalid"]
    return response


def kept_or_faults(
    keep: Callable[[], HttpResponse], show: Callable[[WorkbookFaulty], HttpResponse]
) -> HttpResponse:
    """Keeps a workbook; where cells are wrong, shows all of them at once."""
    try:
        return keep()
    except WorkbookFaulty as faulty:
        return faults_response(show(faulty))
