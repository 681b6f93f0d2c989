"""The files by which anybody recomputes a draw: the frozen list, and the draw as one JSON."""

from __future__ import annotations

from tanhui.methodology.canonical import canonical_json
from tanhui.publiclog import queries as publiclog
from tanhui.rewards.drops import queries, refusals
from tanhui.rewards.drops.drawing import Entries
from tanhui.rewards.drops.records import Drop

_TOLD = ("opened", "closed", "drawn")


def entries_file(found: Drop) -> str:
    """The frozen list, a line `number code tickets` for each; refuses `entries_not_yet`."""
    return _frozen(found).text


def draw_file(found: Drop) -> bytes:
    """The leaves with their proofs, what witnesses told, and the list, as canonical JSON.

    There is nothing in it that `verify/tanhui_draw.py` does not check. Refuses `draw_not_yet`.
    """
    kept = queries.leaves(found.id)
    proofs = [publiclog.proof(kept[kind].outbox_id) if kind in kept else None for kind in _TOLD]
    if found.seed is None or not all(proofs):
        raise refusals.draw_not_yet()
    return canonical_json(
        {
            "leaves": [
                {"leaf": proof.leaf.decode(), "proof": proof.text} for proof in proofs if proof
            ],
            "witnesses": [
                {
                    "key": each.vkey,
                    "secret": (each.secret or b"").hex(),
                    "signature": (each.signature or b"").hex(),
                }
                for each in queries.witnesses(found.id)
            ],
            "entries": _frozen(found).text,
        }
    ).encode()


def _frozen(found: Drop) -> Entries:
    if found.entries is None:
        raise refusals.entries_not_yet()
    return queries.frozen(found.id)
