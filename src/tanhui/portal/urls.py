"""The organisations' routes under /portal/."""

from __future__ import annotations

from django.urls import include, path

from tanhui.portal import login, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("login", login.log_in, name="login"),
    path("logout", login.log_out, name="logout"),
    path("keys", views.keys, name="keys"),
    path("sandbox", views.sandbox, name="sandbox"),
    path("projects/", include("tanhui.portal.projects_urls")),
    path("holdings/", include("tanhui.portal.holdings_urls")),
    path("verification/", include("tanhui.portal.verifying_urls")),
    path("merchant/", include("tanhui.portal.merchant_urls")),
    path("sponsor/", include("tanhui.portal.sponsor_urls")),
    path("quota", views.quota, name="quota"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<uuid:delivery_id>", views.delivery, name="delivery"),
    path("days", views.days, name="days"),
    path("days.csv", views.days_file, name="days-csv"),
    path("corrections", views.corrections, name="corrections"),
]
