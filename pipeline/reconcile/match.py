"""Which problem answers which: two lists of problems without shared ids → links that explain themselves.

One to one by optimal assignment over a score made of character pairs, words, numbers and place; then
splits (one problem answered as several) and merges (several answered as one) from what is left over.
A link keeps its score, the words that both share, the runner-up and the margin to it.  Segmentation
is used, and loaded, only here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.core.rows import ProblemRow
from pipeline.core.values import A_DAY, A_YEAR, MONEY, YEAR_UNIT, money

Scores = NDArray[np.float64]

EXACT, ASSIGNED, SPLIT, MERGED = "exact", "assigned", "split", "merged"
# what the score is made of; the shares of one line add up to 1
TEXT, NUMBERS, PLACE = 0.76, 0.14, 0.10
GRAMS, WORDS = 0.6, 0.4
EVIDENCE = 0.12  # added when a sum of the problem stands in the other's answer
WHOLLY = 0.8  # share of a problem's character pairs that must stand in a text which says it in full
WITH_NUMBERS = 0.65  # … and when it states numbers that all stand there as well
_NAME = 24  # characters; what is longer is no name
_OFTEN = 1_000_000  # a frequency at which the dictionary never takes a word apart
_SHORT = 5_000  # characters; longer texts are few, and are not worth their place in memory
LONGEST = 1000  # characters of one text that are looked at: segmentation of more is slow

_MONEY = re.compile(MONEY)
_YEAR = re.compile(A_YEAR)
_DAY = re.compile(A_DAY)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MARK = re.compile(r"[^0-9A-Za-z一-鿿]")


@dataclass(frozen=True, slots=True)
class Link:
    """Problem `source` of one document is answered by problem `answer` of another."""

    source: str
    answer: str
    score: float
    method: str
    shared: tuple[str, ...] = ()
    runner_up: str = ""
    margin: float = 1.0
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What of a problem is compared."""

    id: str
    plain: str  # letters and digits only, one width
    grams: Counter[str]
    numbers: frozenset[str]
    sums: frozenset[str]
    heading: Counter[str]
    evidence: frozenset[str]


def plain(text: str) -> str:
    """Only the letters, digits and characters of a text, in one width."""
    return _kept_plain(text) if len(text) <= _SHORT else _plain(text)


def _plain(text: str) -> str:
    return _MARK.sub("", unicodedata.normalize("NFKC", text))


_kept_plain = lru_cache(maxsize=8192)(_plain)  # the checks of a case ask for the same texts again and again


def grams(text: str) -> Counter[str]:
    """Pairs of neighbouring characters, numbers left out."""
    letters = _NUMBER.sub("", plain(text))[:LONGEST]
    return Counter(map("".join, pairwise(letters))) or Counter(letters)


