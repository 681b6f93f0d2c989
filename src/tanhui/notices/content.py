"""Reading a city's notices: its choices (`notices.toml`) and its templates (`notices/*.toml`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from string import Formatter

from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Refusal
from tanhui.methodology.library import Entry
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.notices import refusals
from tanhui.notices.template import (
    KINDS,
    LANGUAGES,
    SMS_MAX,
    SUBSCRIBE_KINDS,
    Both,
    Example,
    SubscribeField,
    Template,
)

_VERSION = r"\d+\.\d+\.\d+"
_NAME = r"[a-z][a-z0-9-]{0,39}"
_HOUR = r"([01]\d|2[0-3]):[0-5]\d"
# What the platform itself sends; a city's folder must have each of them.
KNOWN = (
    *("expiry-60", "expiry-30", "expiry-7", "voucher-expiring", "redemption-confirmed"),
    *("redemption-refunded", "drop-won", "drop-lost", "offer-closed", "settlement-ready"),
    *("dispute-raised", "dispute-decided"),
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What notices are about; people choose by it. `staff`: for those who work for somebody."""

    id: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    staff: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What the city chose about sending."""

    quiet_begins: time
    quiet_ends: time
    sms_per_week: int
    back_off: tuple[timedelta, ...]
    lease: timedelta
    late: timedelta
    kept_months: int
    purposes: tuple[Purpose, ...]

    def is_quiet(self, at: datetime) -> bool:
        """Whether phones are left alone at this instant; quiet hours may pass midnight."""
        now = at.astimezone(CITY_ZONE).time()
        if self.quiet_begins <= self.quiet_ends:
            return self.quiet_begins <= now < self.quiet_ends
        return now >= self.quiet_begins or now < self.quiet_ends

    def not_before(self, at: datetime) -> datetime:
        """The first instant from `at` on at which phones are not left alone."""
        if not self.is_quiet(at):
            return at
        local = at.astimezone(CITY_ZONE)
        end = datetime.combine(local.date(), self.quiet_ends, CITY_ZONE)
        return end if end > local else end + timedelta(days=1)


def terms_of(content_root: Path) -> Terms:
    """The city's choices, read once for each program."""
    return _city(content_root)[0]


def templates_of(content_root: Path) -> Mapping[str, Template]:
    """Every template by its name, read once for each program."""
    return _city(content_root)[1]


def template_of(content_root: Path, name: str) -> Template:
    """One template; refuses `no_such_notice`."""
    found = templates_of(content_root).get(name)
    if found is None:
        raise refusals.no_such_notice(name)
    return found


@cache
def _city(content_root: Path) -> tuple[Terms, dict[str, Template]]:
    terms = [read_terms(path) for path in _terms_paths(content_root)]
    found = [read_template(path) for path in _paths(content_root)]
    return terms[0], {template.id: template for template in found}


def _terms_paths(content_root: Path) -> Iterator[Path]:
    yield from sorted(content_root.glob("*/notices.toml"))


def _paths(content_root: Path) -> Iterator[Path]:
    yield from sorted(content_root.glob("*/notices/*.toml"))


def read_terms(path: Path) -> Terms:
    """One city's choices. Raises ContentRefused with every fault of the file."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("notices") as head:
            head.day("valid_from")
            for key in ("basis", "source_zh", "source_en"):
                head.text(key)
        with root.table("quiet") as quiet:
            begins, ends = _hour(quiet, "begins"), _hour(quiet, "ends")
            _why(quiet)
        with root.table("sms") as sms:
            per_week = _count(sms, "per_week_max")
            _why(sms)
        with root.table("sending") as sending:
            steps = _steps(sending)
            lease, late = _count(sending, "lease_minutes"), _count(sending, "late_days")
            _why(sending)
            _why(sending, "late_why")
        with root.table("keeping") as keeping:
            months = _count(keeping, "months")
            _why(keeping)
        purposes = tuple(map(_purpose, root.tables("purpose")))
    file.finish()
    return Terms(
        quiet_begins=begins,
        quiet_ends=ends,
        sms_per_week=per_week,
        back_off=tuple(timedelta(minutes=minutes) for minutes in steps),
        lease=timedelta(minutes=lease),
        late=timedelta(days=late),
        kept_months=months,
        purposes=purposes,
    )


def _why(section: Section, name: str = "why") -> None:
    section.text(f"{name}_zh")
    section.text(f"{name}_en")


def _hour(section: Section, key: str) -> time:
    text = section.text(key, pattern=_HOUR, like="22:00")
    return time.fromisoformat(text) if re.fullmatch(_HOUR, text) else time.min


def _count(section: Section, key: str) -> int:
    count = section.integer(key, default=1)
    if count < 1:
        section.report(key, "not_positive", f"{key} 应大于零", f"{key} must be above zero")
    return count


def _steps(section: Section) -> tuple[int, ...]:
    given = section.raw("back_off_minutes")
    fits = isinstance(given, list) and given and all(type(n) is int and n > 0 for n in given)
    if not fits or sorted(given) != given:
        section.report(
            "back_off_minutes",
            "back_off_wrong",
            "应为越来越长的分钟数",
            "expected minutes that grow",
        )
        return (1,)
    return tuple(given)


def _purpose(section: Section) -> Purpose:
    with section:
        return Purpose(
            id=section.text("id", pattern=_NAME),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            about_zh=section.text("about_zh"),
            about_en=section.text("about_en"),
            staff=section.flag("staff"),
        )


def read_template(path: Path) -> Template:
    """One template, with its worked example. Raises ContentRefused with every fault."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("template") as head:
            id, version = head.text("id", choices=KNOWN), head.text("version", pattern=_VERSION)
            purpose, title = head.text("purpose", pattern=_NAME), _both(head, "title")
            urgent = head.flag("urgent")
        fields = root.texts_by_name("fields")
        for name, kind in fields.items():
            if kind not in KINDS:
                root.report(
                    f"fields.{name}",
                    "unknown_value",
                    f"{kind} 不可用，应为其一：{', '.join(KINDS)}",
                    f"{kind} is not one of: {', '.join(KINDS)}",
                )
        with root.table("inbox") as inbox:
            subject, body = _said(inbox, "subject", fields), _said(inbox, "body", fields)
        with root.table("sms") as sms:
            sms_id, sms_text = _both(sms, "platform_id"), _said(sms, "text", fields)
        with root.table("subscribe") as subscribe:
            subscribe_id = subscribe.text("platform_id")
            data = tuple(_data(one, fields) for one in subscribe.tables("data"))
        with root.table("example") as example:
            facts = example.raw("facts")
            wanted = _both(example, "subject")
            if not isinstance(facts, dict):
                example.report("facts", "missing_key", "缺少示例的内容", "the facts are missing")
                facts = {}
        template = Template(
            id=id,
            version=version,
            digest=f"sha256:{hashlib.sha256(file.source.encode()).hexdigest()}",
            purpose=purpose,
            title=title,
            urgent=urgent,
            fields=fields,
            subject=subject,
            body=body,
            sms_id=sms_id,
            sms=sms_text,
            subscribe_id=subscribe_id,
            subscribe=data,
            example=Example(facts, wanted),
        )
        if not file.problems:
            _work_example(template, example.report)
    file.finish()
    return template


