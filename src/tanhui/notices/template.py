"""Templates of notices: what is said, in both languages, from facts of declared kinds. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Literal

from tanhui.notices import refusals

Facts = Mapping[str, str | int]
Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# What a fact may be. `name` is given twice, as `<field>_zh` and `<field>_en`; `fen` becomes yuan;
# a date is `2026-12-31` and a month `2026-12`.
KINDS = ("number", "fen", "date", "month", "text", "name")
# What WeChat allows in each kind of a subscribe message's field: how it must look, and what it is.
SUBSCRIBE_KINDS: dict[str, str] = {
    "thing": r".{1,20}",
    "number": r"\d{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[!-~]{1,32}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "amount": r"[¥$]?\d{1,10}(\.\d{1,2})?元?",
    "date": r"\d{4}年\d{1,2}月\d{1,2}日",
}
THING_MAX = 20
# One text message holds 70 Chinese characters or 160 Latin ones, its signature among them.
SMS_MAX = {"zh": 62, "en": 150}
_SMS_NAME_MAX = {"zh": 20, "en": 40}
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Both:
    """One sentence in both languages, with `{field}` where a fact goes."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class SubscribeField:
    """One field of a subscribe message: `thing1`, and what is put there."""

    name: str
    text: Both

    @property
    def kind(self) -> str:
        """`thing` of `thing1`."""
        return self.name.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class Example:
    """Facts, and the subject they must give."""

    facts: Facts
    subject: Both


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of notice in one version. `urgent` ones do not wait for the morning."""

    id: str
    version: str
    digest: str
    purpose: str
    title: Both
    urgent: bool
    fields: Mapping[str, str]
    subject: Both
    body: Both
    sms_id: Both
    sms: Both
    subscribe_id: str
    subscribe: tuple[SubscribeField, ...]
    example: Example

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def check(self, facts: Facts) -> None:
        """Refuses `notice_facts_wrong` unless these are exactly the facts of the template."""
        wrong = self._wrong(facts)
        if wrong:
            raise refusals.notice_facts_wrong(self.id, ", ".join(sorted(wrong)))

    def fits(self, facts: Facts) -> bool:
        """Whether these are exactly the facts of the template."""
        return not self._wrong(facts)

    def _wrong(self, facts: Facts) -> set[str]:
        wrong = set(facts) ^ _keys(self.fields)
        for field, kind in self.fields.items():
            for key in _keys({field: kind}) - wrong:
                if not _fits(kind, facts[key]):
                    wrong.add(key)
        return wrong

    def said(self, text: Both, facts: Facts, language: Language) -> str:
        """A sentence of this template with its facts put in."""
        return _Filler(self.fields, facts, language, plain=False).fill(text.of(language))

    def sms_values(self, facts: Facts, language: Language) -> list[str]:
        """What fills a text message's numbered places, in the order of its words."""
        filler = _Filler(self.fields, facts, language, plain=False, cut=_SMS_NAME_MAX[language])
        places = [name for _, name, _, _ in Formatter().parse(self.sms.of(language)) if name]
        return [filler.fill(f"{{{name}}}") for name in places]

    def sms_text(self, facts: Facts, language: Language) -> str:
        """The whole text message; names are cut, as its operators allow no more."""
        filler = _Filler(self.fields, facts, language, plain=False, cut=_SMS_NAME_MAX[language])
        return filler.fill(self.sms.of(language))

    def subscribe_values(self, facts: Facts, language: Language) -> dict[str, str]:
        """Each field of the subscribe message as WeChat takes it; a thing is cut to 20 characters.

        Refuses `notice_field_unfit` for a value that WeChat would not take.
        """
        filler = _Filler(self.fields, facts, language, plain=True)
        values: dict[str, str] = {}
        for field in self.subscribe:
            value = filler.fill(field.text.of(language))
            if field.kind == "thing":
                value = _cut(value, THING_MAX)
            if not re.fullmatch(SUBSCRIBE_KINDS[field.kind], value):
                raise refusals.notice_field_unfit(self.id, field.name)
            values[field.name] = value
        return values


def sms_operator_text(text: str) -> str:
    """A text message as its operator keeps it: `{1}`, `{2}` where ours has names."""
    made, count = "", 0
    for words, name, _, _ in Formatter().parse(text):
        made += words
        if name:
            count += 1
            made += f"{{{count}}}"
    return made


def _keys(fields: Mapping[str, str]) -> set[str]:
    """The facts that fields ask for."""
    keys: set[str] = set()
    for field, kind in fields.items():
        keys |= {f"{field}_zh", f"{field}_en"} if kind == "name" else {field}
    return keys


def _fits(kind: str, value: str | int) -> bool:
    if kind in ("number", "fen"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not isinstance(value, str):
        return False
    if kind in ("date", "month"):
        try:
            date.fromisoformat(value if kind == "date" else f"{value}-01")
        except ValueError:
            return False
        return len(value) == (10 if kind == "date" else 7)
    # A line break in a subject would be a header of its own.
    return 0 < len(value) <= _TEXT_MAX and value.isprintable()


@dataclass(frozen=True, slots=True)
class _Filler:
    """Puts facts into sentences. `plain` writes numbers and days as machines take them."""

    fields: Mapping[str, str]
    facts: Facts
    language: Language
    plain: bool
    cut: int = 0

    def fill(self, text: str) -> str:
        made = ""
        for words, name, form, _ in Formatter().parse(text):
            made += words
            if name:
                made += self._value(name, form or "")
        return made

    def _value(self, name: str, form: str) -> str:
        kind = self.fields[name]
        if kind == "name":
            text = str(self.facts[f"{name}_{self.language}"])
            return _cut(text, self.cut) if self.cut else text
        value = self.facts[name]
        if kind == "number":
            return str(value) if self.plain else f"{value:,}"
        if kind == "fen":
            yuan, fen = divmod(int(value), 100)
            return f"{yuan}.{fen:02d}" if self.plain else f"{yuan:,}.{fen:02d}"
        if kind == "date":
            return _date_words(date.fromisoformat(str(value)), self.language, form == "day")
        if kind == "month":
            day = date.fromisoformat(f"{value}-01")
            zh = f"{day.year} 年 {day.month} 月"
            return zh if self.language == "zh" else f"{day:%B %Y}"
        return _cut(str(value), self.cut) if self.cut else str(value)


def _date_words(day: date, language: Language, plain: bool) -> str:
    if plain:
        return f"{day.year}年{day.month}月{day.day}日"
    if language == "zh":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {day:%b %Y}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
