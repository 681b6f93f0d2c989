"""The owners' routes under /portal/projects/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import owner, owner_design, owner_files

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
]
