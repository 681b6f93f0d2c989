"""How many notices wait to be read, for every page that leads to them."""

from __future__ import annotations

from typing import Any

from django import template

from tanhui.notices import queries

register = template.Library()

# The icon and the words of each way, and of each reason that something did not go out.
_ICONS = {"expiry": "clock", "orders": "bag", "drops": "scale", "business": "paper"}


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> int:
    """How many notices the one who reads the page has not read."""
    person_id = context["request"].actor.person_id
    return queries.unread(person_id) if person_id is not None else 0


@register.simple_tag(takes_context=True)
def newest_notice(context: dict[str, Any]) -> queries.Message | None:
    """The newest notice of the one who reads the page, if it was not read."""
    person_id = context["request"].actor.person_id
    found = queries.inbox(person_id=person_id, limit=1) if person_id is not None else []
    return found[0] if found and found[0].read_at is None else None


@register.filter
def notice_icon(purpose: str) -> str:
    """The icon of a purpose; whatever is not known is a letter in the inbox."""
    return _ICONS.get(purpose, "inbox")
