"""Named refusals: what cannot be done, why, and whether trying again later may help.

A refusal is an expected answer, never a defect. It carries a stable code for machines and a
sentence in each language for people. Doors translate the kind into their own terms (a status code,
a page, an exit code) by one table each.
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """An expected refusal with a stable `code` and a sentence in Chinese and in English.

    `zh` and `en` may hold `{name}` placeholders that are filled from `facts`.
    `transient` is true when the same request may succeed later without being changed.
    """

    kind: ClassVar[str] = "refusal"

    def __init__(
        self, code: str, /, *, zh: str, en: str, transient: bool = False, **facts: object
    ) -> None:
        self.code = code
        self.zh = zh.format(**facts)
        self.en = en.format(**facts)
        self.transient = transient
        self.facts = facts
        super().__init__(f"{code}: {self.en}")

    def text(self, language: str) -> str:
        """The sentence in `language` (`zh…` gives Chinese, anything else English)."""
        return self.zh if language.startswith("zh") else self.en


class Invalid(Refusal):
    """The request itself is wrong; the same request will never be accepted."""

    kind = "invalid"


class NotFound(Refusal):
    """What the request names does not exist, or not for this actor."""

    kind = "not_found"


class Forbidden(Refusal):
    """The actor may not do this."""

    kind = "forbidden"


class Conflict(Refusal):
    """The request contradicts what is already recorded."""

    kind = "conflict"


class Exhausted(Refusal):
    """A limit, a balance, a stock or a quota is used up."""

    kind = "exhausted"
