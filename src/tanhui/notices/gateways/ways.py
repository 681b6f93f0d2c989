"""What a way out is: it takes one message and answers what became of it. It raises nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tanhui.notices.template import Language


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operator said. Without a `code` the message was taken, under its `reference`.

    `again`: the same may go through later. `gone`: what the operator needs, an address or a
    permission, is no longer there, so that nothing else will go through by it either.
    """

    reference: str = ""
    code: str = ""
    again: bool = False
    gone: bool = False

    @property
    def ok(self) -> bool:
        """Whether the operator took the message."""
        return not self.code


class Subscribe(Protocol):
    """Sends subscribe messages."""

    def send(
        self,
        *,
        openid: str,
        template_id: str,
        page: str,
        values: Mapping[str, str],
        language: Language,
    ) -> Answer:
        """Hands one message to WeChat."""

    def openid(self, code: str) -> tuple[str, Answer]:
        """Whose mini-program gave this code: the openid, empty where the answer has a code."""


class Sms(Protocol):
    """Sends text messages by the operator's own templates."""

    def send(self, *, phone: str, template_id: str, values: Sequence[str], text: str) -> Answer:
        """Hands one message for a phone (eleven digits) to the operator."""


class Mail(Protocol):
    """Sends mail."""

    def send(self, *, address: str, subject: str, text: str) -> Answer:
        """Hands one message to the server."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out of this installation; None is one that it does not have."""

    subscribe: Subscribe | None = field(default=None)
    sms: Sms | None = field(default=None)
    mail: Mail | None = field(default=None)

    @property
    def open(self) -> tuple[str, ...]:
        """The names of the ways that lead somewhere."""
        named = {"subscribe": self.subscribe, "sms": self.sms, "mail": self.mail}
        return tuple(name for name, way in named.items() if way is not None)
