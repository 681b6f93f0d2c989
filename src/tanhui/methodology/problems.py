"""What is wrong with a content file: file, line, key, code and a sentence in each language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tanhui.kernel.refusals import Invalid


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one content file; `line` is 0 where no line can be named."""

    path: Path
    line: int
    key: str
    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """`file:line: key: code: sentence` in `language` (`zh…` is Chinese, else English)."""
        sentence = self.zh if language.startswith("zh") else self.en
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return (
            f"{where}: {self.key}: {self.code}: {sentence}"
            if self.key
            else (f"{where}: {self.code}: {sentence}")
        )


class ContentRefused(Invalid):
    """Content files that cannot be used. `problems` holds every fault that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first, more = self.problems[0], len(self.problems) - 1
        super().__init__(
            "content_refused",
            zh="{first}" + ("(另有 {more} 处)" if more else ""),
            en="{first}" + (" (and {more} more)" if more else ""),
            first=first.text("en"),
            more=more,
        )
        self.zh = first.text("zh") + (f"(另有 {more} 处)" if more else "")
