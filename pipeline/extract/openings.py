"""What the opening says: which block it is, 文号, addressee, the inspecting group and the round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.core import values
from pipeline.core.model import Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.found import fact
from pipeline.extract.header_lines import Lines
from pipeline.extract.organisations import names
from pipeline.ruleset.rule import Hit, Rules

_OPENING = 30  # characters of an opening at the least
_MARK = 60  # characters at a line's start in which the page around it shows itself


def opening_block(lines: Lines, title: Sequence[int]) -> int:
    """The first running text behind the title; -1 where there is none."""
    after = title[-1] if title else -1
    for i in lines.front:
        view = lines.views[i]
        stated = any(lines.rules.first(name, view[:_MARK]) is not None for name in ("published", "issued_label"))
        page = stated or lines.rules.at("break", view[:_MARK].strip()) is not None
        if i > after and len(view.strip()) >= _OPENING and not lines.label(i) and not page:
            return i
    return -1


def believed(lines: Lines, opening: int) -> list[int]:
    """The front's blocks in the order in which they are believed: the opening, what follows it, what precedes it."""
    rest = [i for i in lines.front if i != opening]
    first = [opening] if opening >= 0 else []
    return first + [i for i in rest if i > opening] + [i for i in rest if i < opening]


def first_fact(lines: Lines, name: str, blocks: Sequence[int], anchored: bool = False) -> Fact | None:
    """The first hit of a field's rules in some blocks; `anchored`: at a block's start only."""
    for i in blocks:
        hit = lines.rules.at(name, lines.views[i]) if anchored else lines.rules.first(name, lines.views[i])
        if hit is not None:
            return fact(lines.document, name, Span(i, hit.value_start, hit.value_end), hit.rule.id)
    return None


def read_docno(lines: Lines) -> Fact | None:
    """The paper's own 文号: a line of its own, else what the page states."""
    found = first_fact(lines, "docno_line", lines.front, anchored=True)
    if found is not None:
        return Fact("docno", found.value, found.text, found.span, found.rule)
    stated = lines.document.metadata.get("docno")
    return Fact("docno", stated, "", Span(0, 0, 0), "header.metadata") if stated else None


def read_round(lines: Lines, blocks: Sequence[int]) -> Fact | None:
    """The round in its fullest form: with the term of the committee, else with the committee, else the first."""
    found = [(i, hit) for i in blocks for hit in lines.rules.every("round", lines.views[i])]
    if not found:
        return None
    i, hit = max(found, key=lambda one: (bool(one[1].groups.get("term")), bool(one[1].groups.get("body"))))
    return fact(lines.document, "round", Span(i, hit.value_start, hit.value_end), hit.rule.id)


def inspectors(view: str, rules: Rules) -> Iterator[Hit]:
    """The inspecting groups that a text names."""
    yield from names("inspector", view, rules, "inspector_stop")


def read_inspector(lines: Lines, blocks: Sequence[int], title: str, kind: str) -> Fact | None:
    """The group that inspected; a short mention is completed by the full name that the paper gives elsewhere."""
    stated = _form(lines)
    if stated is not None:
        return stated
    found = [(i, hit) for i in blocks for hit in inspectors(lines.views[i], lines.rules)]
    found.sort(key=lambda one: lines.rules.of("inspector").index(one[1].rule))
    if not found:
        return _addressed(lines, blocks)
    # several groups are named (巡视 and 巡察 together): the one that signs is in the title of its feedback
    own = next((hit.value for hit in inspectors(values.view(title), lines.rules)), "")
    named = [one for one in found if own and kind == Kind.FEEDBACK and one[1].value.endswith(own)]
    i, hit = (named or found)[0]
    short = lines.rules.at("inspector_short", hit.value) is not None
    for j, other in found if short else ():
        if other.value.endswith(hit.value) and len(other.value) > len(hit.value):
            i, hit, short = j, other, False
    addressed = _addressed(lines, blocks) if short else None
    return addressed or fact(lines.document, "inspector", Span(i, hit.value_start, hit.value_end), hit.rule.id)


def _addressed(lines: Lines, blocks: Sequence[int]) -> Fact | None:
    """The addressee, where the opening speaks to the inspectors: 贵局派出审计组…, 你队下发的通知书…"""
    if any(lines.rules.first("inspector_you", lines.views[i]) for i in blocks):
        for i in lines.front:
            hit = lines.rules.at("inspector_addressee", lines.views[i])
            if hit is not None:
                return fact(lines.document, "inspector", Span(i, hit.value_start, hit.value_end), hit.rule.id)
    return None


def _form(lines: Lines) -> Fact | None:
    """The cell behind 督导单位 in a form."""
    for label, cell in lines.pairs():
        named = lines.rules.at("inspector_label", lines.views[label].strip())
        hit = lines.rules.at("inspector_cell", lines.views[cell]) if named is not None else None
        if hit is not None:
            return fact(lines.document, "inspector", Span(cell, hit.value_start, hit.value_end), hit.rule.id)
    return None
