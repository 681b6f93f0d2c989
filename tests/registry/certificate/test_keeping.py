"""Certificates as the database keeps them: one for a retirement, emptied at most, never filled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from tanhui.registry import queries as registry
from tanhui.registry.certificate import issuer, keeping
from tanhui.registry.records import Retirement
from tests.cast import NOW
from tests.registry.register import Register

pytestmark = pytest.mark.database


@pytest.fixture
def retired(register: Register) -> Retirement:
    """A retirement that is final."""
    register.issue(3_000)
    register.retire(1_200, "launch", at=NOW + timedelta(minutes=1))
    return registry.retirements(limit=1)[0]


def _run(statement: str, values: Mapping[str, uuid.UUID | bytes]) -> str:
    """What the database says of a statement by the application's role; empty when it takes it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, dict(values))
    except Error as error:
        return str(error)
    return ""


def test_a_certificate_is_kept_sealed_and_only_ever_emptied(retired: Retirement) -> None:
    kept = keeping.kept(retired.id)
    assert kept is not None
    assert kept.credential is not None
    assert [proof["cryptosuite"] for proof in kept.proofs] == ["eddsa-jcs-2022"]
    assert kept.credential["issuer"]["id"] == issuer.issuer().did  # type: ignore[index]
    row: dict[str, uuid.UUID | bytes] = {"id": retired.id, "other": b"other"}
    attacks = {
        "UPDATE registry_certificate SET credential_sealed = %(other)s"
        " WHERE retirement_id = %(id)s": "only ever emptied",
        "UPDATE registry_certificate SET proofs = '[]' WHERE retirement_id = %(id)s": "permission",
        "DELETE FROM registry_certificate WHERE retirement_id = %(id)s": "permission",
        "TRUNCATE registry_certificate": "permission",
        "INSERT INTO registry_certificate SELECT retirement_id, %(other)s, proofs, at"
        " FROM registry_certificate WHERE retirement_id = %(id)s": "registry_certificate_pkey",
        "INSERT INTO registry_certificate SELECT gen_random_uuid(), %(other)s, proofs, at"
        " FROM registry_certificate WHERE retirement_id = %(id)s": "certificate_retirement",
        "INSERT INTO registry_certificate SELECT gen_random_uuid(), %(other)s, '[]', at"
        " FROM registry_certificate WHERE retirement_id = %(id)s": "registry_certificate_signed",
    }
    for statement, reason in attacks.items():
        assert reason in _run(statement, row), statement
    keeping.empty_certificate(retirement_id=retired.id)
    emptied = keeping.kept(retired.id)
    assert emptied is not None
    assert emptied.credential is None
    assert emptied.proofs == kept.proofs
    refill = "UPDATE registry_certificate SET credential_sealed = %(other)s"
    assert "only ever emptied" in _run(refill, row)


def test_a_certificate_belongs_to_the_transaction_of_its_retirement(retired: Retirement) -> None:
    with pytest.raises(RuntimeError):
        keeping.keep_certificate(
            retirement_id=retired.id, credential={}, signer=issuer.issuer(), at=NOW
        )
    assert keeping.kept(uuid.uuid4()) is None
