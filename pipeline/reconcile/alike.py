"""Problems that several units have in common: the items of all units in, each with the cluster that it belongs to out.

Two problems are alike when their headlines, names and numbers left out, share most of their rarer pairs of characters.
A cluster is named after its first problem; one of a single unit is none.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.core.item_row import ItemRow
from pipeline.reconcile.copies import Mask, masked
from pipeline.reconcile.match import grams

_HEADLINE = re.compile(r"^(.{6,60}?)(?:[，。；：,;]|$)")
_RAREST = 6  # pairs of characters of a headline by which likely partners are found
_MOST = 60  # clusters that one headline is compared with


@dataclass(slots=True)
class _Cluster:
    """A cluster in the making: its first problem's pairs of characters, and who is in it."""

    pairs: frozenset[str]
    rows: list[int]


def with_clusters(items: Sequence[ItemRow], masks: Sequence[Mask], threshold: float) -> list[ItemRow]:
    """The items, those that other units share with the id of their cluster (the item_id of its first problem)."""
    bags = [frozenset(grams(_headline(item.problem, masks))) for item in items]
    seen = Counter(pair for bag in bags for pair in bag)
    weight = {pair: math.log(1 + len(items) / count) for pair, count in seen.items()}
    clusters: list[_Cluster] = []
    index: dict[str, list[int]] = defaultdict(list)
    order = sorted(range(len(items)), key=lambda at: (items[at].case_id, items[at].seq))
    for at in order:
        bag = bags[at]
        rare = sorted(bag, key=lambda pair: (seen[pair], pair))[:_RAREST]
        near = Counter(number for pair in rare for number in index[pair]).most_common(_MOST)
        scored = [(_share(bag, clusters[number].pairs, weight), -number) for number, _ in near]
        best, number = max(scored, default=(0.0, 0))
        if best >= threshold:
            clusters[-number].rows.append(at)
            continue
        clusters.append(_Cluster(bag, [at]))
        for pair in rare:
            index[pair].append(len(clusters) - 1)
    out = list(items)
    for cluster in clusters:
        if len({items[at].unit for at in cluster.rows}) > 1:
            for at in cluster.rows:
                out[at] = replace(items[at], cluster=items[cluster.rows[0]].item_id)
    return out


def _headline(problem: str, masks: Sequence[Mask]) -> str:
    match = _HEADLINE.match(problem)
    return masked(match[1] if match else problem[:60], masks)


def _share(one: frozenset[str], other: frozenset[str], weight: dict[str, float]) -> float:
    """The share of the rarer pairs of both that they have in common."""
    shared = sum(weight[pair] for pair in one & other)
    return shared / max(sum(weight[pair] for pair in one | other), 1e-9)
