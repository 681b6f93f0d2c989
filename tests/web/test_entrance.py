"""Who asks: the address that limits how many codes one place can order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import RequestFactory

from tanhui.web.entrance import client_address


def test_without_a_proxy_what_the_client_claims_is_not_believed() -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="198.51.100.1"
    )
    assert settings.TANHUI.behind_proxy is False
    assert client_address(request) == "192.0.2.7"


def test_behind_our_proxy_the_last_address_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TANHUI", replace(settings.TANHUI, behind_proxy=True))
    request = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9"
    )
    assert client_address(request) == "203.0.113.9"
