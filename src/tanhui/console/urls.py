"""The routes of the operator and the authority under /console/."""

from __future__ import annotations

from django.urls import include, path

from tanhui.console import (
    audit,
    health,
    holds,
    login,
    notices,
    organisations,
    partners,
    permissions,
    personal,
    records,
    rules,
    staff,
)

app_name = "console"
urlpatterns = [
    path("", records.home, name="home"),
    path("login", login.log_in, name="login"),
    path("logout", login.log_out, name="logout"),
    path("holds/", holds.desk, name="holds"),
    path("holds/quality", holds.quality, name="hold-quality"),
    path("holds/<uuid:hold_id>", holds.desk, name="hold"),
    path("holds/<uuid:hold_id>/photos/<uuid:file_id>", holds.photo, name="hold-photo"),
    path("partners/", partners.index, name="partners"),
    path("partners/<str:code>/", partners.partner, name="partner"),
    path("partners/<str:code>/days", partners.days, name="days"),
    path("partners/<str:code>/days.csv", partners.days_file, name="days-csv"),
    path("partners/<str:code>/deliveries/<uuid:delivery_id>", partners.delivery, name="delivery"),
    path("permissions", permissions.table, name="permissions"),
    path("projects/", include("tanhui.console.projects_urls")),
    path("credits/", include("tanhui.console.credits_urls")),
    path("rewards/causes/", include("tanhui.console.causes_urls")),
    path("rewards/", include("tanhui.console.rewards_urls")),
    path("drops/", include("tanhui.console.drops_urls")),
    path("disputes/", include("tanhui.console.disputes_urls")),
    path("organisations", organisations.desk, name="organisations"),
    path("staff", staff.desk, name="staff"),
    path("health", health.page, name="health"),
    path("notices", notices.page, name="notices"),
    path("audit", audit.desk, name="audit"),
    path("audit.csv", audit.export, name="audit-csv"),
    path("personal", personal.desk, name="personal"),
    path("records", records.record, name="record"),
    path("rules/", rules.index, name="rules"),
    path("rules/proposals/<int:proposal_id>", rules.proposal, name="rule-proposal"),
    path("rules/proposals/<int:proposal_id>/replay", rules.progress, name="rule-progress"),
    path("rules/<str:kind>/<str:document>/new", rules.new, name="rule-new"),
]
