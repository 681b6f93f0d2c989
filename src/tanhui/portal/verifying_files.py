"""What a verification body takes home to sign: the report or design exactly as it was hashed."""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.portal.doors import reading, verifiers
from tanhui.projects.monitoring.reports import report_file
from tanhui.projects.verification.filings import design_file
from tanhui.web.entrance import PageRequest, entrance


@entrance
@reading
@verifiers
def report_json(request: PageRequest, period_id: int) -> HttpResponse:
    """The version of a report that was handed in last; its SHA-256 stands in the statement."""
    return _file(report_file(request.actor, period_id), "report.json")


@entrance
@reading
@verifiers
def design_json(request: PageRequest, code: str) -> HttpResponse:
    """The newest design of a filing; its SHA-256 stands in the statement."""
    return _file(design_file(request.actor, code), "design.json")


def _file(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
