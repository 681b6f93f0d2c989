"""Causes of the tests."""

from __future__ import annotations

from tanhui.rewards.giving.commands import CauseWords

FOREST = CauseWords(
    title_zh="龙泉山的树",
    title_en="Trees on Longquan Hill",
    about_zh="在龙泉山补种乔木，三年内每年回来看一次。",
    about_en="Trees are planted on Longquan Hill and looked after for three years.",
    receiver_zh="龙泉山护林队",
    receiver_en="Longquan forest rangers",
    art="tree",
)
