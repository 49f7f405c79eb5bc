"""Measures that several units share: texts of all units in, groups of near-duplicates out.

Names, places and numbers are masked first, so that only the wording is compared.  The search is exact:
two texts whose sets of five-character shingles have a Jaccard index of at least the threshold share one
of their rarest shingles, so each text is indexed by only a few of them (prefix filter).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pipeline.reconcile.match import plain

Mask = tuple[re.Pattern[str], str]
_SHINGLE = 5
_OTHERS = 10  # texts of other units that one text is paired with: a form that a whole county copied has thousands
_MOST = 200  # texts that one shingle may lead to, and about as many for all of a text: more is a turn of phrase


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its unit; `key` is the caller's."""

    key: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """Texts `key` and `other` of two units, and how like they are, from 0 to 1."""

    key: str
    other: str
    score: float


def masked(text: str, masks: Sequence[Mask]) -> str:
    """The wording alone: without titles, numbers, names of schools and offices, punctuation."""
    for pattern, instead in masks:
        text = pattern.sub(instead, text)
    return plain(text)


def copies(texts: Sequence[Text], masks: Sequence[Mask], threshold: float, shortest: int) -> list[Copy]:
    """Pairs of texts of different units that are the same but for names and numbers; `key` comes before `other`."""
    same: dict[str, list[Text]] = defaultdict(list)
    for text in sorted(texts, key=lambda one: one.key):
        wording = masked(text.text, masks)
        if len(wording) >= shortest:
            same[wording].append(text)
    wordings = sorted(same)
    near = _near(wordings, threshold)
    found: dict[tuple[str, str], float] = {}
    for i, wording in enumerate(wordings):
        alike = [(1.0, i), *((score, j) for j, score in near.get(i, ()))]
        groups = sorted(alike, key=lambda group: (-group[0], group[1]))
        for text in same[wording]:
            others = ((score, other) for score, j in groups for other in same[wordings[j]] if other.unit != text.unit)
            for score, other in islice(others, _OTHERS):
                key, second = sorted((text.key, other.key))
                found[key, second] = round(score, 3)
    return [Copy(key, other, score) for (key, other), score in sorted(found.items())]


def _near(wordings: Sequence[str], threshold: float) -> dict[int, list[tuple[int, float]]]:
    """Pairs of different wordings that are similar enough, both ways."""
    sets = _shingle_sets(wordings)
    rare = Counter(chain.from_iterable(sets))
    index: dict[int, list[int]] = defaultdict(list)
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    order = sorted(range(len(sets)), key=lambda i: (len(sets[i]), i))
    for i in order:
        mine = sets[i]
        prefix = sorted(mine, key=lambda s: (rare[s], s))[: len(mine) - math.ceil(threshold * len(mine)) + 1]
        candidates: set[int] = set()
        for shingle in prefix:  # the rarest first
            if len(candidates) < _MOST:
                candidates.update(index[shingle][-_MOST:])
            index[shingle].append(i)
        for j in sorted(candidates):
            if len(sets[j]) < threshold * len(mine):
                continue
            shared = len(mine & sets[j])
            score = shared / (len(mine) + len(sets[j]) - shared)
            if score >= threshold:
                found[i].append((j, score))
                found[j].append((i, score))
    return found


def _shingle_sets(wordings: Sequence[str]) -> list[frozenset[int]]:
    """Each text as the set of its five-character pieces, numbered in the order in which they are met."""
    known: dict[str, int] = {}
    sets = []
    for text in wordings:
        pieces = [text[i : i + _SHINGLE] for i in range(max(len(text) - _SHINGLE + 1, 1))]
        sets.append(frozenset(known.setdefault(piece, len(known)) for piece in pieces))
    return sets
