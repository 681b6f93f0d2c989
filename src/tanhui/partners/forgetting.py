"""Forgetting what partners called the rows of a person who is erased."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tanhui.kernel.references import reference_digests
from tanhui.partners.riders import byte_strings
from tanhui.partners.rows import fetch

_ZLIB_LEVEL = 1


def forget_references(*, partner_id: int, digests: Collection[int], since: datetime) -> int:
    """Blanks references in the answers that are kept to a partner's messages; answers how many.

    Gone are those of the deeds with these digests, and of every row that was refused: a refused row
    is nobody's deed, so nobody can tell whose it was. Called by the command that erases a person.
    """
    changed = 0
    own = set(digests)
    with transaction.atomic():
        for delivery_id, kept in fetch("results_since", {"partner_id": partner_id, "since": since}):
            answer = json.loads(zlib.decompress(kept))
            if _blank(answer["results"], own):
                told = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
                result = zlib.compress(told, _ZLIB_LEVEL)
                fetch("replace_result", {"id": delivery_id, "result": result})
                changed += 1
    return changed


def _blank(results: list[dict[str, Any]], own: set[int]) -> int:
    """Blanks in place; answers how many references went."""
    named = [item for item in results if item["reference"]]
    if not named:
        return 0
    names = byte_strings([item["reference"] for item in named])
    digests = reference_digests(settings.TANHUI.reference_key, names).tolist()
    blanked = 0
    for item, digest in zip(named, digests, strict=True):
        if digest in own or item["result"].startswith("refused:"):
            item["reference"] = None
            blanked += 1
    return blanked
