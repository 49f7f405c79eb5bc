"""The index of rules hides no hit, and says of most rules that they need not be asked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core import values
from pipeline.ruleset.index import ALL, Index
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.literals import beginning, required
from pipeline.ruleset.rule import Hit, Rule, Rules, load_rules

RULES = load_rules(rules_folder())
FIELDS = sorted(RULES.by_field)
EXAMPLES = sorted({values.view(str(e["text"])) for rule in RULES.all() for e in rule.examples if e.get("text")})


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("已完成", {"已完成"}),
        ("已?完成(?:整改|销号)", {"完成整改", "完成销号", "已完成整改", "已完成销号"}),
        ("[一二]、", {"一、", "二、"}),
        (r"\d{1,3}个(?:问题|事项)?", {"个", "个问题", "个事项"}),
        ("(?:整改)?", None),
        (r"[^。]{2,9}", None),
        ("不(?=到位)", {"到位"}),
        ("不(?!到位)", {"不"}),
        ("(?:甲乙|.)丙", {"丙"}),
        ("(?i)no", None),
    ],
)
def test_required_words(pattern, words):
    assert required(re.compile(pattern)) == (None if words is None else frozenset(words))


@pytest.mark.parametrize(
    ("pattern", "may", "may_not"),
    [
        ("已?完成", "已完", "成 "),
        (r"\s{0,4}(?:序号|\d)", " \t序9", "号a"),
        ("[^。；]问题", "甲问", "。；"),
        ("(?<=。)(?:一是|二是)", "一二", "是。"),
        ("(?!关于)[一-龥]", "关于", "a1"),
    ],
)
def test_characters_that_a_match_begins_with(pattern, may, may_not):
    begins = beginning(re.compile(pattern))
    assert all(map(begins, may))
    assert not any(map(begins, may_not))
    assert not begins("")
    assert beginning(re.compile(f"(?:{pattern})?"))("")


# --- indexed = plain ---------------------------------------------------------------------------------

pieces = st.one_of(
    st.sampled_from(EXAMPLES),
    st.sampled_from(EXAMPLES).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
            lambda ends: text[min(ends) : max(ends)]
        )
    ),
    st.text("，。；：、（）《》“”一二三1２3\n 的问题整改年月日%元", max_size=6),
)
texts = st.lists(pieces, min_size=1, max_size=5).map("".join)


def plain_first(name: str, view: str, start: int, end: int) -> Hit | None:
    hits = [hit for rule in RULES.of(name) if (hit := rule.search(view, start, end)) is not None]
    return min(hits, key=lambda hit: hit.start, default=None)


def plain_at(name: str, view: str, start: int, end: int) -> Hit | None:
    return next((hit for rule in RULES.of(name) if (hit := rule.match(view, start, end)) is not None), None)


@settings(max_examples=150, deadline=None)
@given(texts, st.data())
def test_the_index_hides_no_hit(text, data):
    view = values.view(text)
    start = data.draw(st.integers(0, len(view)))
    end = data.draw(st.integers(start, len(view)))
    rules = RULES
    for name in FIELDS:
        for begin, stop in ((0, len(view)), (start, end)):
            assert rules.at(name, view, begin, stop) == plain_at(name, view, begin, stop)
            assert rules.first(name, view, begin, stop) == plain_first(name, view, begin, stop)
            assert rules.at(name, view, begin, stop) == plain_at(name, view, begin, stop)  # now that it is known
        able = rules.within(name, view)
        assert [rule for rule in RULES.of(name) if rule in able or rule.search(view)] == list(able)


def test_every_rule_hits_its_own_examples_through_the_index():
    missed = []
    for rule in RULES.all():
        for view in (values.view(str(e["text"])) for e in rule.examples if e.get("text")):
            if next(rule.find(view), None) is not None and rule not in RULES.within(rule.field, view):
                missed.append((rule.id, view))
    assert not missed


def test_most_rules_need_not_be_asked():
    asked = sum(len(RULES.within(name, view)) for view in EXAMPLES for name in FIELDS)
    every = len(EXAMPLES) * sum(1 for _ in RULES.all())
    assert asked < 0.2 * every


def test_a_long_text_asks_every_rule():
    view = "整改" * 3_000
    assert RULES.within("status", view) == RULES.of("status")
    assert RULES.index.known(view) == ALL


def test_a_field_without_rules():
    index = Index({"status": ()})
    assert index.within("status", "已完成") == () == index.within("other", "已完成")
    assert index.at("other", "已") == ()


def test_rules_of_an_office_are_indexed_too():
    own = Rule("own", "status", "pattern", re.compile("(?P<value>办妥)"), "own.yaml:1", value="done")
    rules = Rules({"status": (own,)})
    hit = rules.first("status", "都已办妥")
    assert hit is not None
    assert hit.rule is own
    assert rules.first("status", "都已办好") is None
