"""SQL files are found beside the room that runs them."""

from __future__ import annotations

import pytest

from tanhui.runtime import sql


def test_a_file_is_loaded_once() -> None:
    first = sql.load("tanhui.runtime", "prepare_roles")
    assert "tanhui_app" in first
    assert sql.load("tanhui.runtime", "prepare_roles") is first


def test_a_name_that_is_not_there_is_a_defect() -> None:
    with pytest.raises(FileNotFoundError):
        sql.load("tanhui.runtime", "absent")
