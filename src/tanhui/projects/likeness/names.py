"""Which of very many names are like one: all of them looked at together, by columns. Pure.

What is found here is only worth a closer look, which `scoring.compare` takes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tanhui.projects.likeness.scoring import normal_name

_WIDE = 32


def alike_names(
    names: Sequence[str], lines: str, *, least_percent: int, passed_over: Sequence[str]
) -> list[int]:
    """The positions of the lines that hold a name like one of `names`, in order.

    Each line of `lines` holds one project's names, divided by tabs. Letters outside of Unicode's
    letters and digits do not count.
    """
    wanted = [normal_name(name, passed_over) for name in names]
    mine = [_pairs(np.array([*map(ord, name)], dtype=np.uint64)) for name in wanted if name]
    if not mine or not lines:
        return []
    words = [word.casefold() for word in passed_over]
    told = pl.Series(lines.split("\n")).str.normalize("NFKC").str.to_lowercase()
    if words:
        told = told.str.replace_many(words, [" "] * len(words))
    plain = told.str.replace_all(r"[^\p{L}\p{N}\t]+", "")
    letters = np.frombuffer("\n".join(plain.to_list()).encode("utf-32-le"), dtype=np.uint32)
    ends = letters == ord("\n")
    row = np.concatenate([[0], np.cumsum(ends)])[: len(letters)]
    # A name ends where a line or a tab does: no pair reaches over.
    broken = ends | (letters == ord("\t"))
    part = np.concatenate([[0], np.cumsum(broken)])[: len(letters)]
    kept = ~(broken[:-1] | broken[1:])
    pairs, part_of = _pairs(letters.astype(np.uint64))[kept], part[:-1][kept]
    parts = int(part[-1]) + 1 if len(part) else 0
    of_part = np.bincount(part_of, minlength=parts)
    row_of_part = np.zeros(parts, dtype=np.int64)
    row_of_part[part] = row
    found: set[int] = set()
    for own in mine:
        shared = np.bincount(part_of[np.isin(pairs, own)], minlength=parts)
        # Pairs that come more often there than here are counted too often: never too seldom.
        near = 200 * shared >= least_percent * (of_part + len(own))
        found.update(row_of_part[near & (shared > 0)].tolist())
    return sorted(found)


def _pairs(
    letters: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return letters[:-1] << np.uint64(_WIDE) | letters[1:]
