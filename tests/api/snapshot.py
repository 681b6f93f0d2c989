"""The committed description: `python -m tests.api.snapshot` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.setting import set_up

set_up()

from tanhui.api.v1 import description_document  # noqa: E402

SNAPSHOT = Path(__file__).with_name("openapi.json")


def document() -> dict[str, Any]:
    """The description as a client reads it, without what changes with every release."""
    told: dict[str, Any] = json.loads(json.dumps(description_document()))
    told["info"].pop("x-tanhui-version")
    return told


def written() -> str:
    """The description as the snapshot holds it."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(written(), encoding="utf-8")
