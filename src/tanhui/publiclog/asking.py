"""Asking witnesses to cosign a checkpoint, each in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven, decimal
from tanhui.tlog.note import Line, Note
from tanhui.tlog.policy import Policy, Witness
from tanhui.tlog.tiles import TileHashes
from tanhui.tlog.tree import consistency_proof
from tanhui.tlog.witness import SIZE, TEXT, Request

SECONDS_MAX = 5
_ANSWER_BYTES_MAX = 1 << 16
_TRIES = 3
_log = logging.getLogger("tanhui.publiclog")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said; status 0 when it said nothing."""

    status: int
    body: str
    content_type: str = ""


def post(witness: Witness, request: Request) -> Answer:
    """Sends a request to a witness's address."""
    return post_body(f"{witness.address}/add-checkpoint", request.written)


def post_body(address: str, body: bytes) -> Answer:
    """Sends a body to an address."""
    try:
        asked = HttpRequest(address, data=body, headers={"Content-Type": TEXT}, method="POST")
    except ValueError as error:
        return Answer(0, str(error))
    try:
        with urlopen(asked, timeout=SECONDS_MAX) as answer:
            return Answer(answer.status, _text(answer.read(_ANSWER_BYTES_MAX)))
    except HTTPError as error:
        with error:
            told = _text(error.read(_ANSWER_BYTES_MAX))
        return Answer(error.code, told, error.headers.get("Content-Type", ""))
    except (URLError, OSError, ValueError) as error:
        return Answer(0, str(error))


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")


class Witnesses:
    """The policy's witnesses, and what each is thought to know of the log."""

    def __init__(self, send: Callable[[Witness, Request], Answer] = post) -> None:
        self._send = send
        self._known: dict[str, int] = {}
        self._told: dict[str, str] = {}

    def cosign(self, note: Note, policy: Policy, read: TileHashes) -> list[Line]:
        """The valid cosignatures of all who answer in time, in the policy's order."""
        if not policy.witnesses:
            return []
        with ThreadPoolExecutor(len(policy.witnesses)) as pool:
            found = pool.map(lambda each: self._ask(each, note, policy, read), policy.witnesses)
            return [line for lines in found for line in lines]

    def _ask(self, witness: Witness, note: Note, policy: Policy, read: TileHashes) -> list[Line]:
        size = Checkpoint.parse(note.text).size
        answer = Answer(0, "has no address")
        for _ in range(_TRIES if witness.address else 0):
            old = self._known.get(witness.name, 0)
            if old > size:
                answer = Answer(409, f"has seen {old} leaves of this log, which has {size}")
                break
            request = Request(old, tuple(consistency_proof(old, size, read)), note)
            answer = self._send(witness, request)
            if answer.status == 200:
                self._known[witness.name] = size
                return self._lines(witness, note, policy, answer)
            if answer.status != 409 or answer.content_type != SIZE:
                break
            try:
                self._known[witness.name] = decimal(answer.body.removesuffix("\n"))
            except Malformed:
                break
        self._tell(witness, f"{answer.status} {answer.body.strip()[:200]}")
        return []

    def _lines(self, witness: Witness, note: Note, policy: Policy, answer: Answer) -> list[Line]:
        try:
            lines = notes.parse_lines(answer.body)
            signed = policy.cosigned(Note(note.text, tuple(lines))).get(witness.name)
        except (Malformed, Unproven) as fault:
            self._tell(witness, f"answered what is no cosignature: {fault}")
            return []
        if signed is None:
            self._tell(witness, "answered with another's cosignature")
            return []
        self._tell(witness, "")
        return [signed.line]

    def _tell(self, witness: Witness, why: str) -> None:
        """Says once that a witness fails, and once that it no longer does."""
        if self._told.get(witness.name, "") != why:
            self._told[witness.name] = why
            _log.warning("witness %s: %s", witness.name, why or "cosigns again")
