"""The status that a text in the place of a status says, in known words or in a paper's own.

In: the view of a cell, a field's value, a bracket.  Out: the rule's hit, None when it says none.  The one idea: a word
that no rule knows (已闭环, 跟进中) is decided by its morphemes, with weights for each status; negation weighs most.
"""

from __future__ import annotations

import re
from collections import Counter

from pipeline.ruleset.rule import Hit, Rule, Rules

_CLAUSE = re.compile(r"[^。；，：（）\n]{1,14}(?=[。；，：（）\n\s]|$)")
_ENOUGH = 3  # the least sum of weights that says a status


def read_status(view: str, rules: Rules, start: int = 0) -> Hit | None:
    """The status that begins at `start`: by the known forms, as a percentage, else by morphemes."""
    start += len(view[start:]) - len(view[start:].lstrip())
    known = rules.at("status", view, start) or rules.at("progress_share", view, start)
    return known or by_morphemes(view, rules, start)


def by_morphemes(view: str, rules: Rules, start: int = 0) -> Hit | None:
    """The status of the short clause at `start` by the weights of its morphemes; None without a single best."""
    clause = _CLAUSE.match(view, start)
    if clause is None:
        return None
    sums: Counter[str] = Counter()
    strongest: dict[str, tuple[float, Rule]] = {}
    long_term = False
    for rule in rules.of("status_word"):
        hit = rule.search(view, start, clause.end())
        if hit is None:
            continue
        long_term = long_term or hit.long_term
        for status, weight in weights_of(rule).items():
            sums[status] += weight
            if weight > strongest.get(status, (0, rule))[0]:
                strongest[status] = (weight, rule)
    ranked = sums.most_common(2)
    if not ranked or ranked[0][1] < _ENOUGH or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    best = ranked[0][0]
    end = start + len(clause[0].rstrip())
    return Hit(start, end, start, end, best, strongest[best][1], {"long": "长期"} if long_term else {})


def weights_of(rule: Rule) -> dict[str, int]:
    """What the rule's evidence weighs for each status or role (its option `weights`)."""
    return dict(rule.options.get("weights", {}))
