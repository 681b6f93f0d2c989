"""The draw itself, pure: the same winners from the same facts, whoever computes them.

Every ticket of an entry has a score; an entry counts with its lowest, and the lowest entries win.
That is as if tickets were drawn from an urn one by one, and a winner's others were then taken out:
the chance of each draw goes by tickets. Only integers and hashes are compared.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest

CODE_BYTES = 16
SEED_BYTES = 32
_HEAD = b"tanhui-draw/v1\n"


@dataclass(frozen=True, slots=True)
class Entries:
    """A frozen list: numbers, codes and tickets of the entries, in the order of their numbers."""

    numbers: Sequence[int]
    codes: Sequence[bytes]
    tickets: Sequence[int]

    @property
    def text(self) -> str:
        """The list as it is published: a line `number code tickets` for each entry."""
        rows = zip(self.numbers, self.codes, self.tickets, strict=True)
        return "".join(f"{number} {code.hex()} {count}\n" for number, code, count in rows)

    @property
    def tickets_total(self) -> int:
        """How many tickets there are."""
        return sum(self.tickets)


def code_of(salt: bytes, citizen_id: int) -> bytes:
    """What the list knows of a person; `salt` is the entry's own, 16 bytes by chance."""
    return hashlib.sha256(salt + str(citizen_id).encode()).digest()[:CODE_BYTES]


def digest(text: str) -> bytes:
    """The digest of a list, or of what was drawn."""
    return hashlib.sha256(text.encode()).digest()


def randomness(seed: bytes, closed: bytes, secrets: Sequence[bytes]) -> bytes:
    """What decides: the operator's seed, the leaf that froze the list, the witnesses' secrets.

    `secrets` are in the order of the witnesses in the opening leaf.
    """
    frozen = hashlib.sha256(closed).digest()
    return hashlib.sha256(_HEAD + seed + frozen + b"".join(secrets)).digest()


def draw(chance: bytes, entries: Entries, units: int) -> list[int]:
    """The numbers of the winners in the order of the draw: all entries, if they are no more.

    A score is SHA-256(`chance` + code + one byte, the ticket's number from 1 on).
    """
    sha256 = hashlib.sha256
    first = b"\x01"
    scores = [sha256(chance + code + first).digest() for code in entries.codes]
    for place, count in enumerate(entries.tickets):
        for ticket in range(2, count + 1):
            other = sha256(chance + entries.codes[place] + bytes((ticket,))).digest()
            if other < scores[place]:
                scores[place] = other
    return [number for _, number in nsmallest(units, zip(scores, entries.numbers, strict=True))]


def winners_text(numbers: Sequence[int], entries: Entries) -> str:
    """Who won, as it is published: a line `place number code` each, in the order of the draw."""
    codes = [entries.codes[bisect_left(entries.numbers, number)] for number in numbers]
    rows = zip(numbers, codes, strict=True)
    return "".join(
        f"{place} {number} {code.hex()}\n" for place, (number, code) in enumerate(rows, start=1)
    )
