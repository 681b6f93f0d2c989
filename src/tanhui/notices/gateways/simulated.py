"""Ways that send nothing: they write to the server's log and remember, for demos and tests."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tanhui.identity.phones import masked
from tanhui.notices.gateways.ways import Answer, Ways
from tanhui.notices.template import Language

_log = logging.getLogger("tanhui.notices")
_REMEMBERED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What was pretended to be sent."""

    channel: str
    address: str
    text: str


class Outbox:
    """What the simulated ways of this process have sent, the newest last."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque(maxlen=_REMEMBERED_MAX)
        self._count = 0

    def add(self, channel: str, address: str, text: str) -> Answer:
        """Remembers one; the log never shows where it went."""
        self._sent.append(Sent(channel, address, text))
        self._count += 1
        _log.info("模拟通知 simulated %s to %s: %s", channel, masked(address), text)
        return Answer(reference=f"SIM-{self._count}")

    def to(self, address: str) -> list[Sent]:
        """What was sent to one address."""
        return [one for one in self._sent if one.address == address]

    def forget(self) -> None:
        """Remembers nothing, as a process that was started just now."""
        self._sent.clear()


outbox = Outbox()


class SimulatedSubscribe:
    """WeChat that is not there; whoever logs in is known by the code itself."""

    def send(
        self,
        *,
        openid: str,
        template_id: str,
        page: str,
        values: Mapping[str, str],
        language: Language,
    ) -> Answer:
        """Remembers the message."""
        del template_id, page, language
        return outbox.add("subscribe", openid, " · ".join(values.values()))

    def openid(self, code: str) -> tuple[str, Answer]:
        """Any code is somebody's."""
        return f"sim-{code[:40]}", Answer()


class SimulatedSms:
    """An operator that is not there."""

    def send(self, *, phone: str, template_id: str, values: Sequence[str], text: str) -> Answer:
        """Remembers the message."""
        del template_id, values
        return outbox.add("sms", phone, text)


class SimulatedMail:
    """A mail server that is not there."""

    def send(self, *, address: str, subject: str, text: str) -> Answer:
        """Remembers the message."""
        del subject
        return outbox.add("mail", address, text)


simulated = Ways(subscribe=SimulatedSubscribe(), sms=SimulatedSms(), mail=SimulatedMail())
