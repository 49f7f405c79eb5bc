"""The totals that a document states about itself, outside its problems and measures.

A grammar over words, not over sentences: each number looks for the word that says what it counts.  Nearest first: the
verb right before it (已完成整改14项), a verb behind it (23项问题正在整改), the noun behind it (12项主要任务), the noun
before it (问题53个).  People, sums, rates and rules have words of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.core.vocabulary import Status
from pipeline.extract.claim_words import Clause, Word, clauses, find_words, sentences
from pipeline.extract.marks import Quoted
from pipeline.ruleset.rule import Hit, Rules

_NEAR = 12  # characters between a number and a noun or verb behind it
_FAR = 20  # characters between a sanction and its number
_SUM = 40  # characters between 追缴 and its sum
_CONTEXT = 60  # characters in front of a number that may name its scope or say that it is a target
_PROGRESS = ("problems", "tasks")  # what a status is said of
_OURS = "none"  # the value of words that count something else


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: the fact's field is `claim`, its value the number (yuan, percent, count)."""

    metric: str
    fact: Fact
    unit: str
    part_of: str
    scope: str


@dataclass(slots=True)
class _Sentence:
    """What the words before have settled for the rest of a sentence."""

    start: int
    scope: str  # given by the place or by earlier words
    total: str = ""  # the last whole of which parts may follow
    noun: str = ""  # what was counted last
    rules: bool = False  # rules were counted before
    last: Word | None = None  # the last count of problems or tasks


@dataclass(frozen=True, slots=True)
class _Found:
    """A metric for a number, and the words that it was read from."""

    metric: str
    words: tuple[Word, ...]
    part: str = ""
    also: str = ""  # 12个问题全部整改到位 counts the problems as well


@dataclass(slots=True)
class _Reader:
    document: Document
    view: str
    block: int
    rules: Rules
    stage: str = ""  # 第二阶段整改报告: the stage that the whole paper is about
    found: list[Claim] = field(default_factory=list)


def read_claims(
    document: Document, views: tuple[str, ...], spans: Iterable[tuple[Span, str]], rules: Rules, title: str = ""
) -> list[Claim]:
    """Claims of these spans; each comes with the scope that its place gives it ("" is the whole document)."""
    quoted: dict[int, Quoted] = {}  # inside a document's title or a slogan's quotes nothing is claimed
    stage = rules.first("claim_stage", values.view(title))
    found: list[Claim] = []
    for span, scope in spans:
        view = views[span.block]
        if span.block not in quoted:
            quoted[span.block] = Quoted(view)
        scope = scope or _other_round(document, views, span.block, rules)
        reader = _Reader(document, view, span.block, rules, stage.value if stage is not None else "")
        for start, end in sentences(view, span):
            words = find_words(view, start, end, quoted[span.block], rules)
            if any(word.kind == "number" for word in words):
                _read_sentence(reader, _Sentence(start, scope), clauses(view, start, end, words))
        found += reader.found
    return found


def _other_round(document: Document, views: Sequence[str], block: int, rules: Rules) -> str:
    """What a cell says of another round: its scope is the label to its left."""
    here, left = document.blocks[block], document.blocks[block - 1]
    if here.kind != "cell" or block == 0 or (left.table, left.row) != (here.table, here.row):
        return ""
    return left.text.strip() if rules.first("claim_other_round", views[block - 1]) is not None else ""


def _read_sentence(reader: _Reader, state: _Sentence, parts: list[Clause]) -> None:
    for clause in parts:
        numbers = [n for n, word in enumerate(clause.words) if word.kind == "number"]
        _whole(reader, state, clause, numbers)
        for n in numbers:
            found = _metric(reader, state, clause, n)
            if found is None and clause.words[n].unit and clause.words[n].unit not in values.PEOPLE_COUNTERS:
                state.last = clause.words[n]  # 收费和采购（3项，均已整改完成）
            elif found is not None and not _excluded(reader, state, clause, clause.words[n], found):
                _claim(reader, state, clause.words[n], found)


def _whole(reader: _Reader, state: _Sentence, clause: Clause, numbers: list[int]) -> None:
    """14个问题，均已完成整改: a clause without a number says it of the number before."""
    verb = clause.words[0] if clause.words and not numbers else None
    if state.last is None or verb is None or verb.start - clause.start > _NEAR // 2:
        return
    if verb.kind == "verb" and verb.all and verb.value != _OURS:
        also = "" if state.noun else "problems"
        _claim(reader, state, state.last, _Found(verb.value, (state.last, verb), also=also))
        state.last = None


