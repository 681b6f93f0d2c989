"""Whom one believes: a log's keys, witnesses, and how many of them must have seen a checkpoint.

The file is that of C2SP tlog-policy: `log`, `witness`, `group` and one `quorum` line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven, decimal
from tanhui.tlog.keys import COSIGNATURE, NOTE, PublicKey
from tanhui.tlog.note import Note, Signed

NOBODY = "none"
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness as the policy names it; `address` is the prefix to which checkpoints are sent."""

    name: str
    key: PublicKey
    address: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """At least `enough` of these witnesses and groups."""

    enough: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Believed:
    """A checkpoint that fulfils a policy: who signed it as its log, and who has seen it when."""

    checkpoint: Checkpoint
    log: Signed
    witnesses: Mapping[str, Signed]

    @property
    def times(self) -> list[int]:
        """When its witnesses saw it, in seconds since 1970, the earliest first."""
        return sorted(signed.time or 0 for signed in self.witnesses.values())


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs with their addresses, witnesses, groups of them, and whom it takes."""

    logs: Mapping[PublicKey, str]
    witnesses: tuple[Witness, ...]
    quorum: str
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def text(self) -> str:
        """The file."""
        lines = [f"log {key.vkey} {address}".rstrip() for key, address in self.logs.items()]
        for witness in self.witnesses:
            lines.append(f"witness {witness.name} {witness.key.vkey} {witness.address}".rstrip())
        for name, group in self.groups.items():
            lines.append(f"group {name} {group.enough} {' '.join(group.members)}")
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])

    def fulfilled(self, seen: set[str]) -> bool:
        """Whether these witnesses, by their names here, are enough."""
        return self.quorum == NOBODY or self._has(self.quorum, seen)

    def _has(self, name: str, seen: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in seen
        return sum(self._has(member, seen) for member in group.members) >= group.enough

    def cosigned(self, note: Note) -> dict[str, Signed]:
        """The cosignatures of known witnesses on a note, by their names here.

        Raises Unproven where one does not hold.
        """
        signed = {each.key: each for each in note.check(w.key for w in self.witnesses)}
        return {w.name: signed[w.key] for w in self.witnesses if w.key in signed}

    def believe(self, note: Note) -> Believed:
        """Raises Unproven or Malformed unless a known log and enough witnesses signed the note."""
        checkpoint = Checkpoint.parse(note.text)
        keys = [key for key in self.logs if key.name == checkpoint.origin]
        by_log = note.check(keys)
        if not by_log:
            raise Unproven("no known log has signed the checkpoint")
        seen = self.cosigned(note)
        if not self.fulfilled(set(seen)):
            raise Unproven("too few witnesses have seen the checkpoint")
        return Believed(checkpoint, by_log[0], seen)

    def enough_of(self, note: Note) -> Note:
        """The note with its log's signature and no more cosignatures than the policy takes.

        Nothing in it is then beside the point: whoever changes any bit breaks it.
        """
        believed = self.believe(note)
        kept = dict(believed.witnesses)
        for name in reversed(list(believed.witnesses)):
            without = {other for other in kept if other != name}
            if self.fulfilled(without):
                del kept[name]
        return Note(note.text, (believed.log.line, *(each.line for each in kept.values())))


class _Reading:
    """A policy file that is being read, line by line."""

    def __init__(self) -> None:
        self.logs: dict[PublicKey, str] = {}
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.members: set[str] = set()
        self.quorum = ""

    def line(self, words: list[str]) -> None:
        """One line that says something."""
        match words:
            case ["log", vkey, *address] if len(address) < 2:
                self._log(_key(vkey, NOTE), *address)
            case ["witness", name, vkey, *address] if len(address) < 2:
                self._name(name)
                key = _key(vkey, COSIGNATURE)
                if any(key.raw == other.key.raw for other in self.witnesses.values()):
                    raise Malformed("a witness twice")
                self.witnesses[name] = Witness(name, key, *address)
            case ["group", name, enough, *members] if members:
                self._name(name)
                self._group(name, enough, members)
            case ["quorum", name] if not self.quorum:
                if name != NOBODY and not self._known(name):
                    raise Malformed(f"nobody is called {name}")
                self.quorum = name
            case _:
                raise Malformed(f"no line of a policy: {' '.join(words)[:60]}")

    def _log(self, key: PublicKey, address: str = "") -> None:
        if any(key.raw == other.raw for other in self.logs):
            raise Malformed("a log twice")
        self.logs[key] = address

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _name(self, name: str) -> None:
        if name == NOBODY or self._known(name):
            raise Malformed(f"{name} is taken")

    def _group(self, name: str, enough: str, members: list[str]) -> None:
        for member in members:
            if not self._known(member) or member in self.members:
                raise Malformed(f"{member} cannot be a member")
            self.members.add(member)
        count = {"any": 1, "all": len(members)}.get(enough)
        count = decimal(enough) if count is None else count
        if not 1 <= count <= len(members):
            raise Malformed("a group takes at least one and at most all of its members")
        self.groups[name] = Group(count, tuple(members))


def _key(vkey: str, type: int) -> PublicKey:
    key = PublicKey.parse(vkey)
    if key.type != type:
        raise Malformed("a key of another kind")
    return key


def parse(text: str) -> Policy:
    """The policy of this file; raises Malformed."""
    if _FORBIDDEN.search(text):
        raise Malformed("a policy with control characters")
    reading = _Reading()
    for line in text.split("\n"):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            reading.line(words)
    if not reading.quorum:
        raise Malformed("a policy without a quorum")
    return Policy(
        MappingProxyType(reading.logs),
        tuple(reading.witnesses.values()),
        reading.quorum,
        MappingProxyType(reading.groups),
    )


def simple(log: PublicKey, witnesses: tuple[Witness, ...], enough: int) -> Policy:
    """One log, and at least `enough` of these witnesses."""
    group = {"witnesses": Group(enough, tuple(witness.name for witness in witnesses))}
    return Policy({log: ""}, witnesses, "witnesses", group)
