"""The transfers that pay citizens, named by what they are for, so that a deed leads to them.

What is recorded is paid by one posting for each citizen, chunk and kind of account. What concerns
one deed alone (a hold, its end, taking it back) has an id made of the deed's own key.
"""

from __future__ import annotations

import hashlib
from typing import Literal
from uuid import UUID

import numpy as np

from tanhui.ledger.chart import Kind
from tanhui.runtime.binary import Column, uuids

_VERSION_8 = 0x8000
_VARIANT = 1 << 63
Purpose = Literal["hold", "end", "void"]


def _high(chunk_id: int, kind: Kind) -> int:
    return chunk_id << 16 | _VERSION_8 | kind.number


def posting_ids(chunk_id: int, citizen_ids: Column, kind: Kind) -> Column:
    """Ids (dtype `V16`) of the postings to these citizens (int64) in one chunk."""
    return uuids(_high(chunk_id, kind), citizen_ids.astype(np.uint64) | np.uint64(_VARIANT))


def posting_id(chunk_id: int, citizen_id: int, kind: Kind) -> UUID:
    """The id of one posting; the same as `behaviours_posting_id` in the database."""
    return UUID(int=_high(chunk_id, kind) << 64 | _VARIANT | citizen_id)


def deed_transfer_id(
    purpose: Purpose, citizen_id: int, partner_id: int, reference_digest: int, kind: int
) -> UUID:
    """The id of a transfer about one deed; the same as `behaviours_deed_transfer_id` there.

    `kind` is the account's; 0 names the hold itself.
    """
    text = f"{purpose}:{citizen_id}:{partner_id}:{reference_digest}:{kind}"
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
