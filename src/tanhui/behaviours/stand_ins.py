"""Whose the rows of a batch are; and whom the sandbox takes for a rider who is not bound yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tanhui.behaviours.recording import Source
from tanhui.behaviours.settlement import Ints
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.commands import open_accounts
from tanhui.partners.riders import NOBODY, rider_digests, riders_of

# Citizens are numbered from 1 and have 37 bits; the upper half of these is nobody's.
FIRST = 2**36


def stand_ins(rider_digests: Ints) -> Ints:
    """A citizen's number for each digest (same shape), with accounts to be paid into.

    Only for a transaction that is rolled back: neither the numbers nor the accounts may stay.
    """
    citizens = FIRST + (rider_digests & (FIRST - 1))
    # In ascending order, so that two sandbox batches do not wait for one another crosswise.
    open_accounts(holder_ids=np.unique(citizens), kinds=(CITIZEN_POINTS, CITIZEN_REDUCTION))
    return citizens


def riders_of_batch(
    source: Source, riders: npt.NDArray[np.bytes_], modes: Sequence[str], *, any_rider: bool
) -> Ints:
    """The citizen of each row by its rider and mode: `NOBODY` where none is bound, `WITHHELD` where
    the citizen refuses. With `any_rider`, one who is not bound gets a stand-in."""
    journeys = set(source.library.journey_modes())
    names = rider_digests(source.reference_key, riders)
    tells_where = np.array([mode in journeys for mode in modes], dtype=np.bool_)
    citizen = riders_of(source.partner_id, names, tells_where)
    unknown = citizen == NOBODY
    if any_rider and unknown.any():
        citizen[unknown] = stand_ins(names[unknown])
    return citizen
