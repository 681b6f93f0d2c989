"""Nothing of a person is forgotten by those who tell and erase: every table says what it holds."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg
import pytest

from tanhui.behaviours.personal.places import BELOW, NOT_PERSONAL, PLACES, TOLD_ELSEWHERE
from tanhui.config.database import Database

# What a column is called that may hold a person's number, or a value of a person.
PERSONAL = re.compile(
    r"(?:^|_)(?:person|citizen|holder|party|assignee|proposer|seconder|publisher|member|subject)_id$"
    r"|phone|rider|address|_sealed$|^sealed$|^actor$|_by$|agent|email|birth"
)
TOLD = (*PLACES, *(below.place for below in BELOW))

_COLUMNS = """
SELECT kept.relname, cell.attname
FROM pg_class AS kept INNER JOIN pg_attribute AS cell ON cell.attrelid = kept.oid
WHERE kept.relnamespace = 'public'::regnamespace AND kept.relkind IN ('r', 'p')
AND NOT kept.relispartition AND cell.attnum > 0 AND NOT cell.attisdropped
"""


@pytest.fixture(scope="module")
def columns(database: Database) -> dict[str, set[str]]:
    """The columns of every table of the migrated database."""
    found: dict[str, set[str]] = {}
    with closing(psycopg.connect(database.owner_url)) as connection:
        for table, column in connection.execute(_COLUMNS):
            found.setdefault(table, set()).add(column)
    return found


def unknown(columns: dict[str, set[str]]) -> list[str]:
    """Tables and columns of which nobody has said what they hold."""
    told = {place.table for place in TOLD}
    faults = [f"{table}: no line in places" for table in columns.keys() - told - set(NOT_PERSONAL)]
    keys = {(place.table, place.key) for place in PLACES}
    opened = {(place.table, name) for place in TOLD for name in (*place.sealed, *place.left_out)}
    for table, names in columns.items():
        for name in names:
            if (
                PERSONAL.search(name)
                and (table, name) not in keys | opened
                and f"{table}.{name}" not in TOLD_ELSEWHERE
                and not (name == "rider_digest" and table == "partners_rider")
            ):
                faults.append(f"{table}.{name}: looks like a person's and is told nowhere")
    return sorted(faults)


def test_every_table_is_told_or_left_out_with_its_reason(columns: dict[str, set[str]]) -> None:
    assert not unknown(columns)


def test_a_new_table_and_a_new_column_are_found(columns: dict[str, set[str]]) -> None:
    more = {**columns, "vows": {"id", "person_id"}, "ledger_kind": {"kind", "phone_sealed"}}
    assert unknown(more) == [
        "ledger_kind.phone_sealed: looks like a person's and is told nowhere",
        "vows.person_id: looks like a person's and is told nowhere",
        "vows: no line in places",
    ]


def test_no_line_is_left_of_what_is_no_more(columns: dict[str, set[str]]) -> None:
    for place in TOLD:
        named = {place.key, *place.sealed, *place.left_out}
        assert named <= columns.get(place.table, set()), f"{place.table}: {named}"
    for told in TOLD_ELSEWHERE:
        table, _, column = told.partition(".")
        assert column in columns.get(table, ()), told
    assert NOT_PERSONAL.keys() <= columns.keys()
    assert not NOT_PERSONAL.keys() & {place.table for place in TOLD}
