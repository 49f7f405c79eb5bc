"""《…》 with the verb before it and the 文号 after it; sums of money; malformed numbers stay as written."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.ruleset.rule import Hit, Rules

_REACH = 60  # characters in front of a title in which its verb is looked for
_CITED = "cited"


@dataclass(frozen=True, slots=True)
class Reference:
    """A cited document: the fact's value is the title with its marks."""

    fact: Fact
    action: str
    docno: str


def read_references(document: Document, view: str, span: Span, rules: Rules) -> list[Reference]:
    """All titles of a span inside one block."""
    found: list[Reference] = []
    previous_end, previous_action = -1, _CITED
    for hit in rules.every("reference", view, span.start, span.end):
        between = view[previous_end : hit.start] if previous_end >= 0 else ""
        if previous_end >= 0 and rules.at("title_joint", between) is not None:
            action = previous_action  # 《甲》《乙》, 《甲》和《乙》: one verb for all
        else:
            action = _action(view, max(span.start, hit.start - _REACH, previous_end), hit, rules)
        place = Span(span.block, hit.start, hit.end)
        found.append(
            Reference(
                Fact("reference", document.text(place), document.text(place), place, hit.rule.id),
                action,
                _docno(document, view, span, hit.end, rules),
            )
        )
        previous_end, previous_action = hit.end, action
    return found


def _action(view: str, start: int, title: Hit, rules: Rules) -> str:
    """The verb nearest to the title, within its clause; of two at one place the longer.

    `对《甲》作了修订`: with an object marker in front the verb stands behind."""
    end = title.start
    if rules.first("action_object", view, max(start, end - 3), end) is not None:
        behind = rules.at("action_after", view, title.end)
        if behind is not None:
            return behind.value
    cut = max(view.rfind(mark, start, end) for mark in "。；》") + 1
    hits = [h for rule in rules.within("action", view) for h in rule.find(view, max(start, cut), end)]
    if not hits:
        return _CITED
    best = max(hits, key=lambda h: (h.end, h.end - h.start))
    return best.rule.value


def _docno(document: Document, view: str, span: Span, at: int, rules: Rules) -> str:
    """A document number directly behind the title, at most two characters away."""
    for offset in range(3):
        hit = rules.at("docno", view, at + offset)
        if hit is not None and hit.end <= span.end and all(c in "（( " for c in view[at : at + offset]):
            return document.blocks[span.block].text[hit.start : hit.end]
    return ""


def read_amounts(document: Document, view: str, span: Span, rules: Rules) -> list[Fact]:
    """All sums of a span, in yuan."""
    found = []
    for hit in rules.every("amount", view, span.start, span.end):
        value = values.money(hit.value)
        if value is not None:
            place = Span(span.block, hit.start, hit.end)
            found.append(Fact("amount", value, document.text(place), place, hit.rule.id))
    return found
