"""Problems listed inside one sentence of a feedback: 存在甲、乙、丙等问题.

In: the parse of a paper and the rules.  Out: the same atoms, such sentences cut at the signs between their problems,
each a problem of its own; what stands before the list names its aspect as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.core.model import Span
from pipeline.extract.assemble import OTHER, PROBLEM
from pipeline.extract.atoms import Atom, Atoms
from pipeline.extract.parse import Parse
from pipeline.extract.weights import Matrix, best_path
from pipeline.ruleset.rule import Rules

_FEWEST = 3  # problems of such a list
_SHORTEST = 4  # letters of a problem at the least
_MOSTLY = 0.5  # share of the parts with a comma, from which a part without one goes on
_NEVER = -1e6
_OPEN, _CLOSE = "“《（〔【‘", "”》）〕】’"


def listed_inline(parsed: Parse, rules: Rules) -> tuple[Atoms, tuple[str, ...]] | None:
    """Atoms and roles with every such list cut into its problems, None where there is none."""
    weights = parsed.weights
    items: list[Atom] = []
    rows = []
    found = 0
    for number, atom in enumerate(parsed.atoms.items):
        view = parsed.atoms.views[atom.block]
        hit = rules.first("inline_list", view, atom.start, atom.end)
        parts = [*_parts(view, Span(atom.block, hit.value_start, hit.value_end), rules)] if hit is not None else []
        if hit is None or len(parts) < _FEWEST:
            items.append(atom)
            rows.append(parsed.emitted[number])
            continue
        found += len(parts)
        if hit.start > atom.start:
            items.append(replace(atom, end=hit.start, last=False))
            rows.append(_only(parsed, number, ("G", OTHER)))
        for part in parts:
            items.append(Atom(atom.block, part.start, part.end, atom.form))
            rows.append(_only(parsed, number, (PROBLEM,)))
        items.append(replace(atom, start=hit.value_end, mark=None, first=True))  # 等问题: the last problem ends here
        rows.append(_only(parsed, number, (OTHER,)))
    if not found:
        return None
    roles = tuple(weights.roles[n] for n in best_path(np.array(rows), weights.follows))
    return Atoms(parsed.atoms.views, tuple(items)), roles


def _only(parsed: Parse, number: int, free: tuple[str, ...]) -> Matrix:
    row: Matrix = parsed.emitted[number].copy()
    row[[n for n, role in enumerate(parsed.weights.roles) if role not in free]] += _NEVER
    return row


def _parts(view: str, place: Span, rules: Rules) -> Iterator[Span]:
    """The problems of a list; a part that only goes on with the sentence before it (原工商、质监) belongs to that."""
    cuts, depth = [place.start], 0
    for k in range(place.start, place.end):
        depth += (view[k] in _OPEN) - (view[k] in _CLOSE)
        if view[k] == "、" and depth <= 0:
            cuts.append(k + 1)
    ends = [*(cut - 1 for cut in cuts[1:]), place.end]
    parts = list(zip(cuts, ends, strict=True))
    commas = sum("，" in view[a:b] for a, b in parts) >= _MOSTLY * len(parts)
    whole: list[tuple[int, int]] = []
    for start, end in parts:
        if whole and _goes_on(view, whole[-1], (start, end), commas, rules):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    yield from (Span(place.block, start, end) for start, end in whole)


def _goes_on(view: str, before: tuple[int, int], part: tuple[int, int], commas: bool, rules: Rules) -> bool:
    text = view[part[0] : part[1]]
    told = view[before[0] : before[1]]
    if before[1] - before[0] < _SHORTEST or len(text) < _SHORTEST:
        return True
    return commas and "，" not in text and not _blames(told[told.rfind("，") + 1 :], rules)


def _blames(text: str, rules: Rules) -> bool:
    return any(rule.id == "word.problem" and rule.search(text) is not None for rule in rules.within("evidence", text))
