"""Checkpoints: what a log says of its tree. Origin, size and root, in three lines."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.tlog.encoding import Malformed, decimal, decode_hash, encode


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the tree of one log; `extensions` are further lines, which we never write."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), encode(self.root), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of this text; raises Malformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise Malformed("no checkpoint")
        return cls(lines[0], decimal(lines[1]), decode_hash(lines[2]), tuple(lines[3:]))
