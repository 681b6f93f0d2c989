"""One request over HTTP and its JSON; whatever goes wrong is an answer too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_SECONDS_MAX = 5
_BYTES_MAX = 1 << 16


@dataclass(frozen=True, slots=True)
class Told:
    """The status (0: nobody answered) and the object of an answer, empty where it was none."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)


def ask(address: str, *, body: bytes | None, headers: Mapping[str, str] | None = None) -> Told:
    """Posts a body, or gets where there is none. An address may hold a secret: it is never told."""
    # Only an operator's own address is asked, which the installation was told from outside.
    asked = Request(address, data=body, headers=dict(headers or {}))
    try:
        with urlopen(asked, timeout=_SECONDS_MAX) as answer:
            return Told(answer.status, _object(answer.read(_BYTES_MAX)))
    except HTTPError as error:
        with error:
            return Told(error.code, _object(error.read(_BYTES_MAX)))
    except (URLError, OSError, ValueError):
        return Told(0)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
