"""Published documents never change: their digests are frozen in `published.lock`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem

LOCK = "published.lock"
# What is published by versions, and which key of its first table is its name.
HEADS = {"methodology": "id", "tariff": "id", "limit": "id", "detector": "code"}
_LOCK_LINE = re.compile(r'its line is (".+" = "sha256:[0-9a-f]{64}")')


def published_digests(root: Path, section: str) -> dict[str, str]:
    """The frozen digests of `published.lock` for one section, by `id@version`.

    Raises ContentRefused when the lock is not readable TOML of that shape.
    """
    path = root / LOCK
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        zh, en = f"发布锁无法读取：{error}", f"the lock cannot be read: {error}"
        raise ContentRefused([Problem(path, 0, "", "unreadable_lock", zh, en)]) from None
    frozen = data.get(section, {})
    if not isinstance(frozen, dict):
        zh, en = f"{section} 应为表", f"{section} must be a table"
        raise ContentRefused([Problem(path, 0, section, "unreadable_lock", zh, en)])
    return {str(reference): str(digest) for reference, digest in frozen.items()}


def lock_problems(root: Path, section: str, published: Mapping[str, str]) -> list[Problem]:
    """Published documents (`id@version` to digest) that differ from the lock, are not in it, or
    are in it but gone. Any room with published documents may ask this for its own section.
    """
    try:
        frozen = published_digests(root, section)
    except ContentRefused as refusal:
        return list(refusal.problems)
    problems = []
    for reference in sorted(frozen.keys() | published.keys()):
        now = published.get(reference)
        if reference not in frozen:
            code = "not_in_lock"
            zh = f"已发布但不在锁中，应写入 {now}"
            en = f'published but not in the lock; its line is "{reference}" = "{now}"'
        elif now is None:
            code, zh, en = "published_gone", "已发布的文件不见了", "the published document is gone"
        elif now != frozen[reference]:
            code = "published_changed"
            zh = f"已发布的文件被改动：现为 {now}；改动须用新版本"
            en = f"a published document was changed: it is now {now}; a change is a new version"
        else:
            continue
        problems.append(Problem(root / LOCK, 0, f"{section}.{reference}", code, zh, en))
    return problems


def lock_key(path: Path) -> str | None:
    """`section.id@version` of a file by its own words; None for what is not published by versions.

    The file need not be sound: whoever asks has its faults from elsewhere.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    for section, name in HEADS.items():
        head = data.get(section)
        if isinstance(head, dict):
            return f"{section}.{head.get(name)}@{head.get('version')}"
    return None


def freeze(root: Path, paths: Sequence[Path], problems: Sequence[Problem]) -> list[str]:
    """Adds the lock's missing lines for the documents in these files; what was added.

    `problems` are those of the whole folder: they hold each missing line. A line that stands in
    the lock is never touched.
    """
    here = {lock_key(path) for path in paths}
    added = []
    for problem in problems:
        found = _LOCK_LINE.search(problem.en)
        if problem.code == "not_in_lock" and found is not None and problem.key in here:
            add_lock_line(root / LOCK, problem.key.partition(".")[0], found[1])
            added.append(found[1])
    return added


def add_lock_line(lock: Path, section: str, line: str) -> None:
    """Puts a line at the top of its section, which is made where there is none yet."""
    text = lock.read_text(encoding="utf-8")
    head = f"[{section}]\n"
    if not re.search(rf"^\[{section}\]$", text, re.MULTILINE):
        text = f"{text.rstrip()}\n\n{head}"
    lock.write_text(text.replace(head, f"{head}{line}\n", 1), encoding="utf-8")
