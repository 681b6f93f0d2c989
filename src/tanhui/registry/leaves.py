"""What the public log says of credits: who was given which numbers, and what became of them.

Accounts are told by their codes; a beneficiary never by name, only by a salted commitment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tanhui.publiclog.leaves import instant

# From the first to the last number, both included.
Range = tuple[int, int]
# A range and the account it was in, or came into.
Placed = tuple[int, int, str]
Leaf = dict[str, object]


def account_code(account_id: int) -> str:
    """An account's public name, such as `A-000012`."""
    return f"A-{account_id:06d}"


def issue_leaf(
    *,
    said: Mapping[str, object],
    key: str,
    signature: str,
    slices: Sequence[Placed],
    at: datetime,
) -> Leaf:
    """Credits issued: the verifier's signed statement `said`, and the accounts they came into.

    The widths of the slices add up to `said["kg"]`; the last slice may be the buffer's.
    """
    return _leaf(
        "issue", at, said=dict(said), key=key, sig=signature, slices=[list(one) for one in slices]
    )


def transfer_leaf(*, slices: Sequence[Range], source: str, target: str, at: datetime) -> Leaf:
    """Credits of one account that went into another."""
    return _leaf(
        "transfer", at, slices=[list(one) for one in slices], **{"from": source, "to": target}
    )


def aside_leaf(*, kind: str, slices: Sequence[Placed], at: datetime) -> Leaf:
    """Credits that are frozen, pledged or held by a court: they stay with their holder."""
    return _leaf("aside", at, kind=kind, slices=[list(one) for one in slices])


def release_leaf(*, slices: Sequence[Placed], at: datetime) -> Leaf:
    """Credits that are their holder's to use again."""
    return _leaf("release", at, slices=[list(one) for one in slices])


def retire_leaf(*, number: str, commitment: bytes, slices: Sequence[Placed], at: datetime) -> Leaf:
    """Credits retired for good; `commitment` hides the certificate without its salt."""
    return _leaf(
        "retire",
        at,
        number=number,
        cert=commitment.hex(),
        slices=[list(one) for one in slices],
    )


def cancel_leaf(
    *, slices: Sequence[Placed], invalid: Sequence[Range], why: str, at: datetime
) -> Leaf:
    """Credits cancelled while they were held, and retired ones that turned out not to count."""
    return _leaf(
        "cancel",
        at,
        slices=[list(one) for one in slices],
        invalid=[list(one) for one in invalid],
        why=why,
    )


def replace_leaf(
    *, number: str, slices: Sequence[Placed], instead_of: Sequence[Range], at: datetime
) -> Leaf:
    """Credits of the buffer retired in place of those that turned out not to count."""
    return _leaf(
        "replace",
        at,
        number=number,
        slices=[list(one) for one in slices],
        **{"for": [list(one) for one in instead_of]},
    )


def dispute_leaf(*, project: str, vintage: int, opened: bool, at: datetime) -> Leaf:
    """That somebody with reason doubts the credits of a vintage, or no longer does."""
    return _leaf("dispute", at, project=project, vintage=vintage, open=int(opened))


def _leaf(told: str, at: datetime, /, **facts: object) -> Leaf:
    return {"v": 1, "t": told, "at": instant(at), **facts}
