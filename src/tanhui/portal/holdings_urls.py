"""The holders' routes under /portal/holdings/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import holdings, retiring

urlpatterns = [
    path("", holdings.home, name="holdings"),
    path("statement.csv", holdings.statement, name="statement"),
    path("transfer", holdings.transfer, name="transfer"),
    path("pledge", holdings.pledge, name="pledge"),
    path("retire", retiring.retire, name="retire"),
    path("retirements/", retiring.retirements, name="retirements"),
    path("retirements/<str:number>", retiring.retirement, name="retirement"),
]
