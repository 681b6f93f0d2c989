"""A proof for one leaf as a file of its own: checked without a network, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tanhui.tlog import note as notes
from tanhui.tlog.encoding import Malformed, Unproven, decimal, decode, decode_hash, encode
from tanhui.tlog.note import Note
from tanhui.tlog.policy import Believed, Policy
from tanhui.tlog.tree import leaf_hash, verify_inclusion

HEAD = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf stands at `index` of the log whose checkpoint is the note.

    `extra` is for the application; nothing vouches for it.
    """

    index: int
    hashes: Sequence[bytes]
    note: Note
    extra: bytes | None = None

    @property
    def written(self) -> str:
        """The file."""
        lines = [HEAD]
        if self.extra is not None:
            lines.append(f"extra {encode(self.extra)}")
        lines += [f"index {self.index}", *(encode(each) for each in self.hashes), ""]
        return "".join(f"{line}\n" for line in lines) + self.note.written

    def verify(self, leaf: bytes, policy: Policy) -> Believed:
        """Raises Unproven or Malformed unless the leaf's bytes are in the log, by this policy."""
        believed = policy.believe(self.note)
        verify_inclusion(
            index=self.index,
            size=believed.checkpoint.size,
            leaf=leaf_hash(leaf),
            proof=self.hashes,
            root=believed.checkpoint.root,
        )
        return believed


def parse(written: bytes) -> Proof:
    """The proof in this file; raises Malformed for anything but its one spelling."""
    head, blank, rest = written.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("no proof") from None
    if not blank or lines.pop(0) != HEAD or not lines:
        raise Malformed("no proof")
    extra = None
    if lines[0].startswith("extra "):
        extra = decode(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Malformed("a proof without an index")
    index = decimal(lines.pop(0).removeprefix("index "))
    if len(lines) > HASHES_MAX:
        raise Malformed("a proof that is too long")
    proof = Proof(index, tuple(decode_hash(line) for line in lines), notes.parse(rest), extra)
    if proof.written.encode() != written:
        raise Malformed("a proof in another spelling")
    return proof


def verify(written: bytes, leaf: bytes, policy: Policy) -> str:
    """Why the file does not prove the leaf, or nothing when it does."""
    try:
        parse(written).verify(leaf, policy)
    except (Malformed, Unproven) as fault:
        return str(fault)
    return ""
