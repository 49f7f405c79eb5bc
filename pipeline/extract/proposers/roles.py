"""Which role each column of a table plays: named evidence adds up, and the whole table is assigned at once.

In: a grid, the views of its cells, the rules (`rules/columns.yaml`).  Out: `Columns`.  The one idea: a heading's words,
what stands in the cells and the look of the whole column are evidence with weights for the roles; none is a gate, so a
column is known without its heading and a heading without a list of headings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

from pipeline.core import values
from pipeline.core.model import Document
from pipeline.extract.duties import deadline
from pipeline.extract.proposers.table_grid import Grid, rows_of, texts_of
from pipeline.extract.proposers.table_names import LONGEST, ColumnWeights, Names, name_of
from pipeline.extract.status import read_status, weights_of
from pipeline.ruleset.rule import Rule, Rules

GROUPS = ("school", "aspect", "category")
DUTIES = ("lead", "dept", "person", "deadline")
PAIRS = {"dept_person": ("dept", "person"), "lead_person": ("lead", "person"), "lead_dept": ("lead", "dept")}
ANSWERS = ("measures", "task", "progress", "tick", "effect", "duty", *DUTIES, *PAIRS)
_ONCE = frozenset({"seq", "ref", *GROUPS, "problem", "measures", "task", "progress", "duty", *DUTIES})
_OTHER = 2.0  # what a role must weigh more than
_FIRST_ROWS = 6  # rows in which headings are looked for
_SAMPLE = 40  # cells of a column that are looked at
_OFFERS = 6  # roles that a column may play
_COUNTS = 0.8  # share of numbers that go on, from which a column numbers the rows
_STATES = 60  # assignments that are kept while the table is assigned column by column


@dataclass(frozen=True, slots=True)
class Columns:
    """The roles of a table's columns; rows from `first` on (an index into its rows) are its body."""

    roles: Mapping[int, str]
    headings: Mapping[int, tuple[int, str]]  # column → the heading's block, -1 without one, and the strongest rule
    first: int
    weights: Mapping[int, ColumnWeights]  # column → all that speaks for each role
    named: Mapping[int, ColumnWeights]  # column → what its heading alone says

    def weight(self, role: str) -> float:
        """What speaks for the column that has the role, 0 when none has."""
        return max((self.weights[c][role] for c, r in self.roles.items() if r == role), default=0.0)

    def name_weight(self, role: str) -> float:
        """What the heading of the column that has the role says for it."""
        return max((self.named[c][role] for c, r in self.roles.items() if r == role), default=0.0)


def read_columns(document: Document, grid: Grid, views: Sequence[str], names: Names) -> Columns:
    """The roles of all columns of a table by everything that speaks for them."""
    rules = names.rules
    rows = list(rows_of(grid).values())
    top, first = _heading_rows(rows, views, names)
    columns = sorted({column for _, column in grid})
    body = [cells for cells in rows[first:] if len(texts_of(cells, views)) > 1 or len(columns) == 1]
    weights: dict[int, ColumnWeights] = {}
    named: dict[int, ColumnWeights] = {}
    headings: dict[int, int] = {}
    looks = _looks(document, body, views, rules)
    for column in columns:
        above = [block for line in reversed(rows[top:first]) for c, block in line if c == column]
        block, sums, status = _heading(above, views, names)
        named[column] = defaultdict(float, sums)
        facts = looks.get(column, {}) | ({"status_heading": 1.0} if status else {})
        for rule, share in [*_contents(document, _cells(body, column), views, rules), *_shapes(facts, rules)]:
            for role, weight in weights_of(rule).items():
                sums[role] += weight * share
        weights[column] = sums
        headings[column] = block
    roles = assign(weights)
    texts = {c: views[block] if block >= 0 else "" for c, block in headings.items()}
    told = {c: (block, names.rule(texts[c], roles[c])) for c, block in headings.items()}
    return Columns(roles, told, first, weights, named)


def _heading_rows(rows: Sequence[list[tuple[int, int]]], views: Sequence[str], names: Names) -> tuple[int, int]:
    """The rows of headings, from and to (exclusive); titles of one text above them are skipped; (0, 0) for none."""
    top = last = -1
    for number, cells in enumerate(rows[:_FIRST_ROWS]):
        texts = texts_of(cells, views)
        short = len(texts) > 1 and all(len(name_of(text)) <= LONGEST for text in texts)
        hits = sum(names.heads(text) or names.is_status(text) for text in texts)
        if short and hits >= 2 and 2 * hits >= len(texts):
            top, last = number if top < 0 else top, number
        elif last >= 0 or (len(texts) > 1 and not (short and hits)):
            break
        elif len(texts) > 1 and top < 0:
            top = number  # 问题情况｜整改安排 over the headings proper
    return (top, last + 1) if last >= 0 else (0, 0)


def _heading(above: Sequence[int], views: Sequence[str], names: Names) -> tuple[int, ColumnWeights, bool]:
    """A column's heading from the lowest row up: its block, what its words weigh, and whether it is a status."""
    filled = [block for block in above if views[block].strip()]
    words = list(dict.fromkeys(name_of(views[block]) for block in filled))
    if not words:
        return -1, defaultdict(float), False
    sums = names.weights(words[0])
    if len(words) > 1 and not sums:  # 问题 over 内容: together they say it
        sums = names.weights(words[1] + words[0])
    return filled[0], sums, names.is_status(words[0])


def _filled(document: Document, blocks: Sequence[int], views: Sequence[str]) -> list[int]:
    own = [i for i in blocks if views[i].strip() and not document.blocks[i].merged]
    return own[:_SAMPLE]


