"""Who a partner's riders are: digests of their names, looked up for a whole column at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from tanhui.identity.consents.purposes import LOCATION, RECORDS
from tanhui.kernel.references import reference_digests
from tanhui.runtime import binary
from tanhui.runtime.sql import load

NOBODY = 0
# A rider whose citizen has withdrawn the consent; no citizen has a number below 1.
WITHHELD = -1
# By which purposes a statement asks who refuses.
CONSENTS = {"records": RECORDS, "location": LOCATION}


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
    """All riders of one partner: sorted digests and, beside each, the citizen.

    `no_records` are the citizens who refuse what this partner sends, `no_journeys` those who refuse
    whereabouts from any.
    """

    digests: npt.NDArray[np.int64]
    citizen_ids: npt.NDArray[np.int64]
    no_records: npt.NDArray[np.int64]
    no_journeys: npt.NDArray[np.int64]

    def citizens_of(self, digests: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The citizen of each digest (same shape), `NOBODY` where no rider is bound."""
        if len(self.digests) == 0:
            return np.full(len(digests), NOBODY, dtype=np.int64)
        places = np.searchsorted(self.digests, digests).clip(max=len(self.digests) - 1)
        return np.where(self.digests[places] == digests, self.citizen_ids[places], NOBODY)

    def consenting(
        self, digests: npt.NDArray[np.int64], journeys: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        """As `citizens_of`, and `WITHHELD` where the citizen refuses the row.

        `journeys` says of each row whether it tells where and when somebody went.
        """
        citizens = self.citizens_of(digests)
        return _withheld(citizens, journeys, self.no_records, self.no_journeys)


def _withheld(
    citizens: npt.NDArray[np.int64],
    journeys: npt.NDArray[np.bool_],
    no_records: npt.NDArray[np.int64],
    no_journeys: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """The citizens, with `WITHHELD` in place of those who refuse; hardly anybody does."""
    if len(no_records) == 0 and len(no_journeys) == 0:
        return citizens
    refused = np.isin(citizens, no_records) | (journeys & np.isin(citizens, no_journeys))
    return np.where(refused, WITHHELD, citizens)


def riders_of(
    partner_id: int, digests: npt.NDArray[np.int64], journeys: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """The citizen of each digest (same shape), `NOBODY` where none is bound, `WITHHELD` where the
    citizen refuses (see `RiderBook.consenting`): for batches.

    A file asks for all riders of its partner at once instead; see `RiderBook`.
    """
    distinct, places_of = np.unique(digests, return_inverse=True)
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load("tanhui.partners", "riders_of"),
            {"partner_id": partner_id, "digests": binary.Int8Array(distinct)} | CONSENTS,
        )
        places, found, *refused = (binary.int8_array(cell) for cell in cursor.fetchall()[0])
    known = np.full(len(distinct), NOBODY, dtype=np.int64)
    known[places] = found
    return _withheld(known[places_of], journeys, *refused)
