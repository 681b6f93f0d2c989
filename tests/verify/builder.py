"""A log built for tests without the product's code: tree, tiles, notes, proofs, the plain way."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "log.example/city"
TIME = 1_790_000_000
DAY = "2026-11-21"


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def leaf_bytes(leaf: dict[str, object]) -> bytes:
    text = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def tree_hash(hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, as its text defines it."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha(b"\x01" + tree_hash(hashes[:k]) + tree_hash(hashes[k:]))


def tree_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, as its text defines it."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if index < k:
        return [*tree_path(index, hashes[:k]), tree_hash(hashes[k:])]
    return [*tree_path(index - k, hashes[k:]), tree_hash(hashes[:k])]


@dataclass
class Signer:
    """A key of a log (kind 1) or of a witness (kind 4)."""

    name: str
    kind: int
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def raw(self) -> bytes:
        return bytes([self.kind]) + self.secret.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self.raw)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.raw)}"

    def line(self, body: str, *, name: str = "", id: bytes = b"") -> str:
        """The signature line; `name` and `id` falsify what it is said to be."""
        if self.kind == 4:
            signed = f"cosignature/v1\ntime {TIME}\n{body}".encode()
            value = TIME.to_bytes(8, "big") + self.secret.sign(signed)
        else:
            value = self.secret.sign(body.encode())
        return f"— {name or self.name} {b64((id or self.id) + value)}\n"


def named(n: int) -> str:
    """The number of a tile as addresses write it."""
    text = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        text = f"x{n % 1000:03d}/{text}"
    return text


@dataclass
class Log:
    """A log of these leaves with one signer and three witnesses, of which two are enough."""

    leaves: list[bytes]
    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, 1))
    witnesses: list[Signer] = field(
        default_factory=lambda: [Signer(f"witness-{n}.example", 4) for n in (1, 2, 3)]
    )

    @property
    def hashes(self) -> list[bytes]:
        return [sha(b"\x00" + leaf) for leaf in self.leaves]

    @property
    def body(self) -> str:
        return f"{ORIGIN}\n{len(self.leaves)}\n{b64(tree_hash(self.hashes))}\n"

    @property
    def policy(self) -> str:
        lines = [f"log {self.signer.vkey}"]
        lines += [f"witness w{n} {one.vkey}" for n, one in enumerate(self.witnesses, 1)]
        members = " ".join(f"w{n}" for n in range(1, len(self.witnesses) + 1))
        return "\n".join([*lines, f"group all-of-them 2 {members}", "quorum all-of-them", ""])

    def checkpoint(self, signers: Sequence[Signer] | None = None, body: str = "") -> str:
        """The checkpoint as these signed it; by default the log and all its witnesses."""
        body = body or self.body
        signers = [self.signer, *self.witnesses] if signers is None else signers
        return f"{body}\n" + "".join(one.line(body) for one in signers)

    def proof(self, index: int, checkpoint: str = "") -> str:
        path = "".join(f"{b64(one)}\n" for one in tree_path(index, self.hashes))
        head = f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}"
        return f"{head}\n{checkpoint or self.checkpoint()}"

    def write(self, folder: Path) -> Path:
        """The log's files, as its publisher would lay them out; and the policy beside them."""
        self._put(folder / "checkpoint", self.checkpoint().encode())
        self._put(folder / "policy", self.policy.encode())
        for first in range(0, len(self.leaves), 256):
            part = self.leaves[first : first + 256]
            bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in part)
            self._tile(folder, "entries", first // 256, len(part), bundle)
        row, level = self.hashes, 0
        while row:
            for first in range(0, len(row), 256):
                own = row[first : first + 256]
                self._tile(folder, str(level), first // 256, len(own), b"".join(own))
            row = [tree_hash(row[n : n + 256]) for n in range(0, len(row) // 256 * 256, 256)]
            level += 1
        return folder

    def _tile(self, folder: Path, level: str, n: int, width: int, data: bytes) -> None:
        partial = f".p/{width}" if width < 256 else ""
        self._put(folder / f"tile/{level}/{named(n)}{partial}", data)

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def sums(n: int, *rows: tuple[str, str, int, int, int]) -> dict[str, object]:
    """What was added in one roll."""
    told = [list(row) for row in rows]
    return {"v": 1, "t": "sums", "n": n, "at": "2026-11-21T06:00:00Z", "people": 3, "sums": told}


def totals(
    day: str, scenes: list[list[object]], of_day: Sequence[int], in_all: Sequence[int]
) -> dict[str, object]:
    """What is stated of a day: deeds, milligrams and points."""
    names = ("deeds", "mg", "points")
    return {
        "v": 1,
        "t": "totals",
        "day": day,
        "at": "2026-11-21T16:10:00Z",
        "scenes": scenes,
        **dict(zip(names, of_day, strict=True)),
        "all": {**dict(zip(names, in_all, strict=True)), "people": 3},
    }


def small_log(*, size: int = 600, **changed: object) -> Log:
    """A log of `size` leaves: rolls, the totals of two days, and leaves of other kinds.

    `changed` overrides facts of the last statement, as a liar would.
    """
    leaves = [
        leaf_bytes({"v": 1, "t": "rule", "kind": "tariff", "id": "积分", "n": n})
        for n in range(size - 5)
    ]
    leaves[7:7] = [
        leaf_bytes(sums(1, ("2026-11-20", "shared-bike", 3, 300, 30), (DAY, "metro", 2, 200, 20))),
        leaf_bytes(totals("2026-11-20", [["shared-bike", 3, 300, 30]], (3, 300, 30), (5, 500, 50))),
        leaf_bytes(sums(2, (DAY, "shared-bike", 4, 404, 40), (DAY, "metro", -2, -200, -20))),
        leaf_bytes(sums(3, (DAY, "shared-bike", -1, -101, -10), (DAY, "bus", 1, 7, 1))),
    ]
    said = totals(DAY, [["shared-bike", 3, 303, 30], ["bus", 1, 7, 1]], (4, 310, 31), (7, 610, 61))
    leaves.append(leaf_bytes({**said, **changed}))
    return Log(leaves)
