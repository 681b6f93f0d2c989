"""The Merkle tree of RFC 6962: hashes, roots, and proofs of inclusion and of consistency.

A tree of size n is the tree over leaves 0 to n - 1. Proofs are made from hashes of perfect
subtrees, which a reader gives; whoever checks them needs nothing but the proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from tanhui.tlog.encoding import HASH_BYTES, Unproven

EMPTY_ROOT = hashlib.sha256(b"").digest()
_sha256 = hashlib.sha256

# The hash of the perfect subtree of 2^height leaves that begins at leaf index × 2^height.
Reader = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf."""
    return _sha256(b"\0" + data).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves."""
    return [_sha256(b"\0" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return _sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over these hashes, as if each were a leaf's."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        # A hash without a neighbour rises as it is, which is what the definition by powers of two
        # amounts to.
        pairs = [
            _sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)
        ]
        if len(row) % 2:
            pairs.append(row[-1])
        row = pairs
    return row[0]


def root(size: int, read: Reader) -> bytes:
    """The root of the tree of this size."""
    return range_hash(0, size, read)


def range_hash(start: int, end: int, read: Reader) -> bytes:
    """The hash over leaves `start` to `end` - 1, where `start` is a multiple of their power of two.

    That is the shape of every range which the definitions of RFC 6962 name.
    """
    if start == end:
        return EMPTY_ROOT
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append(read(height, start >> height))
        start += 1 << height
    whole = parts.pop()
    while parts:
        whole = node_hash(parts.pop(), whole)
    return whole


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, read: Reader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the tree of this size."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: Reader) -> list[bytes]:
    """The hashes that show how the tree of size `new` continues that of size `old`."""
    if not 0 <= old <= new:
        raise ValueError("a tree continues a smaller one")
    if old in (0, new):
        return []
    path = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, read))
    return path[::-1]


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises Unproven unless `proof` leads from the leaf's hash at `index` to this root."""
    _check_lengths([leaf, *proof])
    if not 0 <= index < size:
        raise Unproven("the tree has no leaf of this index")
    at, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            raise Unproven("the proof is too long")
        if at % 2 or at == last:
            found = node_hash(other, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    if last:
        raise Unproven("the proof is too short")
    if found != root:
        raise Unproven("the leaf is not in the tree of this root")


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises Unproven unless `proof` shows that the larger tree continues the smaller one.

    A smaller tree of size 0 is refused: everything continues it, so a proof would prove nothing.
    """
    _check_lengths(proof)
    if not 0 < old <= new:
        raise Unproven("no proof is possible between these sizes")
    if old == new:
        if proof or old_root != new_root:
            raise Unproven("trees of one size are equal or contradict each other")
        return
    # The smaller tree of a perfect size is itself the first hash of the proof.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise Unproven("the proof is too short")
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old_found = new_found = path[0]
    for other in path[1:]:
        if last == 0:
            raise Unproven("the proof is too long")
        if at % 2 or at == last:
            old_found = node_hash(other, old_found)
            new_found = node_hash(other, new_found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new_found = node_hash(new_found, other)
        at, last = at >> 1, last >> 1
    if last:
        raise Unproven("the proof is too short")
    if old_found != old_root or new_found != new_root:
        raise Unproven("the larger tree does not continue the smaller one")


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise Unproven("a hash of a wrong length")
