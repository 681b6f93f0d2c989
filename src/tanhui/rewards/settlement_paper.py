"""A month's statement as a table for machines and as a page of paper, with the same sums.

Both are made from one `Statement`; the page names the digest of the table, so that one can be held
against the other.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.quantities import decimal_text
from tanhui.render import documents
from tanhui.rewards.records import Funding, Offer
from tanhui.rewards.statements import Line, Settlement

Side = Literal["sponsor", "merchant"]
TEMPLATE = "statement"
_COLUMNS = (
    *("month", "settlement", "sponsor", "sponsor_name_zh", "sponsor_name_en"),
    *("merchant", "merchant_name_zh", "merchant_name_en", "window"),
    *("offer", "offer_zh", "offer_en", "units", "points", "owed_yuan"),
    *("returned_units", "returned_points", "returned_yuan", "net_yuan", "state"),
    "bank_reference",
)
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_STATES = {
    "nothing": ("无需支付", "nothing to pay"),
    "open": ("待付", "to be paid"),
    "paid": ("出资方已付，待商家确认", "said to be paid, to be confirmed"),
    "disputed": ("有异议", "disputed"),
    "settled": ("已结清", "settled"),
    "running": ("本月未结", "month not over"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One offer that one window pays for."""

    line: Line
    offer: Offer
    funding: Funding


