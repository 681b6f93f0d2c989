"""The authority's routes for projects under /console/projects/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import periods, projects

urlpatterns = [
    path("", projects.desk, name="projects"),
    path("periods/<int:period_id>", periods.period, name="period"),
    path("periods/<int:period_id>/bench", periods.report_bench, name="period-bench"),
    path("<str:code>", projects.project, name="project"),
    path("<str:code>/bench", periods.filing_bench, name="project-bench"),
    path("<str:code>/agreement.pdf", projects.agreement, name="project-agreement"),
    path(
        "<str:code>/papers/<uuid:document_id>/<int:number>",
        projects.document,
        name="project-paper",
    ),
]
