"""What a text in the place of a status says."""

from __future__ import annotations

import pytest

from pipeline.extract.status import read_status
from pipeline.ruleset.rule import Rules


@pytest.mark.parametrize(("text", "status"), [
    ("已完成并长期坚持", "done"), ("已闭环", "done"), ("已销账", "done"), ("已解决", "done"), ("验收合格", "done"), ("100%", "done"),
    ("跟进中", "in_progress"), ("待验收", "in_progress"), ("已移交纪委", "in_progress"), ("施工中，预计年底完成", "in_progress"),
    ("60%", "in_progress"), ("部分到位", "in_progress"), ("基本闭环", "basically_done"), ("阶段性销号", "basically_done"),
    ("尚未闭环", "not_done"), ("未达标", "not_done"), ("否", "not_done"),
])  # fmt: skip
def test_status_of_known_and_unknown_words(rules: Rules, text: str, status: str) -> None:
    hit = read_status(text, rules)
    assert hit is not None and hit.value == status


@pytest.mark.parametrize("text", ["总务处", "办公室王明", "2024年6月底", "正常", "党员学习到会率升至97%", "", "一支部"])
def test_other_words_are_no_status(rules: Rules, text: str) -> None:
    assert read_status(text, rules) is None


def test_morphemes_say_long_term_too(rules: Rules) -> None:
    hit = read_status("已销账转入长期坚持", rules)
    assert hit is not None and (hit.value, hit.long_term) == ("done", True)
