"""Two versions of a text are aligned, and what changed within a line is marked."""

from __future__ import annotations

from tanhui.web.versions import Row, compared

OLD = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nper = 10 g\nf = 6\n"
NEW = OLD.replace("10 g", "20 g") + "g = 7\n"


def _marked(row: Row) -> tuple[str, str]:
    sides = [
        "".join(f"[{one.text}]" if one.changed else one.text for one in side.pieces) if side else ""
        for side in (row.old, row.new)
    ]
    return sides[0], sides[1]


def test_a_changed_word_is_marked_in_its_line_and_a_new_line_stands_alone() -> None:
    found = compared(OLD, NEW)
    assert found.changes == 2
    assert [_marked(row) for row in found.rows if row.changed] == [
        ("per = [10] g", "per = [20] g"),
        ("", "[g = 7]"),
    ]


def test_long_runs_of_the_same_are_folded_but_for_what_is_near() -> None:
    rows = compared(OLD, NEW).rows
    assert rows[0].folded == 3
    assert [_marked(row)[0] for row in rows[1:3]] == ["d = 4", "e = 5"]
    assert [row.new.number for row in rows if row.new] == [4, 5, 6, 7, 8]


def test_lines_that_have_nothing_in_common_are_marked_whole() -> None:
    (row,) = compared("alpha beta gamma", "一二三四五六七").rows
    assert _marked(row) == ("[alpha beta gamma]", "[一二三四五六七]")


def test_the_same_text_has_no_change() -> None:
    found = compared(OLD, OLD)
    assert (found.changes, [row.folded for row in found.rows]) == (0, [7])
