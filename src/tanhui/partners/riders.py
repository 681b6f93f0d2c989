"""Who a partner's riders are: digests of their names, looked up for a whole column at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from tanhui.kernel.references import reference_digests
from tanhui.runtime import binary
from tanhui.runtime.sql import load

NOBODY = 0


def byte_strings(texts: Sequence[str] | pl.Series) -> npt.NDArray[np.bytes_]:
    """UTF-8 bytes of a column of non-null texts, as one fixed-width array of dtype `S…`."""
    column = texts if isinstance(texts, pl.Series) else pl.Series(texts, dtype=pl.String)
    if column.is_empty():
        return np.empty(0, dtype="S1")
    width = int(column.str.len_bytes().max() or 1)  # type: ignore[arg-type]
    if column.str.len_bytes().eq(column.str.len_chars()).all():
        padded = column.str.pad_end(width, "\0")
        joined = padded.str.join("").item()
        return np.frombuffer(joined.encode(), dtype=f"S{width}")
    return np.array([text.encode() for text in column], dtype=f"S{width}")


def rider_digests(key: bytes, riders: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int64]:
    """Keyed digests of riders' names; apart from those of references under the same key."""
    return reference_digests(b"rider\0" + key, riders)


@dataclass(frozen=True, slots=True)
class RiderBook:
    """All riders of one partner: sorted digests and, beside each, the citizen."""

    digests: npt.NDArray[np.int64]
    citizen_ids: npt.NDArray[np.int64]

    def citizens_of(self, digests: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The citizen of each digest (same shape), `NOBODY` where no rider is bound."""
        if len(self.digests) == 0:
            return np.full(len(digests), NOBODY, dtype=np.int64)
        places = np.searchsorted(self.digests, digests).clip(max=len(self.digests) - 1)
        return np.where(self.digests[places] == digests, self.citizen_ids[places], NOBODY)


def riders_of(partner_id: int, digests: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The citizen of each digest (same shape), `NOBODY` where none is bound: for batches.

    A file asks for all riders of its partner at once instead; see `RiderBook`.
    """
    distinct, places_of = np.unique(digests, return_inverse=True)
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load("tanhui.partners", "riders_of"),
            {"partner_id": partner_id, "digests": binary.Int8Array(distinct)},
        )
        places, found = (binary.int8_array(cell) for cell in cursor.fetchall()[0])
    known = np.full(len(distinct), NOBODY, dtype=np.int64)
    known[places] = found
    return known[places_of]
