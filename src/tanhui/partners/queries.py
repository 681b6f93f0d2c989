"""What one may know of partners."""

from __future__ import annotations

import numpy as np
from django.db import connection

from tanhui.kernel.refusals import NotFound
from tanhui.partners.models import Partner
from tanhui.partners.riders import RiderBook
from tanhui.runtime import binary
from tanhui.runtime.sql import load

# Each row of a binary COPY of two bigints: a field count, then length and value twice.
_RIDER_ROW = np.dtype(
    [("fields", ">i2"), ("l1", ">i4"), ("digest", ">i8"), ("l2", ">i4"), ("citizen", ">i8")]
)
_COPY_HEAD_BYTES, _COPY_TAIL_BYTES = 19, 2


def partner(code: str) -> Partner:
    """The partner `code`; refuses `no_such_partner`."""
    found = Partner.objects.filter(code=code).first()
    if found is None:
        raise NotFound(
            "no_such_partner",
            zh="没有登记的数据方“{code}”。",
            en="There is no registered partner “{code}”.",
            code=code,
        )
    return found


def partners() -> list[Partner]:
    """All partners, in the order of their registration."""
    return list(Partner.objects.order_by("id"))


def rider_book(partner_id: int) -> RiderBook:
    """All riders of a partner, read at once: for whole files, not for single requests."""
    with binary.cursor(connection) as cursor:
        pieces = bytearray()
        with cursor.copy(
            load("tanhui.partners", "copy_riders_out"), {"partner_id": partner_id}
        ) as copy:
            for piece in copy:
                pieces += piece
    rows = np.frombuffer(pieces[_COPY_HEAD_BYTES:-_COPY_TAIL_BYTES], dtype=_RIDER_ROW)
    return RiderBook(rows["digest"].astype(np.int64), rows["citizen"].astype(np.int64))
