"""The public certificates' routes under /certificates/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import certificates

app_name = "certificates"
urlpatterns = [
    path("<str:number>.json", certificates.file, name="file"),
    path("<str:number>.pdf", certificates.paper, name="paper"),
    path("<str:number>.proof", certificates.proof, name="proof"),
    path("<str:number>.leaf", certificates.leaf, name="leaf"),
    path("<str:number>", certificates.page, name="page"),
]