def _contents(
    document: Document, blocks: Sequence[int], views: Sequence[str], rules: Rules
) -> list[tuple[Rule, float]]:
    """The evidence of cells, each with the share of the column's filled cells that shows it."""
    cells = _filled(document, blocks, views)
    if not cells:
        return []
    counted = [(rule, sum(rule.match(views[i]) is not None for i in cells)) for rule in rules.of("column_content")]
    return [(rule, count / len(cells)) for rule, count in counted if count]


def _shapes(facts: Mapping[str, float], rules: Rules) -> list[tuple[Rule, float]]:
    return [(rule, share) for rule in rules.of("column_shape") if (share := facts.get(rule.value, 0.0)) > 0]


def _looks(
    document: Document, body: Sequence[list[tuple[int, int]]], views: Sequence[str], rules: Rules
) -> dict[int, dict[str, float]]:
    """What is seen on a column as a whole: counting, repeated, statuses, its place, which of two dates is later."""
    columns = sorted({column for line in body for column, _ in line})
    counted = {c: _counting(_texts(document, _cells(body, c), views)) for c in columns}
    number = max(columns, key=lambda c: (counted[c], -c), default=-1)
    if columns and counted[number] >= _COUNTS:  # rows without a number of their own go on with the row above
        own = {i for i in _cells(body, number) if views[i].strip() and not document.blocks[i].merged}
        body = [line for line in body if not own.isdisjoint(block for _, block in line)]
    found: dict[int, dict[str, float]] = {}
    days: dict[int, str] = {}
    for column in columns:
        blocks = _cells(body, column)
        texts = _texts(document, blocks, views)
        facts: dict[str, float] = {"empty": float(not texts), "first": float(column == columns[0])}
        facts["last"] = float(column == columns[-1] and len(columns) > 2)
        facts["counting"] = counted[column]
        copies = sum(document.blocks[i].merged and bool(views[i].strip()) for i in blocks)
        few = len(texts) >= 3 and len(set(texts)) <= 0.6 * len(texts)
        facts["repeated"] = float(few or (copies > 0 and len(texts) > 1))
        facts["distinct"] = float(len(texts) > 1 and len(set(texts)) == len(texts) and not copies)
        filled = sum(bool(views[i].strip()) and not document.blocks[i].merged for i in blocks)  # all, not a sample
        facts["sparse"] = float(len(blocks) > 1 and 0.6 * len(blocks) >= filled > 0)
        facts["status"] = _status_share(texts, rules)
        dates = sorted(day for text in texts if len(text) <= 24 and (day := deadline(text, "2000-01-01")))
        if 2 * len(dates) > len(texts) > 0:
            days[column] = dates[len(dates) // 2]
        found[column] = facts
    if len(days) > 1:
        for column, day in days.items():
            found[column]["earlier" if day == min(days.values()) else "later"] = 1.0
    return found


def _cells(body: Sequence[list[tuple[int, int]]], column: int) -> list[int]:
    return [block for line in body for c, block in line if c == column]


def _texts(document: Document, blocks: Sequence[int], views: Sequence[str]) -> list[str]:
    return [views[i].strip() for i in _filled(document, blocks, views)]


def _counting(texts: Sequence[str]) -> float:
    """The share of numbers that go on from the one above."""
    numbers = [values.ordinal(re.sub(r"\D", "", text) or text) if len(text) < 9 else None for text in texts]
    steps = [a is not None and b is not None and b == a + 1 for a, b in pairwise(numbers)]
    return mean(steps) if steps else float(numbers == [1])


def _status_share(texts: Sequence[str], rules: Rules) -> float:
    """How many cells say a status; words that no rule knows count where the column says only a few different ones."""
    if not texts:
        return 0.0
    known = sum(len(t) <= 60 and (rules.at("status", t) or rules.at("progress_share", t)) is not None for t in texts)
    few = len(set(texts)) <= max(2, len(texts) // 2)
    own = sum(len(text) <= 8 and read_status(text, rules) is not None for text in texts) if few else 0
    return max(known, own) / len(texts)


def assign(weights: Mapping[int, ColumnWeights]) -> dict[int, str]:
    """The roles with the greatest sum of weights in which most roles are played by one column only.

    Columns are taken one by one, and the best assignments so far for each set of roles taken are kept.
    """
    states: dict[frozenset[str], tuple[float, tuple[str, ...]]] = {frozenset(): (0.0, ())}
    columns = sorted(weights)
    for column in columns:
        following: dict[frozenset[str], tuple[float, tuple[str, ...]]] = {}
        offers = [("other", max(_OTHER, float(weights[column]["other"])))]
        heaviest = sorted(weights[column].items(), key=lambda item: (-item[1], item[0]))[:_OFFERS]
        offers += [(role, weight) for role, weight in heaviest if weight > _OTHER and role != "other"]
        for taken, (total, roles) in states.items():
            for role, weight in offers:
                needs = frozenset(PAIRS.get(role, (role,))) & _ONCE
                if needs & taken:
                    continue
                gain = total + weight + (4.0 if role == "problem" else 0.0)
                state = taken | needs
                if state not in following or gain > following[state][0]:
                    following[state] = (gain, (*roles, role))
        best = sorted(following.items(), key=lambda item: (-item[1][0], item[1][1]))[:_STATES]
        states = dict(best)
    _, chosen = max(states.values(), key=lambda state: state[0])
    return dict(zip(columns, chosen, strict=True))
