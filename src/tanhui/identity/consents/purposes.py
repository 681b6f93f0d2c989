"""The purposes for which people are asked, read from `content/<city>/consents/*.toml`. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.library import Entry
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

# The purposes that the platform itself acts upon; a city's folder must have each of them.
ACCOUNT = "account"
GUARDIAN = "guardian"
LOCATION = "location"
RECORDS = "records"
EXCHANGE = "exchange"
NOTICES = "notices"
KNOWN = (ACCOUNT, GUARDIAN, LOCATION, RECORDS, EXCHANGE, NOTICES)
# When somebody is asked: at the first log-in, there when under 14, by a partner that binds, or
# later, where the person chooses what it is for.
ASKED = ("first", "under_14", "binding", "later")
_VERSION = r"\d+\.\d+\.\d+"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose in one version of its text; `digest` is that of the whole file.

    `required`: there is no account without it, so it ends by closing the account alone.
    """

    id: str
    version: str
    digest: str
    order: int
    title_zh: str
    title_en: str
    sensitive: bool
    per_partner: bool
    required: bool
    asked: str
    text_zh: str
    text_en: str
    receives_zh: str
    receives_en: str
    needed_for_zh: str
    needed_for_en: str
    kept_zh: str
    kept_en: str

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


def _paths(content_root: Path) -> Iterator[Path]:
    yield from sorted(content_root.glob("*/consents/*.toml"))


def _read(path: Path) -> Purpose:
    file = TomlFile(path)
    with file.root() as root, root.table("purpose") as head:
        with root.table("text") as text, root.table("told") as told:
            purpose = Purpose(
                id=head.text("id", choices=KNOWN),
                version=head.text("version", pattern=_VERSION),
                digest=f"sha256:{hashlib.sha256(file.source.encode()).hexdigest()}",
                order=head.integer("order"),
                title_zh=head.text("title_zh"),
                title_en=head.text("title_en"),
                sensitive=head.flag("sensitive"),
                per_partner=head.flag("per_partner"),
                required=head.flag("required"),
                asked=head.text("asked", choices=ASKED),
                text_zh=text.text("zh"),
                text_en=text.text("en"),
                receives_zh=told.text("receives_zh"),
                receives_en=told.text("receives_en"),
                needed_for_zh=told.text("needed_for_zh"),
                needed_for_en=told.text("needed_for_en"),
                kept_zh=told.text("kept_zh"),
                kept_en=told.text("kept_en"),
            )
        if purpose.sensitive and purpose.required:
            head.report(
                "required",
                "sensitive_required",
                "敏感信息须单独同意，不能是必需的",
                "what is sensitive is asked for separately and cannot be required",
            )
    file.finish()
    return purpose


def read_purposes(content_root: Path) -> tuple[Purpose, ...]:
    """Every purpose in its order; raises ContentRefused with the faults of the first bad file."""
    return tuple(sorted(map(_read, _paths(content_root)), key=lambda purpose: purpose.order))


@cache
def city_purposes(content_root: Path) -> tuple[Purpose, ...]:
    """The city's purposes, read once for each program."""
    return read_purposes(content_root)


def purpose_of(content_root: Path, purpose: str) -> Purpose:
    """One purpose; refuses `no_such_purpose`."""
    for known in city_purposes(content_root):
        if known.id == purpose:
            return known
    raise NotFound(
        "no_such_purpose",
        zh="没有“{purpose}”这个用途。",
        en="There is no purpose “{purpose}”.",
        purpose=purpose,
    )


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the purposes: their form, one told twice, one that is missing."""
    problems: list[Problem] = []
    met: dict[str, Path] = {}
    for path in _paths(content_root):
        try:
            purpose = _read(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        first = met.setdefault(purpose.id, path)
        if first != path:
            zh, en = (
                f"{purpose.id} 已在 {first.name} 中",
                f"{purpose.id} is already in {first.name}",
            )
            problems.append(Problem(path, 0, "purpose.id", "purpose_told_twice", zh, en))
    return problems


def list_content(content_root: Path) -> list[Entry]:
    """The purposes as a listing shows them."""
    return [
        Entry(
            id=f"consent.{purpose.id}",
            version=purpose.version,
            kind="consent",
            digest=purpose.digest,
            status="published",
            title_zh=purpose.title_zh,
            title_en=purpose.title_en,
            path=path.relative_to(content_root),
        )
        for path in _paths(content_root)
        for purpose in (_read(path),)
    ]
