"""The leaf that tells how far the audit went and with which hash; it holds nothing else."""

from __future__ import annotations

import json

AUDIT = "audit"


def head_leaf(audit_id: int, head: bytes) -> dict[str, object]:
    """The leaf of a head: the number of its last row, and the hash in hexadecimal digits."""
    return {"v": 1, "t": AUDIT, "through": audit_id, "head": head.hex()}


def read_head(leaf: bytes) -> tuple[int, bytes] | None:
    """The row's number and the hash, or None for a leaf about something else."""
    told = json.loads(leaf)
    if told.get("t") != AUDIT:
        return None
    return int(told["through"]), bytes.fromhex(told["head"])
