"""The unit that a paper is about: every sentence that can name it gives a candidate, the fullest name is the unit.

Rules only say in what context a name stands (对…开展了巡察, 关于…的反馈意见); how far the name goes is said by the
grammar of organisations.  A short name (我校, 市卫健委) is completed by the full one in title, signature or text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from pipeline.core import values
from pipeline.core.model import Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.found import fact
from pipeline.extract.header_lines import Lines
from pipeline.extract.organisations import abbreviates, bare, name_at, names, organisation_at
from pipeline.ruleset.rule import Hit, Rule

_OFTEN = 2  # times that a name must stand in a paper that names its unit nowhere else


def read_unit(lines: Lines, blocks: list[int], kind: str, title: Fact | None, addressee: Fact | None) -> Fact | None:
    """The inspected unit with the fullest name that the paper gives; None where it gives none."""
    candidates = list(_candidates(lines, blocks, kind, title, addressee))
    if not candidates and kind != Kind.OTHER:
        candidates = list(_named_inside(lines))
    if not candidates:
        return None
    best = candidates[0]
    core = bare(str(best.value), lines.rules)
    for other in candidates[1:]:
        full = bare(str(other.value), lines.rules)
        if abbreviates(core, full):
            best, core = other, full
    return _with_place(lines, best)


def _candidates(
    lines: Lines, blocks: list[int], kind: str, title: Fact | None, addressee: Fact | None
) -> Iterator[Fact]:
    inspected = kind == Kind.FEEDBACK
    if kind == Kind.OTHER:  # a speech or a piece of news is about a unit only where its title names it
        blocks = []
    else:
        yield from _form(lines)
    if inspected and addressee is not None:
        yield addressee
    for rule in lines.rules.of("unit"):
        where = rule.options.get("where")
        if where == "text":
            for i in blocks:
                yield from _named(lines, rule, i, lines.views[i])
        elif where == "title" and title is not None and rule.options.get("except") != kind:
            for found in _named(lines, rule, title.span.block, values.view(str(title.value))):
                at = found.span
                whole = lines.document.text(at) == found.text
                yield found if whole else replace(found, text=title.text, span=title.span)  # over several lines
    if not inspected and kind != Kind.OTHER:
        yield from _signature(lines)


def _named(lines: Lines, rule: Rule, i: int, view: str) -> Iterator[Fact]:
    for hit in rule.find(view):
        name = _name(lines, view, hit)
        if name is None:
            continue
        span = Span(i, name.value_start, name.value_end)
        text = lines.document.text(span) if values.view(lines.document.text(span)) == name.value else name.value
        yield Fact("unit", _plain(lines, text), text, span, rule.id)


def _name(lines: Lines, view: str, hit: Hit) -> Hit | None:
    """The organisation, or the place where the whole value is one, at the beginning of what a rule found."""
    start = hit.value_start
    inspector = name_at("inspector", view, lines.rules, start, stops="inspector_stop")
    if inspector is not None and inspector.start == start:
        return None
    name = organisation_at(view, lines.rules, start, hit.end)
    if name is None or lines.rules.first("pronoun", name.value) is not None:
        whole = lines.rules.at("place_name", hit.value) if name is None else None
        pronoun = lines.rules.first("pronoun", hit.value) is not None
        return hit if whole is not None and whole.end == len(hit.value) and not pronoun else None
    return name


def _plain(lines: Lines, name: str) -> str:
    """A name without its aside: X局（以下简称“局”）党组 is X局党组."""
    hit = lines.rules.first("aside", values.view(name))
    return name if hit is None else name[: hit.start] + name[hit.end :]


def _form(lines: Lines) -> Iterator[Fact]:
    """The cell behind 被检查单位 in a form."""
    for label, cell in lines.pairs():
        view = lines.views[cell].strip()
        if lines.rules.at("unit_label", lines.views[label].strip()) is None or not view:
            continue
        name = organisation_at(lines.views[cell], lines.rules, 0)
        if name is not None:
            yield fact(lines.document, "unit", Span(cell, 0, name.end), name.rule.id)


def _signature(lines: Lines) -> Iterator[Fact]:
    for i in reversed(lines.back):
        view = lines.views[i]
        at = lines.rules.at("signature_line", view)
        name = organisation_at(view, lines.rules, at.value_start, at.value_end) if at is not None else None
        if name is not None and lines.rules.first("pronoun", name.value) is None:
            yield fact(lines.document, "unit", Span(i, name.value_start, name.value_end), name.rule.id)


def _named_inside(lines: Lines) -> Iterator[Fact]:
    """Where 我校 is inspected: the name inside others (成立X巡察整改领导小组, 《X整改方案》), or the most frequent."""
    for rule in lines.rules.of("unit"):
        if rule.options.get("where") == "inside":
            for i in lines.every:
                yield from _named(lines, rule, i, lines.views[i])
    found = [
        (i, hit)
        for i in lines.every
        for hit in names("organisation", lines.views[i], lines.rules)
        if lines.rules.first("party_end", hit.value) is not None and lines.rules.first("pronoun", hit.value) is None
    ]
    often = Counter(bare(hit.value, lines.rules) for _, hit in found)
    for i, hit in found:
        core = bare(hit.value, lines.rules)
        if often[core] >= _OFTEN and often[core] == max(often.values()):
            yield fact(lines.document, "unit", Span(i, hit.value_start, hit.value_end), hit.rule.id)
            return


def _with_place(lines: Lines, unit: Fact) -> Fact:
    """`县实验学校` where the text also says `鹤浦县实验学校`: the full name; else the place of the county's bodies."""
    core = bare(str(unit.value), lines.rules)
    party = values.view(str(unit.value)).removeprefix(core) if values.view(str(unit.value)).startswith(core) else ""
    for i in lines.every:
        for hit in names("organisation", lines.views[i], lines.rules) if not lines.outside(i) else ():
            full = bare(hit.value, lines.rules)
            if full.endswith(core) and _placed(lines, full, core):
                start = lines.views[i].find(full, hit.start)
                end = start + len(full)
                end += len(party) if party and lines.views[i].startswith(party, end) else 0
                return fact(lines.document, "unit", Span(i, start, end), "unit.placed")
    placeless = lines.rules.at("unit_placeless", str(unit.value))
    for i in [*lines.front, *lines.back] if placeless is not None else ():  # 中共甲县委…巡察组 inspects 县实验学校
        for hit in lines.rules.every("unit_place", lines.views[i]):
            if placeless is not None and hit.value.endswith(placeless.value):
                return replace(unit, value=hit.value + str(unit.value).removeprefix(placeless.value), rule=hit.rule.id)
    return unit


def _placed(lines: Lines, full: str, core: str) -> bool:
    """Whether the longer name only has the place before the shorter one."""
    place = full.removesuffix(core)
    if not place:
        return False
    if lines.rules.at("unit_placeless", core) is not None:  # 甲 + 县实验学校
        return len(place) <= 6 and place.isalpha()
    hit = lines.rules.at("place_name", place)
    return hit is not None and hit.end == len(place)
