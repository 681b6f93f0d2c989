"""Somebody to tell things to, and ways out that remember what was handed to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tanhui.identity.commands import register_person
from tanhui.kernel.actors import Actor, Assurance
from tanhui.notices.gateways.ways import Answer, Ways
from tanhui.notices.template import Language
from tests.cast import CITIZEN, NOW

PHONE = "13912345678"


def citizen(person_id: int) -> Actor:
    """A logged-in citizen."""
    return Actor(f"person:{person_id}", frozenset({"citizen"}), person_id, None, Assurance.PHONE)


@pytest.fixture
def person(db: None) -> int:
    """Somebody who has just registered."""
    del db
    return register_person(actor=CITIZEN, phone=PHONE, display_name="", at=NOW)


class Told:
    """All three ways at once: they answer what they are told to, and remember."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.answers: list[Answer] = []

    def _take(self, channel: str, address: str, text: str) -> Answer:
        self.sent.append((channel, address, text))
        return self.answers.pop(0) if self.answers else Answer(reference=f"R{len(self.sent)}")

    def openid(self, code: str) -> tuple[str, Answer]:
        """A code that begins with `bad` is nobody's."""
        return ("", Answer(code="40029")) if code.startswith("bad") else (f"o-{code}", Answer())

    def ways(self) -> Ways:
        """These as an installation's ways."""
        return Ways(_Subscribe(self), _Sms(self), _Mail(self))


class _Subscribe:
    def __init__(self, told: Told) -> None:
        self._told = told

    def send(
        self,
        *,
        openid: str,
        template_id: str,
        page: str,
        values: Mapping[str, str],
        language: Language,
    ) -> Answer:
        del template_id, page, language
        return self._told._take("subscribe", openid, "|".join(values.values()))

    def openid(self, code: str) -> tuple[str, Answer]:
        return self._told.openid(code)


class _Sms:
    def __init__(self, told: Told) -> None:
        self._told = told

    def send(self, *, phone: str, template_id: str, values: Sequence[str], text: str) -> Answer:
        del template_id, values
        return self._told._take("sms", phone, text)


class _Mail:
    def __init__(self, told: Told) -> None:
        self._told = told

    def send(self, *, address: str, subject: str, text: str) -> Answer:
        return self._told._take("mail", address, f"{subject}\n{text}")


@pytest.fixture
def told() -> Told:
    """Ways out that remember."""
    return Told()
