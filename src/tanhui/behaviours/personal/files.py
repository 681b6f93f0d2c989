"""The files under `var/` in which rows of persons lie: reports, and the demo partners' files."""

from __future__ import annotations

import csv
import fcntl
import json
import os
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tanhui.behaviours.report import HEADER
from tanhui.partners.riders import byte_strings, rider_digests

# Folders of `var/` whose files go when their time is over.
REPORTS, RAW = "reports", ("demo", "uploads", "inbox")
# So much is rewritten while somebody waits; the platform's next round does the rest.
_AT_ONCE_BYTES = 4_000_000
# Reports that were being written while somebody was erased, a path a line.
_PENDING = ".pending"
_REFERENCE = HEADER.index("reference")


def blank_reports() -> int:
    """Takes the references out of every report that there is; answers how many files had any.

    A row that was refused is nobody's deed, so nobody can tell whose reference it is: none stays.
    The line number, by which the sender finds the row, does. A report that is still being written
    is noted, for `finish_reports`, and so are long ones, for which nobody should wait.
    """
    room, done, later = _AT_ONCE_BYTES, 0, []
    for path in _files(REPORTS, "*.csv"):
        room -= path.stat().st_size
        blanked = _blank_report(path) if room >= 0 else None
        done += blanked is True
        if blanked is None:
            later.append(path)
    _note(later)
    return done


def finish_reports() -> int:
    """Does the same for reports that were being written when somebody was erased."""
    noted = settings.TANHUI.var / REPORTS / _PENDING
    if not noted.is_file():
        return 0
    paths = [Path(line) for line in noted.read_text(encoding="utf-8").splitlines()]
    noted.unlink()
    done = {path: _blank_report(path) for path in set(paths) if path.is_file()}
    _note(path for path, blanked in done.items() if blanked is None)
    return sum(blanked is True for blanked in done.values())


def _note(paths: Iterable[Path]) -> None:
    if lines := "".join(f"{path}\n" for path in paths):
        with (settings.TANHUI.var / REPORTS / _PENDING).open("a", encoding="utf-8") as noted:
            noted.write(lines)


def _blank_report(path: Path) -> bool | None:
    """Whether there was anything to blank; None while the report is being written."""
    with path.open("r+", encoding="utf-8-sig", newline="") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        rows = list(csv.reader(stream))
        named = [row for row in rows[1:] if len(row) > _REFERENCE and row[_REFERENCE]]
        if not named:
            return False
        for row in named:
            row[_REFERENCE] = ""
        beside = path.with_suffix(".blank")
        with beside.open("w", encoding="utf-8-sig", newline="") as blank:
            csv.writer(blank).writerows(rows)
        _replace(path, beside)
    return True


def _replace(path: Path, beside: Path) -> None:
    """Puts a rewritten file in its place; it is as old as it was, so it goes in its time."""
    times = path.stat()
    os.utime(beside, ns=(times.st_atime_ns, times.st_mtime_ns))
    beside.replace(path)


def forget_rider_lines(digests: Collection[tuple[int, int]]) -> int:
    """Takes the lines of these riders (partner, digest) out of raw files; answers how many.

    A rider's digest does not depend on the partner, so lines of every raw file are compared.
    """
    own = {digest for _, digest in digests}
    return sum(_without(path, own) for name in RAW for path in _files(name, "*.ndjson"))


def _without(path: Path, own: set[int]) -> int:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    riders = [str(json.loads(line).get("rider", "")) for line in lines]
    if not riders or not own:
        return 0
    digests = rider_digests(settings.TANHUI.reference_key, byte_strings(riders)).tolist()
    kept = [line for line, digest in zip(lines, digests, strict=True) if digest not in own]
    if len(kept) < len(lines):
        beside = path.with_suffix(".kept")
        beside.write_text("".join(kept), encoding="utf-8")
        _replace(path, beside)
    return len(lines) - len(kept)


def forget_files(folders: Collection[str], *, before: datetime) -> int:
    """Removes the files of these folders of `var/` last written before an instant; how many."""
    gone = 0
    for name in folders:
        for path in _files(name, "*"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _files(folder: str, pattern: str) -> list[Path]:
    root: Path = settings.TANHUI.var / folder
    return sorted(path for path in root.rglob(pattern) if path.is_file()) if root.is_dir() else []