@lru_cache(maxsize=1024)
def numbers(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """All numbers of a text but days and months (sums in yuan, years, others), and the sums alone."""
    folded = unicodedata.normalize("NFKC", text)
    sums = {f"¥{value:g}" for m in _MONEY.findall(folded) if (value := money(m)) is not None}
    rest = _MONEY.sub(" ", folded)
    years = {f"{m}{YEAR_UNIT}" for m in _YEAR.findall(rest)}
    others = set(_NUMBER.findall(_DAY.sub(" ", _YEAR.sub(" ", rest))))
    return frozenset(sums | years | others), frozenset(sums)


def _profile(row: ProblemRow) -> Compared:
    text = row.problem
    every, sums = numbers(text)
    heading = grams(row.category + row.aspect)
    return Compared(row.problem_id, plain(text), grams(text), every, sums, heading, numbers(row.rectification)[1])


def link_problems(
    sources: Sequence[ProblemRow],
    answers: Sequence[ProblemRow],
    thresholds: Mapping[str, float],
    names: Sequence[str] = (),
) -> list[Link]:
    """Links from each problem of `sources` to the problem(s) of `answers` that treat it.

    `names` (units, departments, people of both documents) are kept whole by the segmentation.
    """
    if not sources or not answers:
        return []
    left, right = [_profile(r) for r in sources], [_profile(r) for r in answers]
    scores = _scores(left, right, names)
    pairs = _assign(scores, thresholds["link"])
    links = [_link(left, right, scores, pair, thresholds) for pair in pairs]
    used_left, used_right = {i for i, _ in pairs}, {j for _, j in pairs}
    of_right = {j: i for i, j in pairs}
    of_left = dict(pairs)
    part = thresholds["part"]
    for i in (i for i in range(len(left)) if i not in used_left):
        j, share = _best_part(left[i], right, of_right, left)
        if share >= part:
            links.append(Link(left[i].id, right[j].id, round(share, 4), MERGED, _shared(left[i], right[j])))
    for j in (j for j in range(len(right)) if j not in used_right):
        i, share = _best_part(right[j], left, of_left, right)
        if share >= part:
            links.append(Link(left[i].id, right[j].id, round(share, 4), SPLIT, _shared(left[i], right[j])))
    order = {profile.id: i for i, profile in enumerate(left)}
    return sorted(links, key=lambda link: (order[link.source], -link.score, link.answer))


def _assign(scores: Scores, threshold: float) -> list[tuple[int, int]]:
    """The pairs of the best one-to-one assignment that are good enough."""
    import lap

    _, columns, _ = lap.lapjv(-scores, extend_cost=True)  # the column of each row, -1 where it has none
    return [(i, int(j)) for i, j in enumerate(columns) if j >= 0 and scores[i, j] >= threshold]


def _scores(left: list[Compared], right: list[Compared], names: Sequence[str]) -> Scores:
    """The score of every pair; equal texts have 1."""
    same = np.array([[a.plain == b.plain for b in right] for a in left])
    text = GRAMS * _likeness([p.grams for p in left], [p.grams for p in right])
    open_left, open_right = ~same.any(axis=1), ~same.any(axis=0)
    if open_left.any() and open_right.any():
        words = _words([p.plain for p in (*left, *right)], names)
        text = text + WORDS * _likeness(words[: len(left)], words[len(left) :])
    else:
        text = text / GRAMS
    figures = np.array([[_agree(a, b, text[i, j]) for j, b in enumerate(right)] for i, a in enumerate(left)])
    shown = np.array(
        [[EVIDENCE if a.sums and not b.sums and a.sums & b.evidence else 0.0 for b in right] for a in left]
    )
    scores: Scores = TEXT * text + NUMBERS * figures + PLACE * _places(left, right) + shown
    return np.where(same, 1.0, np.clip(scores, 0.0, 0.99))


def _agree(a: Compared, b: Compared, otherwise: float) -> float:
    """How far the numbers agree; texts that state none leave the score as it is."""
    if not a.numbers or not b.numbers:
        return otherwise
    shared = len(a.numbers & b.numbers) / min(len(a.numbers), len(b.numbers))
    if a.sums and b.sums and not a.sums & b.sums:
        shared -= 0.5  # two problems that differ only in a sum are two problems
    return shared


def _places(left: list[Compared], right: list[Compared]) -> Scores:
    rows = np.arange(len(left))[:, None] / max(len(left) - 1, 1)
    columns = np.arange(len(right))[None, :] / max(len(right) - 1, 1)
    order = 1.0 - np.abs(rows - columns)
    headings = _likeness([p.heading for p in left], [p.heading for p in right])
    known = np.array([[bool(a.heading and b.heading) for b in right] for a in left])
    return np.asarray(np.where(known, 0.4 * order + 0.6 * headings, order))


def _likeness(left: list[Counter[str]], right: list[Counter[str]]) -> Scores:
    """Mean of cosine and containment, each feature weighted by how rare it is among these texts."""
    seen = Counter(key for bag in (*left, *right) for key in bag)
    index = {key: i for i, key in enumerate(seen)}
    count = len(left) + len(right)
    weight = np.array([math.log(1 + count / seen[key]) for key in index])

    def matrix(bags: list[Counter[str]]) -> Scores:
        out = np.zeros((len(bags), len(index)))
        for row, bag in enumerate(bags):
            for key in bag:
                out[row, index[key]] = 1.0
        return out

    a, b = matrix(left), matrix(right)
    overlap = (a * weight) @ b.T
    mass_a, mass_b = (a @ weight)[:, None], (b @ weight)[None, :]
    smaller = np.maximum(np.minimum(mass_a, mass_b), 1e-9)
    cosine = overlap / np.maximum(np.sqrt(mass_a * mass_b), 1e-9)
    return np.asarray(0.5 * cosine + 0.5 * overlap / smaller)


def _words(texts: Iterable[str], names: Iterable[str] = ()) -> list[Counter[str]]:
    """Words of two or more characters, names whole; the dictionary is loaded on the first call."""
    tokenizer = word_tokenizer()
    with _knowing(tokenizer, names):
        return [
            Counter(w for w in tokenizer.cut(_NUMBER.sub(" ", text[:LONGEST]), HMM=False) if len(w) > 1)
            for text in texts
        ]


@lru_cache(maxsize=1)
def word_tokenizer() -> Any:
    """The segmentation with its dictionary, which is loaded once a process."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


@contextmanager
def _knowing(tokenizer: Any, names: Iterable[str]) -> Iterator[None]:
    """The names of two documents are words while these are compared, and of no effect on any others."""
    tokenizer.initialize()
    total, before = tokenizer.total, {}
    for name in sorted({plain(name) for name in names}):
        if 2 <= len(name) <= _NAME:
            before[name] = tokenizer.FREQ.get(name, 0)
            tokenizer.add_word(name, freq=_OFTEN)
    try:
        yield
    finally:
        tokenizer.FREQ.update(before)
        tokenizer.total = total


def _link(
    left: list[Compared], right: list[Compared], scores: Scores, pair: tuple[int, int], thresholds: Mapping[str, float]
) -> Link:
    i, j = pair
    a, b, score = left[i], right[j], float(scores[i, j])
    second, k = max(((float(scores[i, k]), -k) for k in range(len(right)) if k != j), default=(0.0, 1))
    margin = round(score - second, 4)
    exact = a.plain == b.plain
    doubtful = not exact and (score < thresholds["doubtful"] or margin < thresholds["margin"])
    runner_up = right[-k].id if k <= 0 and second > 0 else ""
    return Link(a.id, b.id, round(score, 4), EXACT if exact else ASSIGNED, _shared(a, b), runner_up, margin, doubtful)


def _shared(a: Compared, b: Compared) -> tuple[str, ...]:
    """The longest stretches and the numbers that both texts have, for a person to see."""
    found = sorted(_stretches(a.plain[:LONGEST], b.plain[:LONGEST]), key=len, reverse=True)[:5]
    return (*found, *sorted(a.numbers & b.numbers)[:3])


def _stretches(a: str, b: str) -> list[str]:
    """Common stretches of at least two characters, without overlap, from left to right in `a`."""
    found, at = [], 0
    while at < len(a) - 1:
        end = at + 2
        if a[at:end] not in b:
            at += 1
            continue
        while end < len(a) and a[at : end + 1] in b:
            end += 1
        found.append(a[at:end])
        at = end
    return list(dict.fromkeys(found))


def _best_part(
    one: Compared, others: list[Compared], partner: Mapping[int, int], mine: list[Compared]
) -> tuple[int, float]:
    """Which of `others` contains `one` beside its own partner, and how much of `one` it holds."""
    best = (0, 0.0)
    for k, other in enumerate(others):
        if one.sums and other.sums and not one.sums <= other.sums:
            continue
        own = mine[partner[k]].grams if k in partner else Counter[str]()
        held = [key for key in one.grams if key in other.grams]
        beside = sum(1 for key in held if key not in own) / max(len(one.grams), 1)
        inside = len(held) / max(len(one.grams), 1)
        # said in full, with all of its numbers: no other text of the same kind is meant
        enough = WHOLLY if not one.numbers else WITH_NUMBERS
        share = inside if inside >= enough and one.numbers <= other.numbers else beside
        if share > best[1]:
            best = (k, share)
    return best
