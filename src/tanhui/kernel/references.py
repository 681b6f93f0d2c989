"""Keyed 64-bit digests of references, a million at a time.

The digest is a keyed multilinear hash (each 8-byte word times a secret odd multiplier, summed
modulo 2^64) with a final avalanche. It only finds candidates: whoever uses it compares the full
reference on a hit, so a collision costs a comparison and never a wrong answer.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

REFERENCE_BYTES_MAX = 128
_WORDS_MAX = REFERENCE_BYTES_MAX // 8


def _multipliers(key: bytes) -> npt.NDArray[np.uint64]:
    """One secret odd multiplier for each word, and one for the length."""
    stream = hashlib.shake_256(b"tanhui.references\0" + key).digest((_WORDS_MAX + 1) * 8)
    return np.frombuffer(stream, dtype="<u8").astype(np.uint64) | np.uint64(1)


def _avalanche(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spreads every input bit over the whole word (the finaliser of MurmurHash3)."""
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xFF51AFD7ED558CCD)
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


def reference_digests(key: bytes, references: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int64]:
    """Signed 64-bit digests of byte strings; `references` has dtype `S…`, the answer its shape.

    Raises ValueError for references longer than `REFERENCE_BYTES_MAX` bytes. Trailing NUL bytes
    are not significant.
    """
    width = references.dtype.itemsize
    if width > REFERENCE_BYTES_MAX:
        raise ValueError(f"a reference has at most {REFERENCE_BYTES_MAX} bytes")
    words = max(1, -(-width // 8))
    padded = references.astype(f"S{words * 8}")
    matrix = padded.view("<u8").reshape(len(references), words)
    multipliers = _multipliers(key)
    lengths = np.char.str_len(references).astype(np.uint64)
    digest = _avalanche(lengths * multipliers[_WORDS_MAX])
    for column in range(words):
        # Each word is avalanched with its own key first: sums alone would keep low bits apart.
        mixed = _avalanche(matrix[:, column].astype(np.uint64) ^ multipliers[column])
        # A word of nothing adds nothing, so that the array's width does not change the digest.
        digest = digest + np.where(matrix[:, column] == 0, np.uint64(0), mixed)
    return _avalanche(digest).view(np.int64)


def reference_digest(key: bytes, reference: str) -> int:
    """The digest of one reference (UTF-8)."""
    return int(reference_digests(key, np.array([reference.encode()], dtype="S"))[0])
