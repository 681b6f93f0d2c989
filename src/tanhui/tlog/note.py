"""Signed notes: a text, a blank line, and signature lines that anyone may add."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tanhui.tlog.encoding import Malformed, Unproven, decode, encode
from tanhui.tlog.keys import ID_BYTES, PublicKey, Signer, check_name

NOTE_BYTES_MAX = 1 << 20
SIGNATURES_MAX = 100
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line: who is said to have signed, by which key, and the value."""

    name: str
    id: bytes
    value: bytes

    @property
    def text(self) -> str:
        """The line, without its end."""
        return f"{_DASH}{self.name} {encode(self.id + self.value)}"

    @classmethod
    def parse(cls, text: str) -> Line:
        """The signature in this line; raises Malformed."""
        if not text.startswith(_DASH):
            raise Malformed("no signature line")
        name, space, value = text.removeprefix(_DASH).partition(" ")
        data = decode(value)
        if not space or len(data) <= ID_BYTES:
            raise Malformed("no signature line")
        return cls(check_name(name), data[:ID_BYTES], data[ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds; `time` in seconds since 1970 where the key cosigns."""

    key: PublicKey
    line: Line
    time: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line's end, and its signature lines in order."""

    text: str
    lines: tuple[Line, ...]

    @property
    def written(self) -> str:
        """The whole note."""
        return self.text + "\n" + "".join(f"{line.text}\n" for line in self.lines)

    def with_lines(self, lines: Iterable[Line]) -> Note:
        """The note with these signature lines after its own."""
        return replace(self, lines=(*self.lines, *lines))

    def check(self, keys: Iterable[PublicKey]) -> list[Signed]:
        """The signatures of known keys, one for each key, in the order of the lines.

        Lines of unknown keys are ignored. Raises Unproven where a known key's signature does not
        hold; no known signature at all is an empty answer.
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[PublicKey, Signed] = {}
        for line in self.lines:
            key = known.get((line.name, line.id))
            if key is None:
                continue
            try:
                signed = Signed(key, line, key.check(self.text.encode(), line.value))
            except ValueError:
                raise Unproven(f"the signature of {key.name} does not hold") from None
            found.setdefault(key, signed)
        return list(found.values())


def sign(text: str, signer: Signer) -> Note:
    """A note of this text with one signature."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("a note's text ends in a line's end and has no control characters")
    return Note(text, (Line(signer.key.name, signer.key.id, signer.sign(text.encode())),))


def cosign(note: Note, signer: Signer, time: int) -> Line:
    """A witness's line for a note at a time in seconds since 1970."""
    value = signer.cosign(note.text.encode(), time)
    return Line(signer.key.name, signer.key.id, value)


def parse_lines(written: str) -> list[Line]:
    """The signature lines that a witness answers with; raises Malformed."""
    if not written.endswith("\n"):
        raise Malformed("a signature line without its end")
    texts = written[:-1].split("\n")
    if len(texts) > SIGNATURES_MAX:
        raise Malformed("too many signatures")
    return [Line.parse(text) for text in texts]


def parse(written: bytes) -> Note:
    """The note in these bytes; raises Malformed."""
    if len(written) > NOTE_BYTES_MAX:
        raise Malformed("a note that is too long")
    try:
        whole = written.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a note that is no UTF-8") from None
    if _CONTROL.search(whole):
        raise Malformed("a note with control characters")
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures:
        raise Malformed("a note without signatures")
    return Note(text + "\n", tuple(parse_lines(signatures)))
