"""Every route of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from tanhui.api import problems
from tanhui.board import certificates, front, health, verify
from tanhui.citizen import login
from tanhui.web import choices, errors, second_factor

urlpatterns: list[URLPattern | URLResolver] = [
    # Asked far more often than all others together, so it is found first.
    path("api/", include("tanhui.api.urls")),
    path("", front.front, name="front"),
    path("about/", front.about, name="about"),
    path("board/definitions", front.definitions, name="board-definitions"),
    path("embed/", include("tanhui.board.embed_urls")),
    path("open-data/", include("tanhui.board.open_data_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("verify", verify.page, name="verify"),
    path(f"verify/{verify.PROGRAM}", verify.program, name="verify-program"),
    path(f"verify/{verify.SIGNER}", verify.signer, name="sign-program"),
    path(f"verify/{verify.DRAWER}", verify.drawer, name="draw-program"),
    path("verify/policy", certificates.policy, name="verify-policy"),
    path("choose", choices.choose, name="choose"),
    path("login/<str:token>", login.follow_link, name="login-link"),
    path("second-factor/", second_factor.page, name="second-factor"),
    path("second-factor/picture.svg", second_factor.picture, name="second-factor-picture"),
    path("m/", include("tanhui.citizen.urls")),
    path("portal/", include("tanhui.portal.urls")),
    path("console/", include("tanhui.console.urls")),
    path("methodologies/", include("tanhui.board.urls")),
    path("rules/", include("tanhui.board.rules_urls")),
    path("registry/", include("tanhui.board.registry_urls")),
    path("draws/", include("tanhui.board.draws_urls")),
    path("funding/", include("tanhui.board.funding_urls")),
    path("certificates/", include("tanhui.board.certificates_urls")),
]

handler400 = problems.or_page(400, errors.bad_request)
handler403 = problems.or_page(403, errors.permission_denied)
handler404 = problems.or_page(404, errors.page_not_found)
handler500 = problems.or_page(500, errors.server_error)
