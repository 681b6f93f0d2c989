"""What the public log is told of a drop: that it opens, what was entered, who won.

Nobody is named: an entry is a number and a salted code, and the list itself is not in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tanhui.publiclog.leaves import instant

Leaf = dict[str, object]


def opened_leaf(
    *,
    drop: str,
    offer: str,
    units: int,
    opens_at: datetime,
    closes_at: datetime,
    commitment: bytes,
    bound: Mapping[str, str],
    at: datetime,
) -> Leaf:
    """That a drop of so many units takes entries, and by which digests everyone is bound.

    `bound` are the digests of the witnesses' secrets, by their keys, in the order that counts.
    """
    return {
        "v": 1,
        "t": "drop",
        "drop": drop,
        "offer": offer,
        "units": units,
        "opens": instant(opens_at),
        "closes": instant(closes_at),
        "commit": commitment.hex(),
        "witnesses": [list(each) for each in bound.items()],
        "at": instant(at),
    }


def closed_leaf(
    *, drop: str, opened: bytes, entries: int, tickets: int, digest: bytes, at: datetime
) -> Leaf:
    """That the list is frozen; `opened` is the digest of the opening leaf, `digest` the list's."""
    return {
        "v": 1,
        "t": "drop-closed",
        "drop": drop,
        "opened": opened.hex(),
        "n": entries,
        "tickets": tickets,
        "entries": digest.hex(),
        "at": instant(at),
    }


def drawn_leaf(*, drop: str, seed: bytes, winners: int, digest: bytes, at: datetime) -> Leaf:
    """The operator's seed, and how many won; `digest` is that of the list of winners."""
    return {
        "v": 1,
        "t": "drop-drawn",
        "drop": drop,
        "seed": seed.hex(),
        "n": winners,
        "winners": digest.hex(),
        "at": instant(at),
    }


def called_off_leaf(*, drop: str, at: datetime) -> Leaf:
    """That nobody wins, and everybody has their points back."""
    return {"v": 1, "t": "drop-called-off", "drop": drop, "at": instant(at)}
