"""What words and values speak for: the name of a column or field, and what stands in it.

In: a heading's or a value's text.  Out: a weight for each role (`rules/columns.yaml`).
"""

from __future__ import annotations

import re
from collections import defaultdict

from pipeline.core import values
from pipeline.extract.status import weights_of
from pipeline.ruleset.rule import Rule, Rules

ColumnWeights = defaultdict[str, float]
LONGEST = 16  # characters of a heading
_NAMED = 5  # from this weight on, words are a heading


def name_of(text: str) -> str:
    """A heading's words without blanks, brackets, colons and its own number."""
    return re.sub(rf"^(?:{values.LABELLED_NUMBER})[、.．]", "", re.sub(r"[\s（）()：:*【】]", "", text))


class Names:
    """Weighs names; each is weighed once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: dict[str, tuple[ColumnWeights, dict[str, Rule]]] = {}

    def weights(self, text: str) -> ColumnWeights:
        """What a heading's words weigh for each role; the caller's own to add to."""
        return self._weigh(name_of(text))[0].copy()

    def rule(self, text: str, role: str) -> str:
        """The id of the rule that speaks most for a role; `column.content` where the words say nothing."""
        best = self._weigh(name_of(text))[1]
        return best[role].id if role in best else "column.content"

    def heads(self, text: str) -> bool:
        """Whether words look like a heading: they weigh enough for some role."""
        return max(self._weigh(name_of(text))[0].values(), default=0) >= _NAMED

    def is_status(self, text: str) -> bool:
        """Whether words are a status as a whole."""
        name = name_of(text)
        status = self.rules.at("status", name) if name else None
        return status is not None and status.end == len(name)

    def values(self, view: str) -> ColumnWeights:
        """What one value speaks for."""
        sums: ColumnWeights = defaultdict(float)
        for rule in self.rules.within("column_content", view):
            if rule.match(view) is not None:
                for role, weight in weights_of(rule).items():
                    sums[role] += weight
        return sums

    def _weigh(self, name: str) -> tuple[ColumnWeights, dict[str, Rule]]:
        if name not in self._known:
            sums: ColumnWeights = defaultdict(float)
            best: dict[str, tuple[int, Rule]] = {}
            for rule in self.rules.within("column_heading", name) if 0 < len(name) <= LONGEST else ():
                for role, weight in weights_of(rule).items() if rule.search(name) is not None else ():
                    sums[role] += weight
                    if weight > best.get(role, (0, rule))[0]:
                        best[role] = (weight, rule)
            self._known[name] = sums, {role: rule for role, (_, rule) in best.items()}
        return self._known[name]
