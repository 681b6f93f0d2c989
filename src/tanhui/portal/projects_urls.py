"""The owners' routes under /portal/projects/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import owner, owner_design, owner_files, owner_periods

urlpatterns = [
    path("", owner.index, name="projects"),
    path("new", owner.new, name="project-new"),
    path("<str:code>/", owner.overview, name="project"),
    path("<str:code>/facts", owner.facts, name="project-facts"),
    path("<str:code>/documents", owner_files.documents, name="project-documents"),
    path("<str:code>/documents/<uuid:document_id>", owner_files.document, name="project-file"),
    path("<str:code>/design", owner_design.design, name="project-design"),
    path("<str:code>/design.xlsx", owner_design.workbook_file, name="project-workbook"),
    path("<str:code>/agreement", owner_files.agreement, name="project-agreement"),
    path("<str:code>/agreement.pdf", owner_files.agreement_file, name="agreement-pdf"),
    path("<str:code>/periods", owner_periods.periods, name="project-periods"),
    path("<str:code>/periods/<int:number>", owner_periods.period, name="project-period"),
    path(
        "<str:code>/periods/<int:number>.xlsx", owner_periods.workbook_file, name="period-workbook"
    ),
]
