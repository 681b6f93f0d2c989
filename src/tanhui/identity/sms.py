"""The port through which short messages leave, and the one that only pretends to send."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Protocol

from django.conf import settings

from tanhui.identity import refusals
from tanhui.identity.phones import masked

_log = logging.getLogger("tanhui.identity.sms")
_REMEMBERED_MAX = 1_000


class Sms(Protocol):
    """Sends log-in codes. An implementation raises nothing of its own but `Refusal`s."""

    def send_login_code(self, phone: str, code: str) -> None:
        """Hands one code to the operator's gateway."""


class SimulatedSms:
    """Sends nothing: writes the code to the server's log and remembers it for the demo's page."""

    def __init__(self) -> None:
        self._codes: OrderedDict[str, str] = OrderedDict()

    def send_login_code(self, phone: str, code: str) -> None:
        _log.info("模拟短信 simulated SMS to %s: log-in code %s", masked(phone), code)
        self._codes[phone] = code
        self._codes.move_to_end(phone)
        while len(self._codes) > _REMEMBERED_MAX:
            self._codes.popitem(last=False)

    def code_for(self, phone: str) -> str | None:
        """The last code this process pretended to send to `phone`."""
        return self._codes.get(phone)


class MissingSms:
    """Stands where no gateway has been set up: nobody is told that a code is on its way."""

    def send_login_code(self, phone: str, code: str) -> None:
        """Refuses `sms_not_set_up`."""
        del phone, code
        raise refusals.sms_not_set_up()


simulated_sms = SimulatedSms()


def gateway() -> Sms:
    """The way short messages leave this installation; a real one never prints codes."""
    return simulated_sms if settings.TANHUI.simulated else MissingSms()
