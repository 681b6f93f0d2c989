"""The citizen's routes under /m/."""

from __future__ import annotations

from django.urls import include, path

from tanhui.citizen import appeals, bills, consents, declare, login, personal, views
from tanhui.web import prove

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("login", login.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("scenes", views.scene_list, name="scenes"),
    path("scenes/<slug:code>", views.scene, name="scene"),
    path("declare", declare.declare, name="declare"),
    path("declare/<str:key>", declare.declared, name="declared"),
    path("statement", views.statement, name="statement"),
    path("days/<str:day>", bills.bill, name="bill"),
    path("days/<str:day>/bill.json", bills.bill_file, name="bill-file"),
    path("behaviours/<str:key>", views.why, name="why"),
    path("behaviours/<str:key>/recompute.json", views.recompute, name="recompute"),
    path("behaviours/<str:key>/appeal", appeals.appeal, name="appeal"),
    path("mall/", include("tanhui.citizen.mall_urls")),
    path("points/", include("tanhui.citizen.points_urls")),
    path("drops/", include("tanhui.citizen.drops_urls")),
    path("notices/", include("tanhui.citizen.notices_urls")),
    path("prove", prove.page, name="prove"),
    path("me", views.me, name="me"),
    path("consents", consents.consents, name="consents"),
    path("consents/first", consents.first, name="consents-first"),
    path("export", personal.export, name="export"),
    path("close", personal.close, name="close"),
    path("help", views.ask_for_help, name="help"),
]
