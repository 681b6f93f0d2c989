"""Sealing anew: 100,000 fields under another key and algorithm, beside the library's AES alone.

The comparator opens and seals as many such texts and stores nothing.

    python -m benchmarks.keys
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.setting import set_up

set_up()

from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402
from django.conf import settings  # noqa: E402

from benchmarks.scratch import scratch_database  # noqa: E402
from tanhui.identity.commands import NAME_FIELD, PHONE_FIELD, platform_actor  # noqa: E402
from tanhui.identity.models import Person  # noqa: E402
from tanhui.identity.resealing import SEALED, reseal  # noqa: E402
from tanhui.identity.sealing import blind_index, seal  # noqa: E402
from tanhui.runtime.keys.algorithms import Algorithm  # noqa: E402

PERSONS = 50_000
FIELDS = 2 * PERSONS
REQUIRED_SECONDS = 30.0
AT = datetime(2026, 3, 1, tzinfo=UTC)


def run() -> dict[str, object]:
    """Seconds for all fields, and the comparator's."""
    with tempfile.TemporaryDirectory() as folder, scratch_database():
        # The ring of this installation stays as it is.
        settings.TANHUI.keys.path = Path(folder) / "keyring.toml"
        _register()
        settings.TANHUI.keys.rotate("personal", Algorithm.SM4_GCM)
        settings.TANHUI.keys.rotate("blind")
        begun = time.perf_counter()
        told = reseal(actor=platform_actor(), columns=SEALED, at=AT)
        seconds = time.perf_counter() - begun
        if sum(told.values()) != FIELDS:
            raise RuntimeError(f"not every field was sealed anew: {told}")
    bare = _bare()
    print(f"{FIELDS:,} fields sealed anew in {seconds:.1f} s; the library alone {bare:.1f} s")
    return {
        "fields": FIELDS,
        "seconds": round(seconds, 2),
        "bare_seconds": round(bare, 2),
        "required_seconds": REQUIRED_SECONDS,
        "met": seconds <= REQUIRED_SECONDS,
    }


def _phone(number: int) -> str:
    return f"139{number:08d}"


def _register() -> None:
    Person.objects.bulk_create(
        (
            Person(
                display_name_sealed=seal("林晓", field=NAME_FIELD),
                phone_sealed=seal(_phone(number), field=PHONE_FIELD),
                phone_index=blind_index(_phone(number), field=PHONE_FIELD),
                registered_at=AT,
            )
            for number in range(PERSONS)
        ),
        batch_size=5_000,
    )


def _bare() -> float:
    old, new = AESGCM(bytes(32)), AESGCM(bytes(range(32)))
    nonce = bytes(12)
    sealed = [old.encrypt(nonce, _phone(number).encode(), b"") for number in range(FIELDS)]
    begun = time.perf_counter()
    for one in sealed:
        new.encrypt(os.urandom(12), old.decrypt(nonce, one, b""), b"")
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