# -- what a number counts -----------------------------------------------------------------------------------------
def _metric(reader: _Reader, state: _Sentence, clause: Clause, n: int) -> _Found | None:
    number = clause.words[n]
    previous = max((k for k in range(n) if clause.words[k].kind == "number"), default=-1)
    left = clause.words[previous + 1 : n]
    right = []
    for word in clause.words[n + 1 :]:
        if word.kind == "number":
            break
        right.append(word)
    if number.hit.groups.get("rate"):
        return _rate(reader, clause, n)
    if number.hit.groups.get("money"):
        return _sum(reader, clause, number, left)
    if number.unit in values.PEOPLE_COUNTERS:
        return _people(state, number, left, right)
    following = next((word for word in clause.words[n + 1 :] if word.kind == "number"), None)
    if not left and clause.before and number.start - clause.start <= 1:
        if clause.before[-1].kind == "rate":  # 占问题总数（40个）
            return _Found("problems", (number,))
        left = clause.before
    return _count(reader, state, number, (tuple(left), tuple(right), following))


def _rate(reader: _Reader, clause: Clause, n: int) -> _Found | None:
    number = clause.words[n]
    word = next((w for w in reversed(clause.words[:n]) if w.kind == "rate"), None)
    if word is None or reader.rules.first("claim_rate_from", reader.view, word.end, number.start) is not None:
        return None
    return _Found("rate", (word, number))


def _sum(reader: _Reader, clause: Clause, number: Word, left: tuple[Word, ...]) -> _Found | None:
    word = next((w for w in reversed(left) if w.kind == "money"), None)
    if word is None or number.start - word.end > _SUM:
        return None
    if reader.rules.first("claim_negated", reader.view, clause.start, word.start) is not None:
        return None
    return _Found(word.value, (word, number))


def _people(state: _Sentence, number: Word, left: tuple[Word, ...], right: list[Word]) -> _Found | None:
    before = next((w for w in reversed(left) if w.kind in ("people", "part")), None)
    behind = next((w for w in right if w.kind in ("people", "part")), None)
    if before is not None and number.start - before.end <= _FAR:
        word = before
    elif behind is not None and behind.start - number.end <= _FAR:
        word = behind
    else:
        return None
    words = (word, number) if word.start < number.start else (number, word)
    if word.kind == "part":
        whole = "sanctioned" if state.total == "sanctioned" else word.value
        return _Found(whole, words, part=word.name)
    return _Found(word.value, words)


def _count(
    reader: _Reader, state: _Sentence, number: Word, around: tuple[tuple[Word, ...], tuple[Word, ...], Word | None]
) -> _Found | None:
    left, right, following = around
    verb = _verb_before(reader, number, left)
    if verb is not None:
        return None if verb.value == _OURS else _Found(verb.value, (verb, number))
    noun = right[0] if right and right[0].kind == "noun" and _reaches(reader, number, right[0]) else None
    verb = _verb_behind(reader, number, right, following)
    if verb is not None:
        if verb.value == _OURS or (noun is not None and noun.value == _OURS):
            return None
        also = (noun.value if noun is not None else "problems") if verb.all else ""
        return _Found(verb.value, (number, verb), also=also if also in _PROGRESS else "")
    if number.unit in values.CATEGORY_COUNTERS:
        return _Found("categories", (number,) if noun is None else (number, noun))
    if noun is None:
        noun = left[-1] if left and left[-1].kind == "noun" and _linked(reader, left[-1], number) else None
        noun = None if noun is not None and noun.value == "aspects" else noun  # …方面（5项） counts problems of one
    rules = [word for word in left if word.kind == "rules"]
    if noun is not None and noun.value != "rules":
        return None if noun.value == _OURS else _Found(noun.value, tuple(sorted((noun, number), key=lambda w: w.start)))
    if rules and (noun is not None or (state.rules and _linked(reader, rules[-1], number))):
        return _rules(rules, number)
    if noun is None and state.noun and reader.rules.first("claim_sum_word", reader.view, state.start, number.start):
        return _Found(state.noun, (number,))
    return None


def _rules(verbs: list[Word], number: Word) -> _Found | None:
    kinds = {verb.value for verb in verbs}
    if _OURS in kinds:
        return None
    metric = kinds.pop() if len(kinds) == 1 else "rules_total"
    return _Found(metric, (verbs[0], number))


def _verb_before(reader: _Reader, number: Word, left: tuple[Word, ...]) -> Word | None:
    """已完成整改14项, 完成整改的问题达到37个: the verb right before, perhaps with 的问题 between."""
    if not left:
        return None
    if left[-1].kind == "verb":
        return left[-1] if _linked(reader, left[-1], number) else None
    if len(left) > 1 and left[-2].kind == "verb" and left[-1].kind == "noun" and left[-1].value in _PROGRESS:
        joined = _linked(reader, left[-2], left[-1]) and _linked(reader, left[-1], number)
        return left[-2] if joined else None
    return None


