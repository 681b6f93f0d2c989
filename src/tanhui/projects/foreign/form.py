"""What a layout of another register declares: how it numbers projects and credits, and its tables.

Pure. Columns are told by what they may be called; whoever names a column otherwise adds a word to
the register's file, no code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PROJECTS, CREDITS = "projects", "credits"
KINDS = (PROJECTS, CREDITS)
ISSUANCE, HOLDING = "issuance", "holding"
RETIREMENT, CANCELLATION = "retirement", "cancellation"
EVENTS = (ISSUANCE, HOLDING, RETIREMENT, CANCELLATION)
# The row itself tells what happened, by a word of state or by having a day on which it ended.
TOLD = "told"
DAY_FIRST, MONTH_FIRST = "day", "month"

PROJECT_TEXTS = ("name", "owner", "kind", "status", "country", "region", "place", "website")
PROJECT_AMOUNTS = ("estimated", "issued")
PROJECT_DAYS = ("listed_on", "registered_on", "crediting_first", "crediting_last")
CREDIT_TEXTS = ("account", "beneficiary", "reason", "note")
CREDIT_DAYS = ("issued_on", "ended_on", "vintage_first", "vintage_last")
CREDIT_AMOUNTS = ("quantity", "buffer", "total")
DAYS = (*PROJECT_DAYS, *CREDIT_DAYS)
AMOUNTS = (*PROJECT_AMOUNTS, *CREDIT_AMOUNTS)
FIELDS = (
    "id",
    *PROJECT_TEXTS,
    "methodology",
    "longitude",
    "latitude",
    *PROJECT_AMOUNTS,
    *PROJECT_DAYS,
    "serial",
    "serial_first",
    "serial_last",
    "state",
    "vintage",
    *CREDIT_TEXTS,
    *CREDIT_DAYS,
    *CREDIT_AMOUNTS,
)


@dataclass(frozen=True, slots=True)
class SerialForm:
    """One way in which a register writes a block of serials.

    The pattern names `first` and `last`, and may name `project` and `series`. Numbers of one
    series never stand twice; `series` is its name where the pattern names none.
    """

    pattern: re.Pattern[str]
    series: str


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of file of a register.

    `columns` are a field's possible headings in order of preference, in plain words. `event` is
    what its rows are, or `told`; then `states` are the words for it, and `otherwise` is meant where
    a row tells neither a state nor a day on which the credits ended. `adds` are the fields whose
    sum is the row's `total`.
    """

    name: str
    kind: str
    event: str
    otherwise: str
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]
    adds: tuple[str, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Another register. `id` names its own `number` of a project, written `CODE-number` here."""

    name: str
    title_zh: str
    title_en: str
    source: str
    id: re.Pattern[str]
    code: str
    days: str
    hints: tuple[str, ...]
    empty: frozenset[str]
    serials: tuple[SerialForm, ...]
    tables: tuple[Table, ...]

    def number(self, cell: str) -> str | None:
        """The register's own number in a cell; None where it is none."""
        found = self.id.fullmatch(cell.strip().removesuffix(".0"))
        if found is None:
            return None
        number = found["number"].strip()
        return number.lstrip("0") or None if number.isdigit() else number

    def code_of(self, number: str) -> str:
        """How a project of this number is written here."""
        return f"{self.code}-{number}"
