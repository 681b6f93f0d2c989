"""A text on its way to become a rule: its faults, and what stands in its way."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.rulebook import queries, shelf
from tanhui.rulebook.documents import Document, place_of, read_document, version_order
from tanhui.rulebook.queries import Publication
from tanhui.rulebook.shelf import Text

BODY_MAX = 200_000


class RuleFaulty(Invalid):
    """A text that cannot be a rule; `problems` are its faults, each with line and key."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(
            "rule_faulty",
            zh="文本有 {count} 处错误。第一处在第 {line} 行 {key}：{what_zh}",
            en="The text has {count} fault(s). The first, line {line}, {key}: {what_en}",
            count=len(problems),
            line=first.line,
            key=first.key or "—",
            what_zh=first.zh,
            what_en=first.en,
        )
        self.problems = tuple(problems)


def read_text(body: str, *, at: datetime) -> tuple[Document, Publication]:
    """A text's own head, with its place, and the version it would replace.

    Refuses: `rule_too_long`, `rule_faulty`, `no_such_rule`, `not_a_rule_of_deeds`,
    `digest_known`, `version_not_higher`, `effective_not_future`, `validity_overlaps`.
    """
    if len(body) > BODY_MAX:
        raise Invalid(
            "rule_too_long",
            zh="文本太长，最多 {most} 字。",
            en="The text is too long; at most {most} letters.",
            most=BODY_MAX,
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rule.toml"
        path.write_text(body, encoding="utf-8")
        try:
            document = read_document(path, Path(folder))
        except ContentRefused as refusal:
            raise RuleFaulty(refusal.problems) from None
    known = queries.versions(document.kind, document.id)
    if not known:
        raise NotFound(
            "no_such_rule",
            zh="还没有“{reference}”这条规则。新版本从现行文本改起。",
            en="There is no rule “{reference}” yet. A new version begins from the text in force.",
            reference=document.id,
        )
    _check_against(document, known, at)
    eve = queries.in_force(document.kind, document.id, document.valid_from - timedelta(days=1))
    return replace(document, path=place_of(document, known[0].path)), eve or known[0]


def _check_against(document: Document, known: Sequence[Publication], at: datetime) -> None:
    same = queries.rows("of_digest", {"digest": document.digest})
    if same:
        raise Conflict(
            "digest_known",
            zh="这份文本已经发布过：{reference}。",
            en="This very text is published already: {reference}.",
            reference=same[0][0],
        )
    highest = max(known, key=lambda one: version_order(one.version))
    if document.order <= version_order(highest.version):
        raise Conflict(
            "version_not_higher",
            zh="版本 {version} 须高于已有的 {highest}。",
            en="The version {version} must be higher than {highest}, which there is.",
            version=document.version,
            highest=highest.version,
        )
    _check_future(document.valid_from, at)
    for other in known:
        ends = other.effective_until
        if other.effective_from >= document.valid_from or (
            ends is not None and ends >= document.valid_from
        ):
            raise Conflict(
                "validity_overlaps",
                zh="与 {reference} 的有效期重叠（自 {day} 起）。",
                en="It overlaps {reference}, which is in force from {day}.",
                reference=other.reference,
                day=other.effective_from.isoformat(),
            )


def _check_future(valid_from: date, at: datetime) -> None:
    if valid_from <= city_day(at):
        raise Conflict(
            "effective_not_future",
            zh="生效日 {day} 须在今天（{today}）之后。",
            en="The first day {day} must come after today ({today}).",
            day=valid_from.isoformat(),
            today=city_day(at).isoformat(),
        )


def root_with(document: Document, body: str) -> Path:
    """The content folder in force with one more text in it: for checking and for replaying."""
    own = Text(document.kind, document.id, document.version, document.digest, document.path, body)
    return shelf.lay_out(settings.TANHUI.content_root, [*shelf.missing_texts(), own])


def own_first(problems: Sequence[Problem], own: Path) -> list[Problem]:
    """The faults of the text itself before those that it causes elsewhere."""
    return sorted(problems, key=lambda problem: problem.path.resolve() != own.resolve())