def _verb_behind(reader: _Reader, number: Word, right: tuple[Word, ...], following: Word | None) -> Word | None:
    """23项问题正在整改; not 14个问题已完成整改12个, where the verb belongs to the next number."""
    at = number.end
    for word in right:
        if word.start - at > _NEAR:
            return None
        if word.kind == "verb":
            taken = following is not None and _linked(reader, word, following)
            return None if taken else word
        if word.kind != "noun":
            return None
        at = word.end
    return None


def _reaches(reader: _Reader, number: Word, noun: Word) -> bool:
    """Whether a noun behind a number is near enough, with no 、 between."""
    between = reader.view[number.end : noun.start]
    return len(between) <= _NEAR and "、" not in between


def _linked(reader: _Reader, word: Word, number: Word) -> bool:
    """Whether nothing but link words stands between two words."""
    hit = reader.rules.first("claim_link", reader.view, word.end, number.start)
    return word.end == number.start or (hit is not None and hit.start == word.end)


# -- what is no total ----------------------------------------------------------------------------------------------
def _excluded(reader: _Reader, state: _Sentence, clause: Clause, number: Word, found: _Found) -> bool:
    """Process counts, letters and clues, targets, and what is said only of the rest."""
    rules, view = reader.rules, reader.view
    counted = bool(number.unit) and number.unit not in values.PEOPLE_COUNTERS
    if (
        counted
        and found.metric != "advice"
        and rules.first("claim_process", view, clause.start, number.start) is not None
    ):
        return True
    if counted and rules.at("claim_process_after", view, max(word.end for word in found.words)) is not None:
        return True
    if found.metric == "aspects" and rules.first("claim_way", view, clause.start, number.start) is not None:
        return True
    target = rules.first("claim_target", view, max(state.start, number.start - _CONTEXT), number.start)
    if target is not None and found.metric not in ("aspects", "categories", "advice"):
        return True
    letters = rules.every("claim_letters", view, state.start, number.start)
    if letters and (counted or found.metric == "rate"):
        return True
    rest = rules.first("claim_rest", view, clause.start, number.start) is not None
    return rest and found.metric in _PROGRESS and not reader.stage


def _claim(reader: _Reader, state: _Sentence, number: Word, found: _Found) -> None:
    value = _value(number.hit)
    if value is None:
        return
    rules, view = reader.rules, reader.view
    nested = rules.first("claim_nested", view, state.start, number.start) is not None
    metric, part_of = found.metric, ""
    scope = state.scope or _scope(reader, state, number, found)
    if found.part:
        part_of, scope = metric, found.part
    elif metric == "long_term" and nested and state.total in tuple(Status):
        part_of = state.total  # 正在整改2个（其中需长期坚持1个）
    elif nested and metric == state.total:  # 清退4.62万元，其中退还家长2.86万元
        start, end = found.words[0].start, found.words[-1].end
        part_of, scope = metric, view[start:end].rstrip()
    if not found.part and not (metric == "long_term" and nested):
        state.total = metric
    place = Span(reader.block, _begin(reader, state, found), max(w.end for w in found.words))
    word = next((w for w in found.words if w is not number), number)
    fact = Fact("claim", value, reader.document.text(place), place, word.hit.rule.id)
    money, rate = number.hit.groups.get("money"), number.hit.groups.get("rate")
    unit = "元" if money else "%" if rate else number.unit
    reader.found.append(Claim(metric, fact, unit, part_of, scope))
    state.noun = metric if metric in _PROGRESS else state.noun or ("problems" if metric == "immediate" else "")
    state.rules = state.rules or metric.startswith("rules")
    rest = rules.first("claim_rest", view, state.start, number.start) is not None
    state.last = number if metric in _PROGRESS and not rest else None
    if found.also and not rest:
        reader.found.append(Claim(found.also, fact, unit, "", scope))


def _begin(reader: _Reader, state: _Sentence, found: _Found) -> int:
    """Where a claim's wording begins: with the verb in front of its words (提出整改措施38条)."""
    start = min(word.start for word in found.words)
    lead = reader.rules.first("claim_lead", reader.view, state.start, start)
    return start if lead is None else lead.start


def _value(hit: Hit) -> float | None:
    money, rate = hit.groups.get("money"), hit.groups.get("rate")
    if money:
        return values.money(money)
    return values.number(rate or hit.groups.get("number") or "")


def _scope(reader: _Reader, state: _Sentence, number: Word, found: _Found) -> str:
    """The part of the paper that a total speaks about; it holds for the rest of its sentence."""
    rules, view = reader.rules, reader.view
    start = max(state.start, number.start - _CONTEXT)
    hit = rules.first("claim_scope", view, start, number.start)
    if hit is None:
        whole = reader.stage and found.metric == "problems"
        told = rules.first("claim_told", view, start, number.start) if whole else None
        return "" if told is None else told.value
    stage = hit.groups.get("stage")
    if stage and reader.stage and reader.stage in stage:
        return ""
    scope = next((text for text in hit.groups.values() if text), "")
    state.scope = "" if stage else scope
    return scope
