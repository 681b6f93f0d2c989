"""The verifiers' routes under /portal/verification/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import verifying, verifying_files

urlpatterns = [
    path("", verifying.home, name="verifications"),
    path("keys", verifying.keys, name="verifying-keys"),
    path("projects/<str:code>", verifying.filing, name="verifying-filing"),
    path("projects/<str:code>/sign", verifying.sign_filing, name="verifying-filing-sign"),
    path(
        "projects/<str:code>/statement-<str:opinion>.json",
        verifying.filing_statement,
        name="verifying-filing-statement",
    ),
    path(
        "projects/<str:code>/design.json",
        verifying_files.design_json,
        name="verifying-filing-design",
    ),
    path(
        "projects/<str:code>/papers/<uuid:document_id>/<int:number>",
        verifying.document,
        name="verifying-paper",
    ),
    path("periods/<int:period_id>", verifying.report, name="verifying-report"),
    path(
        "periods/<int:period_id>/report.json",
        verifying_files.report_json,
        name="verifying-report-file",
    ),
    path("periods/<int:period_id>/sign", verifying.sign_report, name="verifying-report-sign"),
    path(
        "periods/<int:period_id>/statement-<str:opinion>.json",
        verifying.report_statement,
        name="verifying-report-statement",
    ),
]
