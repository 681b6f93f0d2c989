"""Who may enter which desk of the portal."""

from __future__ import annotations

from django.views.decorators.http import require_http_methods

from tanhui.web.entrance import staff_only

owners = staff_only("owner", login="portal:login")
verifiers = staff_only("verifier", login="portal:login")
merchants = staff_only("merchant", login="portal:login")
sponsors = staff_only("sponsor", login="portal:login")
holders = staff_only("owner", "buyer", login="portal:login")
reading = require_http_methods(["GET", "HEAD"])
acting = require_http_methods(["GET", "HEAD", "POST"])