@dataclass(frozen=True, slots=True)
class Party:
    """The other side of a statement: its rows, and the settlement once the month is closed."""

    organisation: Organisation
    rows: tuple[Row, ...]
    settlement: Settlement | None

    @property
    def units(self) -> int:
        """Units delivered less those that came back."""
        return sum(row.line.units - row.line.returned_units for row in self.rows)

    @property
    def points(self) -> int:
        """Points used for them."""
        return sum(row.line.points - row.line.returned_points for row in self.rows)

    @property
    def owed_fen(self) -> int:
        """What became due."""
        return sum(row.line.owed_fen for row in self.rows)

    @property
    def returned_fen(self) -> int:
        """What came back."""
        return sum(row.line.returned_fen for row in self.rows)

    @property
    def net_fen(self) -> int:
        """What became due less what came back."""
        return self.owed_fen - self.returned_fen

    @property
    def state(self) -> str:
        """The settlement's state; `running` before there is one."""
        return self.settlement.state if self.settlement else "running"

    @property
    def paid_fen(self) -> int:
        """What both sides say was paid."""
        settled = self.settlement is not None and self.state == "settled"
        return self.settlement.due_fen if self.settlement and settled else 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One organisation's month, by the other sides. `at` is when it was closed, or read."""

    side: Side
    organisation: Organisation
    month: date
    closed: bool
    at: datetime
    parties: tuple[Party, ...]
    simulated: bool

    @property
    def owed_fen(self) -> int:
        """What became due in all."""
        return sum(party.owed_fen for party in self.parties)

    @property
    def returned_fen(self) -> int:
        """What came back in all."""
        return sum(party.returned_fen for party in self.parties)

    @property
    def net_fen(self) -> int:
        """What became due less what came back."""
        return self.owed_fen - self.returned_fen

    @property
    def paid_fen(self) -> int:
        """What both sides say was paid."""
        return sum(party.paid_fen for party in self.parties)

    @property
    def open_fen(self) -> int:
        """What is closed and still to be paid."""
        return sum(party.settlement.open_fen for party in self.parties if party.settlement)

    @property
    def units(self) -> int:
        """Units in all."""
        return sum(party.units for party in self.parties)

    @property
    def points(self) -> int:
        """Points in all."""
        return sum(party.points for party in self.parties)

    @property
    def file_name(self) -> str:
        """The name of its files, without their ending."""
        return f"tanhui-{self.side}-{self.organisation.code}-{self.month:%Y-%m}".lower()


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, for machines: no commas, a plain minus."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def csv_text(statement: Statement) -> str:
    """The statement as CSV: a row for each offer and window, then one with the sums."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\r\n")
    write.writerow(_COLUMNS)
    for party in statement.parties:
        ends = (statement.organisation, party.organisation)
        sponsor, merchant = ends if statement.side == "sponsor" else ends[::-1]
        number = party.settlement.number if party.settlement else ""
        reference = party.settlement.reference if party.settlement else ""
        for row in party.rows:
            line = row.line
            cells = (
                f"{statement.month:%Y-%m}",
                number,
                *(sponsor.code, sponsor.name_zh, sponsor.name_en),
                *(merchant.code, merchant.name_zh, merchant.name_en),
                row.funding.id,
                *(row.offer.code, row.offer.title_zh, row.offer.title_en),
                *(line.units, line.points, yuan(line.owed_fen)),
                *(line.returned_units, line.returned_points, yuan(line.returned_fen)),
                *(yuan(line.net_fen), party.state, reference),
            )
            write.writerow(_harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    lines = [row.line for party in statement.parties for row in party.rows]
    write.writerow(
        (
            "total",
            *("" for _ in range(11)),
            sum(line.units for line in lines),
            sum(line.points for line in lines),
            yuan(statement.owed_fen),
            sum(line.returned_units for line in lines),
            sum(line.returned_points for line in lines),
            yuan(statement.returned_fen),
            yuan(statement.net_fen),
            *("", ""),
        )
    )
    return file.getvalue()


def csv_bytes(statement: Statement) -> bytes:
    """The file that is handed out: the table, after the mark by which spreadsheets know UTF-8."""
    return csv_text(statement).encode("utf-8-sig")


def digest(statement: Statement) -> str:
    """SHA-256 of the file that is handed out, in hexadecimal, as `sha256sum` tells it."""
    return hashlib.sha256(csv_bytes(statement)).hexdigest()


def pdf(statement: Statement, *, brand: str) -> bytes:
    """The statement as an A4 document in both languages."""
    return documents.compile(
        TEMPLATE, content(statement, brand=brand), at=statement.at.replace(microsecond=0)
    )


def content(statement: Statement, *, brand: str) -> dict[str, object]:
    """What the template is told."""
    month, at = statement.month, statement.at.astimezone(CITY_ZONE)
    mine = statement.side == "sponsor"
    return {
        "title": f"{month:%Y-%m} {statement.organisation.name_zh}",
        "heading": {
            "zh": "权益出资对账单" if mine else "权益应收对账单",
            "en": "Statement of rewards paid for" if mine else "Statement of rewards honoured",
        },
        "brand": brand,
        "simulated": statement.simulated,
        "specimen": "样张 · 模拟数据 SPECIMEN",
        "month": {"zh": f"{month.year} 年 {month.month} 月", "en": f"{month:%B %Y}"},
        "organisation": _named(statement.organisation),
        "role": {"zh": "出资方", "en": "Sponsor"} if mine else {"zh": "商家", "en": "Merchant"},
        "other": {"zh": "商家", "en": "Merchant"} if mine else {"zh": "出资方", "en": "Sponsor"},
        "closed": statement.closed,
        "at": f"{at:%Y-%m-%d %H:%M}",
        "sums": [
            _sum("应付", "Owed", statement.owed_fen),
            _sum("退回", "Returned", statement.returned_fen),
            _sum("合计", "Net", statement.net_fen),
            _sum("已结清", "Settled", statement.paid_fen),
        ],
        "parties": [_party(party) for party in statement.parties],
        "total": {
            "units": f"{statement.units:,}",
            "points": f"{statement.points:,}",
            "owed": decimal_text(statement.owed_fen, 100, 2),
            "returned": decimal_text(statement.returned_fen, 100, 2),
            "net": decimal_text(statement.net_fen, 100, 2),
        },
        "digest": digest(statement),
    }


def _harmless(text: str) -> str:
    """A text that no spreadsheet runs; amounts below zero are no texts of others."""
    amount = text[1:].replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not amount else text


def _named(organisation: Organisation) -> dict[str, str]:
    return {
        "zh": organisation.name_zh,
        "en": organisation.name_en,
        "code": f"{organisation.code} · {organisation.credit_code}",
    }


def _sum(zh: str, en: str, fen: int) -> dict[str, str]:
    return {"zh": zh, "en": en, "yuan": decimal_text(fen, 100, 2)}


def _party(party: Party) -> dict[str, object]:
    settlement = party.settlement
    zh, en = _STATES[party.state]
    return {
        **_named(party.organisation),
        "rows": [
            {
                "zh": row.offer.title_zh,
                "en": row.offer.title_en,
                "code": f"{row.offer.code} · {row.funding.title_zh}",
                "units": _less(row.line.units, row.line.returned_units),
                "points": _less(row.line.points, row.line.returned_points),
                "owed": decimal_text(row.line.owed_fen, 100, 2),
                "returned": decimal_text(row.line.returned_fen, 100, 2),
                "net": decimal_text(row.line.net_fen, 100, 2),
            }
            for row in party.rows
        ],
        "net": decimal_text(party.net_fen, 100, 2),
        "number": settlement.number if settlement else "",
        "due": decimal_text(settlement.due_fen, 100, 2) if settlement else "",
        "brought": _unless_nothing(settlement.brought_fen) if settlement else "",
        "carried": _unless_nothing(settlement.carried_fen) if settlement else "",
        "state": {"zh": zh, "en": en},
        "settled": party.state in ("settled", "nothing"),
        "reference": settlement.reference if settlement else "",
    }


def _less(amount: int, returned: int) -> str:
    return f"{amount - returned:,}"


def _unless_nothing(fen: int) -> str:
    return decimal_text(fen, 100, 2) if fen else ""
