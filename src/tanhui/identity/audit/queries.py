"""Whether the audit is whole, also against what the public log says of it."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.governance import queries as governance
from tanhui.governance.queries import ChainCheck
from tanhui.identity.audit.leaves import read_head
from tanhui.publiclog import queries as publiclog

_LEAVES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """The chain's own check; the last head in the public log, its place there, whether it holds."""

    chain: ChainCheck
    log_index: int | None
    through: int | None
    log_agrees: bool

    @property
    def ok(self) -> bool:
        """Whether nobody touched the audit, as far as chain and log can tell."""
        return self.chain.ok and self.log_agrees

    def told(self) -> dict[str, object]:
        """The check as one JSON object."""
        return {
            "ok": self.ok,
            "rows": self.chain.rows,
            "links": self.chain.links,
            "waiting": self.chain.waiting,
            "head": self.chain.head.hash.hex() if self.chain.head else None,
            "found": self.chain.found,
            "faults": [{"kind": one.kind, "number": one.number} for one in self.chain.faults],
            "log_index": self.log_index,
            "log_through": self.through,
            "log_agrees": self.log_agrees,
        }


@dataclass(frozen=True, slots=True)
class AuditState:
    """How far the chain is, without reading it: for the top of a page."""

    head: governance.Head | None
    waiting: int
    published: governance.PublishedHead | None
    log_index: int | None


def state() -> AuditState:
    """How far rows are chained and published now."""
    published = governance.last_published()
    place = publiclog.position(published.leaf) if published else None
    return AuditState(governance.head(), governance.waiting(), published, place)


def check() -> AuditCheck:
    """Checks every row, link and seal, then the last head that the public log holds.

    The log's head is looked for from the log's end, where a day has at most one: whoever cut the
    audit together with the note of what was published is found all the same.
    """
    found = _last_in_log()
    chain = governance.check_chain()
    if found is None:
        return AuditCheck(chain, None, None, governance.last_published() is None or _unnumbered())
    index, through, head = found
    return AuditCheck(chain, index, through, governance.link_of(through) == head)


def _unnumbered() -> bool:
    """Whether the last published head is still on its way into the log."""
    published = governance.last_published()
    return published is not None and publiclog.position(published.leaf) is None


def _last_in_log() -> tuple[int, int, bytes] | None:
    until, _ = publiclog.counts()
    while until > 0:
        first = max(0, until - _LEAVES_AT_ONCE)
        leaves = publiclog.leaves(first, until - first)
        for index in range(len(leaves) - 1, -1, -1):
            head = read_head(leaves[index])
            if head is not None:
                return first + index, *head
        until = first
    return None
