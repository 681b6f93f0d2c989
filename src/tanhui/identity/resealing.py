"""Changing the keys of personal data while the platform runs.

A new key seals everything from now on; what older keys sealed is opened and sealed anew here, page
by page, by the owner of the tables. The blind index follows in the same pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.commands import NAME_FIELD
from tanhui.identity.sealing import blind_index
from tanhui.identity.second_factor.secret import bound_to
from tanhui.kernel.actors import Actor
from tanhui.runtime.keys.algorithms import Algorithm
from tanhui.runtime.keys.file import Key
from tanhui.runtime.sql import load

PAGE_ROWS = 1_000
_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values: which key opens them, and to what each row's value is bound.

    `key_column` is the table's primary key; `bound` answers the field name for a row's key.
    `index_column` holds the blind index of the same value, if there is one.
    """

    table: str
    column: str
    bound: Callable[[str], str]
    key_column: str = "id"
    purpose: str = "personal"
    index_column: str | None = None


SEALED = (
    SealedColumn("identity_person", "display_name_sealed", lambda _: NAME_FIELD),
    SealedColumn(
        "identity_person", "phone_sealed", lambda _: PHONE_FIELD, index_column="phone_index"
    ),
    SealedColumn("identity_secondfactor", "secret_sealed", bound_to, purpose="second-factor"),
)


def rotate_key(*, actor: Actor, name: str, algorithm: Algorithm | None, at: datetime) -> Key:
    """Makes a new key of a name, by the same algorithm or another of its kind.

    Refuses `not_permitted`, `key_name_unknown`, `key_algorithm_unfit` and `keyring_unwritable`.
    """
    require(actor, "keys.rotate")
    with transaction.atomic():
        made = settings.TANHUI.keys.rotate(name, algorithm)
        _audit(actor, "keys.rotate", made, at)
    return made


def retire_key(*, actor: Actor, name: str, key_id: bytes, at: datetime) -> None:
    """Lets an older key do nothing new. Refuses `not_permitted`, `key_unknown`, `key_in_use`."""
    require(actor, "keys.rotate")
    with transaction.atomic():
        settings.TANHUI.keys.retire(name, key_id)
        write_audit(
            actor=actor,
            action="keys.retire",
            subject=f"key:{name}",
            facts={"id": key_id.hex()},
            at=at,
        )


def _audit(actor: Actor, action: str, key: Key, at: datetime) -> None:
    facts: dict[str, object] = {"id": key.id.hex(), "algorithm": key.algorithm.name}
    write_audit(actor=actor, action=action, subject=f"key:{key.name}", facts=facts, at=at)


def reseal(
    *,
    actor: Actor,
    columns: Sequence[SealedColumn],
    at: datetime,
    progress: Callable[[str, int], None] = lambda _column, _done: None,
) -> dict[str, int]:
    """Seals anew what older keys sealed, and writes the blind indexes by the newest key.

    Answers how many values of each `table.column` were written. A value that changes meanwhile was
    sealed by the new key anyway and is left. Refuses `not_permitted`.
    """
    require(actor, "keys.rotate")
    told = {f"{one.table}.{one.column}": _reseal(one, progress) for one in columns}
    with transaction.atomic():
        write_audit(actor=actor, action="keys.reseal", subject="keys", facts={**told}, at=at)
    return told


def _reseal(column: SealedColumn, progress: Callable[[str, int], None]) -> int:
    keys = settings.TANHUI.keys
    done, after = 0, None
    # An index does not say which key made it, so every row of such a column is looked at.
    head = None if column.index_column else keys.head(column.purpose)
    while page := _page(column, head, after):
        after = page[-1][0]
        bound = [column.bound(key).encode() for key, _ in page]
        plain = [
            keys.unseal(column.purpose, sealed, field)
            for (_, sealed), field in zip(page, bound, strict=True)
        ]
        fresh = [
            keys.seal(column.purpose, text, field) for text, field in zip(plain, bound, strict=True)
        ]
        with transaction.atomic(using=_OWNER):
            if column.index_column:
                indexes = [
                    blind_index(text.decode(), field=field.decode())
                    for text, field in zip(plain, bound, strict=True)
                ]
                _write(column, page, column.index_column, indexes)
            done += _write(column, page, column.column, fresh)
        progress(f"{column.table}.{column.column}", done)
    return done


def _page(column: SealedColumn, head: bytes | None, after: str | None) -> list[tuple[str, bytes]]:
    asked = {
        "table_name": column.table,
        "key_name": column.key_column,
        "column_name": column.column,
        "head": head,
        "after": after,
        "rows_max": PAGE_ROWS,
    }
    with connections[_OWNER].cursor() as cursor:
        cursor.execute(load("tanhui.identity", "sealed_page"), asked)
        return [(key, bytes(sealed)) for key, sealed in cursor.fetchall()]


def _write(
    column: SealedColumn, page: Sequence[tuple[str, bytes]], target: str, values: Sequence[bytes]
) -> int:
    """Writes where the sealed value is still the one that was read."""
    given: dict[str, Any] = {
        "table_name": column.table,
        "key_name": column.key_column,
        "column_name": target,
        "held_name": column.column,
        "row_keys": [key for key, _ in page],
        "olds": [sealed for _, sealed in page],
        "news": list(values),
    }
    with connections[_OWNER].cursor() as cursor:
        cursor.execute(load("tanhui.identity", "sealed_write"), given)
        return int(cursor.fetchone()[0])
