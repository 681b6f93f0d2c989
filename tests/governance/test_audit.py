"""The audit row stands or falls with the act it tells of, and nobody edits it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import transaction
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.commands import write_audit
from tanhui.governance.models import AuditRow
from tests.cast import NOW, OPERATOR

pytestmark = pytest.mark.database


def _write(**facts: Any) -> None:
    write_audit(actor=OPERATOR, action="act", subject="subject:1", facts=facts, at=NOW)


@pytest.mark.usefixtures("books")
def test_a_row_needs_the_transaction_of_its_act() -> None:
    with pytest.raises(RuntimeError, match="transaction of its act"):
        _write()
    assert AuditRow.objects.count() == 0


@pytest.mark.usefixtures("books")
def test_a_row_says_who_did_what_and_when() -> None:
    with transaction.atomic():
        _write(rows=3)
    row = AuditRow.objects.get()
    assert (row.actor, row.action, row.subject) == ("operator:tests", "act", "subject:1")
    assert (row.at, row.facts) == (NOW, {"rows": 3})


@pytest.mark.usefixtures("books")
def test_an_act_undone_leaves_no_row() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        _write()
        raise ZeroDivisionError
    assert AuditRow.objects.count() == 0


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE governance_audit SET actor = 'someone else'",
        "DELETE FROM governance_audit",
        "TRUNCATE governance_audit",
        "DROP TABLE governance_audit",
        "SELECT setval('governance_audit_id_seq', 1)",
    ],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
