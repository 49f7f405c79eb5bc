"""Trying the rules themselves: a list, their own examples, their speed on bait, and what breaks unnoticed.

Most functions take the folder of rules and give lines for a person; a line that begins with ✗
names something wrong.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.core import values
from pipeline.core.errors import Rejected
from pipeline.core.model import Document
from pipeline.core.rows import Tables
from pipeline.extract.process import tabulate
from pipeline.lab.catalogue import markdown
from pipeline.lab.rare_rules import rare_rules
from pipeline.reconcile.settings import Trigger, load_settings
from pipeline.reconcile.settings import example_faults as trigger_faults
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rule, Rules, load_rules
from pipeline.run.rule_files import rule_faults

Input = TypeVar("Input")
GROWTH = 2.5  # time(2n) / time(n) that a rule may reach on bait (reliability figures)
_LENGTHS = (3_000, 6_000)
_SHORTEST = 60  # characters up to which a text is tried two by two
_ROUNDS = 8  # of timing, before a search is called slow
_NOTICEABLE = 0.02  # seconds; below it a ratio says nothing but noise
# texts made to keep a careless pattern trying: openings without their closings, and long sameness
_BAIT = (
    "一",
    "1",
    "（",
    "“",
    "《",
    "的",
    "关于",
    "问题",
    "整改",
    "完成",
    "，",
    "、",
    "：",
    " ",
    "年月",
    "1年",
    "〔",
    "万",
    "关于“",
    "一、",
    "（一）",
    "1.",
    "已完成",
    "巡察组",
    "第一",
    "党委",
    "方面",
    "2021年",
    "3万",
    "a",
    "\n",
    "－",
    "其中",
    "制度",
)
_NEVER = re.compile(r"(?!)")


def list_rules(folder: Path) -> list[str]:
    """Every rule with its field and its source line."""
    rules = sorted(
        load_rules(folder).all(), key=lambda rule: (rule.source.split(":")[0], int(rule.source.split(":")[1]))
    )
    return [f"{rule.source:24} {rule.field:16} {rule.id}" for rule in rules] + [f"共 {len(rules)} 条规则。"]


def check_rules(folder: Path) -> list[str]:
    """Files are whole; each rule and trigger hits its examples, misses its counter-examples, stays linear on bait."""
    if faults := rule_faults(folder):
        return [*(f"✗ {fault}" for fault in faults), f"规则文件有 {len(faults)} 处有误，改正后再检验例子。"]
    rules, settings = list(load_rules(folder).all()), load_settings(folder)
    triggers = list(settings.triggers.values())
    wrong = [line for rule in rules for line in (*example_faults(rule), *speed_faults(rule))]
    wrong += [f"✗ {line}" for line in trigger_faults(settings)]
    wrong += [line for trigger in triggers for line in trigger_speed_faults(trigger)]
    examples = sum(len(rule.examples) for rule in rules) + sum(len(trigger.examples) for trigger in triggers)
    return [
        *wrong,
        f"共检验 {len(rules)} 条规则、{len(triggers)} 组核对用词、{examples} 个例子，"
        f"{f'{len(wrong)} 处有误' if wrong else '全部通过'}。",
    ]


def check_with_papers(folder: Path) -> list[str]:
    """What `check_rules` says; before it, for whole rules, which of them hardly any paper of the project needs."""
    checked = check_rules(folder)
    if any(line.startswith("✗") for line in checked):
        return checked
    return [*rare_rules(load_rules(folder), rules_folder().parent / "tests" / "corpus"), *checked]


def example_faults(rule: Rule) -> Iterator[str]:
    """One line for each example that the rule treats otherwise than it says."""
    if rule.kind == "pattern":
        for positive, hits, remedy in ((True, "正例", "命中的例子"), (False, "反例", "不应命中的例子（value: null）")):
            if not any((example["value"] is not None) is positive for example in rule.examples):
                yield f"✗ {rule.source} 规则 {rule.id} 没有{hits}。请在 examples 里补一个{remedy}"
    for example in rule.examples:
        hit = rule.search(values.view(str(example["text"])))
        wanted = example.get("value")
        got = None if hit is None else hit.value
        if got != (None if wanted is None else values.view(str(wanted))):
            text, should, does = example["text"], _outcome(wanted), _outcome(got)
            yield f"✗ {rule.source} 规则 {rule.id}：例子“{text}”应当{should}，实际{does}"


def _outcome(value: object) -> str:
    return "不命中" if value is None else f"得到“{value}”"


def speed_faults(rule: Rule) -> Iterator[str]:
    """One line for each bait on which doubling the text more than doubles the time."""
    for bait, ratio in _slow_on(rule.find):
        yield f"✗ {rule.source} 规则 {rule.id} {_slow(bait, ratio)}"


def trigger_speed_faults(trigger: Trigger) -> Iterator[str]:
    """The same for the words that a check looks for."""
    for bait, ratio in _slow_on(trigger.pattern.finditer):
        yield f"✗ {trigger.source} 触发词 {trigger.id} {_slow(bait, ratio)}"


def _slow(bait: str, ratio: float) -> str:
    return f"在“{bait}{bait}…”这样的长文本上变慢（{ratio:.1f} 倍）。请去掉嵌套或不限长度的重复"


def _slow_on(find: Callable[[str], Iterable[object]]) -> Iterator[tuple[str, float]]:
    """The baits on which a search grows too fast, with how fast."""

    def job(text: str) -> None:
        deque(find(text), maxlen=0)

    for bait in _BAIT:
        exploded = _exploding(job, bait)
        if exploded:
            yield bait, exploded
            continue
        short, long = ((bait * (length // len(bait))) for length in _LENGTHS)
        if _seconds(job, short) < _NOTICEABLE / GROWTH:
            continue
        ratio = growth(job, short, long)
        if ratio > GROWTH:
            yield bait, ratio


def growth(job: Callable[[Input], object], small: Input, large: Input, limit: float = GROWTH) -> float:
    """How many times longer the large input takes; what a busy machine adds is taken away by trying again.

    Both are timed in turn, so that a slow spell meets both, and each keeps its best time. A job that truly grows
    too fast does so in every round: the first round within the limit is the answer.
    """
    best_small = best_large = float("inf")
    for _ in range(_ROUNDS):
        for _ in range(3):
            best_small = min(best_small, _seconds(job, small))
            best_large = min(best_large, _seconds(job, large))
        if best_large <= limit * best_small:
            break
    return best_large / max(best_small, 1e-9)


def _exploding(job: Callable[[str], object], bait: str) -> float:
    """Growth from one short text to the next, when it doubles with every few characters; else 0.

    Such a search would not end on the longer texts, so that they are not even tried.
    """
    before = 0.0
    for length in range(8, _SHORTEST, 2):
        text = (bait * length)[:length]
        seconds = _seconds(job, text)
        if seconds > _NOTICEABLE:  # once may be somebody else's doing
            seconds = min(seconds, _seconds(job, text), _seconds(job, text))
        if seconds > _NOTICEABLE and before:
            return seconds / before
        before = max(seconds, 1e-9)
    return 0.0


def _seconds(job: Callable[[Input], object], given: Input) -> float:
    """Of this thread on the processor: other work on the machine does not count."""
    start = time.thread_time()
    job(given)
    return time.thread_time() - start


def mutate_rules(folder: Path, cases: Path | None = None) -> list[str]:
    """Leaves out each rule in turn and reads the case documents again: which rules would nobody miss?"""
    from pipeline.readers import gate

    rules = load_rules(folder)
    cases = folder.parent / "tests" / "cases" if cases is None else cases
    documents: list[Document] = []
    for path in sorted(cases.glob("*/*")) if cases.is_dir() else []:
        if path.suffix != ".golden":
            try:
                documents.append(gate.read(path, path.name))
            except Rejected:
                continue
    if not documents:
        return [f"没有找到用例文档（{cases}），无法检验规则的作用。请在源码文件夹中运行"]
    baseline = [_told(tabulate(document, rules)) for document in documents]
    unnoticed = [
        rule
        for rule in rules.all()
        if all(
            _told(tabulate(document, without(rules, rule))) == told
            for document, told in zip(documents, baseline, strict=True)
        )
    ]
    lines = [f"- {rule.source} {rule.id}：去掉它，{len(documents)} 份用例文档的结果不变" for rule in unnoticed]
    return [*lines, f"共改坏 {sum(1 for _ in rules.all())} 条规则，{len(unnoticed)} 条只有自己的例子能发觉。"]


def without(rules: Rules, broken: Rule) -> Rules:
    """The rules with one that never matches."""
    mutant = replace(broken, pattern=_NEVER, words={})
    by_field: Mapping[str, tuple[Rule, ...]] = {
        name: tuple(mutant if rule is broken else rule for rule in group) for name, group in rules.by_field.items()
    }
    return Rules(by_field, rules.weights)


def _told(tables: Tables) -> Tables:
    """What the tables say, without which rule said it."""
    return replace(tables, facts=())


def catalogue(folder: Path) -> list[str]:
    """The readable catalogue of all rules (rules/README.md is this text)."""
    return markdown(folder).splitlines()
