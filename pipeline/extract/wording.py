"""The words that count of labelled atoms: a problem's statement, a heading's title, a status.

In: atoms and their document.  Out: facts without numbers, frames, counts and closing punctuation, with their places.
"""

from __future__ import annotations

from itertools import accumulate

from pipeline.core.model import Document, Fact, Span
from pipeline.extract.atoms import BRACKET, Atom, Atoms
from pipeline.extract.found import fact, joined, trimmed
from pipeline.extract.status import by_morphemes
from pipeline.ruleset.rule import Hit, Rules


def status_of(atoms: Atoms, atom: Atom, rules: Rules) -> Hit | None:
    """The status that an atom states, with its place in the block: by the known words, else by morphemes."""
    view = atoms.views[atom.block]
    start, end = (atom.start + 1, atom.end - 1) if atom.form == BRACKET else (atom.start, atom.end)
    known = rules.at("status", view, start, end) or rules.first("status", view, start, end)
    if known is not None:
        return known
    return by_morphemes(view[:end], rules, start)


def statement(document: Document, atoms: Atoms, spans: list[Span], rules: Rules) -> Fact:
    """A problem's words without number, frame and closing punctuation."""
    first = spans[0]
    view = atoms.views[first.block]
    hit = rules.at("frame", view, first.start, first.end)
    if hit is not None and hit.value_end > hit.value_start:
        inner = trimmed(document, Span(first.block, hit.value_start, hit.value_end))
        if len(spans) == 1 or hit.value_end < hit.end:
            nested = rules.at("frame", view, inner.start, inner.end)
            if nested is not None and nested.value_end > nested.value_start:
                inner = trimmed(document, Span(first.block, nested.value_start, nested.value_end))
            return fact(document, "problem", inner, hit.rule.id)
        first = Span(first.block, hit.value_start, first.end)
    return fact(
        document, "problem", _unquoted(document, trimmed(document, joined([first, *spans[1:]]))), "problem.parsed"
    )


def _unquoted(document: Document, place: Span) -> Span:
    """What one pair of quotes encloses, where that is all there is (反馈指出：“…”)."""
    text = document.text(place)
    depths = list(accumulate((char == "“") - (char == "”") for char in text))
    if place.last != -1 or text[:1] != "“" or text[-1:] != "”" or 0 in depths[:-1] or depths[-1]:
        return place
    return trimmed(document, Span(place.block, place.start + 1, place.end - 1))


def heading(document: Document, atoms: Atoms, atom: Atom, rules: Rules) -> Fact:
    """A group's title without number, frame, count and closing punctuation."""
    view, end = atoms.views[atom.block], atom.end
    note = rules.first("heading_note", view, atom.start, end)
    if note is not None and note.start > atom.start:
        end = note.start
    hit = rules.at("frame", view, atom.start, end)
    if hit is not None and hit.value_end > hit.value_start:
        place, rule = Span(atom.block, hit.value_start, hit.value_end), hit.rule.id
    else:
        place, rule = Span(atom.block, atom.start, end), "heading.parsed"
    return fact(document, "aspect", trimmed(document, place), rule)