def _both(section: Section, key: str) -> Both:
    return Both(section.text(f"{key}_zh"), section.text(f"{key}_en"))


def _said(section: Section, key: str, fields: Mapping[str, str], both: Both | None = None) -> Both:
    """A sentence in both languages that names declared fields alone."""
    told = both or _both(section, key)
    for language, text in (("zh", told.zh), ("en", told.en)):
        where = f"{key}_{language}" if key else language
        try:
            names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError:
            section.report(where, "braces_wrong", "花括号不成对", "a brace has no partner")
            continue
        for name in sorted(names - set(fields)):
            section.report(
                where, "unknown_field", f"没有“{name}”这一项", f"there is no field “{name}”"
            )
    return told


def _data(section: Section, fields: Mapping[str, str]) -> SubscribeField:
    with section:
        kinds = "|".join(SUBSCRIBE_KINDS)
        name = section.text("name", pattern=rf"({kinds})\d{{1,2}}", like="thing1")
        text = Both(section.text("zh"), section.text("en"))
        return SubscribeField(name, _said(section, "", fields, text))


def _work_example(template: Template, report: Callable[[str, str, str, str], None]) -> None:
    """Renders the example in every way, and compares what it must give."""
    try:
        template.check(template.example.facts)
        for language in LANGUAGES:
            facts = template.example.facts
            given = template.said(template.subject, facts, language)
            wanted = template.example.subject.of(language)
            if given != wanted:
                report(
                    f"subject_{language}",
                    "example_differs",
                    f"应得“{given}”",
                    f"the example gives “{given}”",
                )
            template.said(template.body, facts, language)
            template.subscribe_values(facts, language)
            length = len(template.sms_text(facts, language))
            if length > SMS_MAX[language]:
                report(
                    "",
                    "sms_too_long",
                    f"短信有 {length} 个字，最多 {SMS_MAX[language]}",
                    f"the text message has {length} characters; {SMS_MAX[language]} at most",
                )
    except Refusal as refusal:
        report("facts", refusal.code, refusal.zh, refusal.en)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault: of form, of an example, a template told twice, missing, or of no purpose."""
    problems: list[Problem] = []
    purposes: set[str] = set()
    terms_paths = list(_terms_paths(content_root))
    for path in terms_paths:
        try:
            purposes |= {purpose.id for purpose in read_terms(path).purposes}
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    met: dict[str, Path] = {}
    for path in _paths(content_root):
        try:
            template = read_template(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        if template.purpose not in purposes:
            zh, en = f"没有“{template.purpose}”这个用途", f"no purpose “{template.purpose}”"
            problems.append(Problem(path, 0, "template.purpose", "unknown_purpose", zh, en))
        first = met.setdefault(template.id, path)
        if first != path:
            zh, en = f"{template.id} 已在 {first.name} 中", f"{template.id} is in {first.name}"
            problems.append(Problem(path, 0, "template.id", "notice_told_twice", zh, en))
    problems += [
        Problem(path, 0, name, "notice_missing", f"缺少通知 {name}", f"there is no notice {name}")
        for path in terms_paths
        for name in KNOWN
        if not (path.parent / "notices" / f"{name}.toml").is_file()
    ]
    return problems


def list_content(content_root: Path) -> list[Entry]:
    """The templates as a listing shows them."""
    return [
        Entry(
            id=f"notice.{template.id}",
            version=template.version,
            kind="notice",
            digest=template.digest,
            status="published",
            title_zh=template.title.zh,
            title_en=template.title.en,
            path=path.relative_to(content_root),
        )
        for path in _paths(content_root)
        for template in (read_template(path),)
    ]
