"""Names of organisations in a text: where one begins, how far it goes, which two mean the same.

In: a view (`values.view`) and the rules `organisation` and `name_stop`.  Out: hits with their places.  The one idea: a
name lies between two *stops* (verbs, prepositions, dates, punctuation), begins right behind one, and ends with a body
(小学, 局, 公司) or its party organisation (党支部, 党委).  Unit, inspector, title and signature are all read with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.core import values
from pipeline.ruleset.rule import Hit, Rules

_LONGEST = 60  # characters of a name, its asides included


def stretches(
    view: str, rules: Rules, start: int = 0, end: int | None = None, stops: str = "name_stop"
) -> Iterator[tuple[int, int]]:
    """The pieces of a text in which no stop (of that field) stands; a name lies within one."""
    limit = len(view) if end is None else end
    at = start
    for rule in rules.of(stops)[:1]:
        for stop in rule.find(view, start, limit):
            if stop.start > at:
                yield at, stop.start
            at = stop.end
    if at < limit:
        yield at, limit


def organisation_at(view: str, rules: Rules, start: int, end: int | None = None) -> Hit | None:
    """The longest name that begins exactly here, before the next stop."""
    return name_at("organisation", view, rules, start, end)


def name_at(
    field: str, view: str, rules: Rules, start: int, end: int | None = None, stops: str = "name_stop"
) -> Hit | None:
    """The first hit of a field's rules at a place, within the stretch that begins there."""
    limit = min(len(view) if end is None else end, start + _LONGEST)
    piece = next(stretches(view, rules, start, limit, stops), None)
    return _within(field, view, rules, start, piece[1]) if piece is not None and piece[0] == start else None


def names(field: str, view: str, rules: Rules, stops: str = "name_stop") -> Iterator[Hit]:
    """The names of a kind in a text: at most one in each stretch, behind 中共 or where the stretch begins."""
    for first, last in stretches(view, rules, stops=stops):
        lead = rules.first("party_lead", view, first, last)
        for at in dict.fromkeys((lead.start if lead is not None else first, first)):
            hit = _within(field, view, rules, at, last)
            if hit is not None:
                yield hit
                break


def _within(field: str, view: str, rules: Rules, start: int, end: int) -> Hit | None:
    """The first hit that ends with its stretch or before; a rule may look at the words behind the stretch."""
    hit = rules.at(field, view, start, end)
    if hit is None:
        hit = next((h for rule in rules.within(field, view) if (h := rule.match(view, start)) and h.end <= end), None)
    return hit


def bare(name: str, rules: Rules) -> str:
    """A name without the party organisation around it: 中共X委员会 = X党委 = X."""
    view = values.view(name)
    hit = rules.at("unit_core", view)
    return hit.value if hit is not None else view


def abbreviates(short: str, full: str) -> bool:
    """Whether a bare name is a shorter way of writing another: a tail of it (第二中学), or some of its characters
    in their order, up to the same last one or the one that stands for it (市卫健委: 青柏市卫生健康委员会)."""
    if len(short) < 2 or len(short) >= len(full):
        return False
    if full.endswith(short):
        return True
    rest = iter(full)
    return all(char in rest for char in short) and short[-1] in full[-3:]
