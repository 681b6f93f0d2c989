"""Whom the sandbox takes for a rider who is not bound yet."""

from __future__ import annotations

import numpy as np

from tanhui.behaviours.settlement import Ints
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.commands import open_accounts

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
