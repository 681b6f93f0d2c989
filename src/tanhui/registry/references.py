"""A caller's own reference: the same again is the same act, or says what differs."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tanhui.registry import refusals
from tanhui.registry.queries import opened, rows


def known(owner: int, reference: str, kind: str, facts: Mapping[str, object]) -> UUID:
    """The event that a reference named before; refuses `exists_with_different_<field>`."""
    row = rows("event_of_reference", {"organisation_id": owner, "reference": reference})[0]
    if row["kind"] != kind:
        raise refusals.different("kind")
    before = opened(row["facts"])
    for name in sorted(before.keys() | facts.keys()):
        if before.get(name) != facts.get(name):
            raise refusals.different(name)
    event_id: UUID = row["id"]
    return event_id
