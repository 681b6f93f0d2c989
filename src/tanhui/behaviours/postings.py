"""The postings that pay citizens: one for each citizen, chunk and kind of account."""

from __future__ import annotations

from uuid import UUID

import numpy as np

from tanhui.ledger.chart import Kind
from tanhui.runtime.binary import Column, uuids

_VERSION_8 = 0x8000
_VARIANT = 1 << 63


def _high(chunk_id: int, kind: Kind) -> int:
    return chunk_id << 16 | _VERSION_8 | kind.number


def posting_ids(chunk_id: int, citizen_ids: Column, kind: Kind) -> Column:
    """Ids (dtype `V16`) of the postings to these citizens (int64) in one chunk."""
    return uuids(_high(chunk_id, kind), citizen_ids.astype(np.uint64) | np.uint64(_VARIANT))


def posting_id(chunk_id: int, citizen_id: int, kind: Kind) -> UUID:
    """The id of one posting; the same as `behaviours_posting_id` in the database."""
    return UUID(int=_high(chunk_id, kind) << 64 | _VARIANT | citizen_id)
