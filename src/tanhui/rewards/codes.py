"""The merchants' own codes: brought in files, kept sealed, found again by a keyed hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.identity.sealing import blind_indexes, seal
from tanhui.kernel.actors import Actor
from tanhui.rewards import offer_acts
from tanhui.rewards.catalogue_refusals import codes_not_taken, offer_fixed
from tanhui.rewards.code_files import CodeLine, read_codes
from tanhui.rewards.queries import CODE_FIELD, rows


@dataclass(frozen=True, slots=True)
class CodesReport:
    """What became of a file: `rows = imported + duplicates + refused`; `lines` tells the rest."""

    rows: int
    imported: int
    duplicates: int
    refused: int
    lines: tuple[CodeLine, ...]


@dataclass(frozen=True, slots=True)
class CodeCount:
    """Codes of one offer: how many were brought, how many are free, when the last came."""

    brought: int = 0
    free: int = 0
    last_at: datetime | None = None


def import_codes(
    *, actor: Actor, offer_code: str, data: bytes, filename: str = "", at: datetime
) -> CodesReport:
    """Takes the codes of a csv or txt file in (UTF-8 or GB18030), each once.

    A code that the merchant ever brought before, for whatever offer, is a duplicate. Good rows of
    a bad file still count. Refuses `not_permitted`, `no_such_offer`, `offer_takes_no_codes`,
    `offer_fixed` (a closed offer), `codes_unreadable`, `codes_empty`, `too_many_codes`.
    """
    found = offer_acts.own_offer(actor, offer_code)
    if found.delivery != "code":
        raise codes_not_taken()
    read = read_codes(data)
    with transaction.atomic():
        found = offer_acts.kept(offer_code)
        if found.state == "closed":
            raise offer_fixed()
        known = _add(found.merchant_id, found.id, list(read.codes), at)
        again = [CodeLine(read.codes[code], "known", code[:24]) for code in known]
        lines = tuple(sorted((*read.lines, *again), key=lambda line: line.number))
        duplicates = sum(line.why in ("twice", "known") for line in lines)
        report = CodesReport(
            read.rows, read.rows - len(lines), duplicates, len(lines) - duplicates, lines
        )
        write_audit(
            actor=actor,
            action="rewards.import_codes",
            subject=offer_acts.subject(found.code),
            facts={
                "file": filename.rpartition("/")[2][:100],
                "rows": report.rows,
                "imported": report.imported,
                "duplicates": report.duplicates,
                "refused": report.refused,
            },
            at=at,
        )
    return report


def code_counts(offer_ids: Iterable[int]) -> dict[int, CodeCount]:
    """Codes brought and free, by the offer's number; offers without codes are absent."""
    asked = {"offer_ids": list(offer_ids)}
    return {
        row["offer_id"]: CodeCount(row["brought"], row["free"], row["last_at"])
        for row in rows("code_counts", asked)
    }


def _add(merchant_id: int, offer_id: int, codes: Sequence[str], at: datetime) -> set[str]:
    """Keeps the codes that are new; answers those that are not."""
    # While the key changes, a code may still be kept under the hash of the older one.
    hashes = {code: blind_indexes(code, field=CODE_FIELD) for code in codes}
    every = [one for each in hashes.values() for one in each]
    held = {
        bytes(row["code_hash"])
        for row in rows("known_codes", {"merchant_id": merchant_id, "digests": every})
    }
    fresh = [code for code in codes if not held.intersection(hashes[code])]
    added = rows(
        "add_codes",
        {
            "merchant_id": merchant_id,
            "offer_id": offer_id,
            "digests": [hashes[code][0] for code in fresh],
            "seals": [seal(code, field=CODE_FIELD) for code in fresh],
            "at": at,
        },
    )
    new = {bytes(row["code_hash"]) for row in added}
    return {code for code in codes if hashes[code][0] not in new}
