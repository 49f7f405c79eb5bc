"""Lists inside running text: the problems of a feedback meeting's news item, and pieces of advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.core import values
from pipeline.core.model import Fact, Span
from pipeline.extract.found import Problem, fact, set_status, trimmed
from pipeline.extract.items import Body, read_item
from pipeline.extract.outline import Section
from pipeline.extract.parts import BREAKS, Item, Reading


def news_problems(reading: Reading) -> list[Problem]:
    """`…发现了一些问题，主要是：甲；乙；丙。`: one problem for each part; or 一是…二是… behind the same words."""
    by_aspect = _by_aspect(reading)
    if len(by_aspect) >= 2:
        return by_aspect
    for i, view in enumerate(reading.outline.views):
        if reading.document.blocks[i].kind != "paragraph":
            continue
        for hit in reading.rules.every("listing", view):
            listed = _enumerated(reading, i, hit.end) or _separated(reading, i, hit.end)
            if len(listed) >= 2:
                return listed
    return []


def _by_aspect(reading: Reading) -> list[Problem]:
    """Paragraphs of `在…方面，一是…；二是…` behind the words that announce problems."""
    views = reading.outline.views
    lead = next(
        (
            i
            for i, b in enumerate(reading.document.blocks)
            if b.kind == "paragraph" and reading.rules.first("listing_lead", views[i]) is not None
        ),
        -1,
    )
    found: list[Problem] = []
    aspect: Fact | None = None
    block = -1
    for section in reading.outline.sections:
        mark = section.mark
        if lead < 0 or mark.block < lead or not mark.enumerator or not section.pieces:
            continue
        if mark.number == 1 or mark.block != block:
            block = mark.block
            hit = reading.rules.first("listing_aspect", views[block], max(0, mark.start - 80), mark.start)
            aspect = None
            if hit is not None:
                aspect = fact(reading.document, "aspect", Span(block, hit.value_start, hit.value_end), hit.rule.id)
        if aspect is None:
            continue
        piece = section.pieces[0]
        end = min([piece.end, *_asides(reading, views[piece.block], piece.start, piece.end)])
        place = trimmed(reading.document, Span(piece.block, piece.start, end))
        problem = Problem(label=mark.text, aspect=aspect)
        problem.problem = fact(reading.document, "problem", place, "listing.aspect")
        problem.region = [place]
        found.append(problem)
    return found


def _enumerated(reading: Reading, i: int, start: int) -> list[Problem]:
    sections = [
        s
        for s in reading.outline.sections
        if s.mark.block >= i and s.mark.scheme not in BREAKS and (s.mark.block > i or s.mark.start >= start)
    ]
    if not sections or sections[0].mark.block != i or sections[0].mark.start - start > 2:
        return []
    scheme = sections[0].mark.scheme
    chosen = []
    for section in sections:
        if section.mark.scheme == scheme and section.mark.block == i:
            chosen.append(section)
    return [read_item(reading, Item(section, [], None, None)) for section in chosen]


def _separated(reading: Reading, i: int, start: int) -> list[Problem]:
    view = reading.outline.views[i]
    stop = _end_of_list(reading, view, start)
    marks = "；" if "；" in view[start:stop] else "。"
    problems, at, depth = [], start, 0
    for k in range(start, stop + 1):
        char = view[k] if k < stop else marks
        depth += (char in "“《（") - (char in "”》）")
        if char in marks and depth <= 0:
            place = trimmed(reading.document, Span(i, at, k))
            if place.end - place.start >= 4:
                problem = Problem(problem=fact(reading.document, "problem", place, "listing.part"))
                problem.region = [place]
                problems.append(problem)
            at = k + 1
    return problems


def _end_of_list(reading: Reading, view: str, start: int) -> int:
    """The list ends with its sentence when its parts end with ；, else with its paragraph or an aside."""
    if "；" in view[start:]:
        last = view.rfind("；")
        stop = view.find("。", last)
        return len(view) if stop < 0 else stop
    return next(_asides(reading, view, start), len(view))


def _asides(reading: Reading, view: str, start: int, end: int | None = None) -> Iterator[int]:
    """Where words begin that are no part of a list (此外，巡察组还收到…)."""
    for rule in reading.rules.within("break", view):
        if rule.options.get("level") == "leaf":
            yield from (hit.start for hit in rule.find(view, start, end))


def _answer_several(reading: Reading, root: Section, listed: list[Item], problems: list[Problem]) -> bool:
    """针对第2、3个问题。（1）…（2）…: as many measures as problems answer one each, others answer all of them."""
    by_number = {item.section.mark.number: problem for item, problem in zip(listed, problems, strict=True)}
    found = False
    for child in root.children:
        hit = reading.rules.at("answers_numbers", reading.view(child.pieces[0])) if child.pieces else None
        named = values.numbers_of(hit.value) if hit is not None else []
        if hit is None or not named or not set(named) <= by_number.keys():
            continue
        answered = [by_number[n] for n in named]
        found = True
        first = child.pieces[0]
        rest = Span(first.block, first.start + hit.end, first.end)
        own = [rest, *child.pieces[1:]] if reading.view(rest).strip("。；，： ") else list(child.pieces[1:])
        below = [c for c in child.children if c.mark.scheme not in BREAKS]
        each = len(below) == len(answered)
        for number, problem in enumerate(answered):
            Body(reading, problem).read([] if below else own, [below[number]] if each else below)
            problem.rectification = child.all_pieces() if not each else below[number].all_pieces()
        answered[0].region = answered[0].region + child.all_pieces()
    return found


def read_advice(reading: Reading, parts: dict[int, str]) -> list[tuple[str, Fact]]:
    """Label and text of each piece of advice: the items of the chapter, or those behind `提出…建议：`."""
    found: list[tuple[str, Fact]] = []
    for root in reading.outline.roots:
        if parts.get(root.index) != "advice":
            continue
        here = root.mark.block if root.mark.scheme in BREAKS else -1  # 提出3条建议：一要… ends with its paragraph
        told = any(child.mark.block == here for child in root.children)
        for child in root.children or []:
            if child.mark.scheme in BREAKS or (told and child.mark.block != here):
                continue
            pieces = child.pieces[:1] if told else child.all_pieces()
            if pieces:
                first, last = pieces[0], pieces[-1]
                span = Span(first.block, first.start, last.end, -1 if last.block == first.block else last.block)
                found.append(
                    (child.mark.text, fact(reading.document, "advice", trimmed(reading.document, span), "advice.item"))
                )
        if not root.children:
            found += [
                ("", fact(reading.document, "advice", trimmed(reading.document, p), "advice.paragraph"))
                for p in root.pieces[1:]
            ]
    return found or _advice_in_text(reading)


def _advice_in_text(reading: Reading) -> list[tuple[str, Fact]]:
    for i, view in enumerate(reading.outline.views):
        hit = reading.rules.first("advice_lead", view)
        if hit is None or reading.document.blocks[i].kind != "paragraph":
            continue
        found = []
        for section in reading.outline.sections:
            if section.mark.block == i and section.mark.start >= hit.end and section.pieces:
                place = trimmed(reading.document, section.pieces[0])
                found.append((section.mark.text, fact(reading.document, "advice", place, hit.rule.id)))
        if found:
            return found
    return []


def status_by_number(reading: Reading, passages: Iterable[Span], problems: list[Problem]) -> None:
    """除第4、11个问题正在推进外，其余均已完成: the only place that says how the problems stand."""
    if any(problem.status is not None for problem in problems):
        return
    for span in passages:
        view = reading.outline.views[span.block]
        hit = reading.rules.first("summary_status", view, span.start, span.end)
        match = hit.rule.pattern.match(view, hit.start) if hit is not None else None
        if match is None:
            continue
        some, rest = (reading.rules.at("status", view, match.start(n), match.end(n)) for n in ("some", "rest"))
        chosen = set(values.numbers_of(match["numbers"]))
        if some is None or rest is None or not chosen or max(chosen) > len(problems):
            continue
        for number, problem in enumerate(problems, 1):
            status = some if number in chosen else rest
            place = Span(span.block, status.value_start, status.value_end)
            set_status(reading.document, problem, status, place)
        return


def answer_by_number(reading: Reading, parts: dict[int, str], listed: list[Item], problems: list[Problem]) -> None:
    """A chapter of problems and a chapter of measures: the third measure answers the third problem."""
    numbers = {item.section.index for item in listed}
    for root in reading.outline.roots:
        held = {section.index for section in root.walk()}
        if (
            held & numbers
            or parts.get(root.index) in ("next_steps", "advice")
            or reading.rules.at("answers", reading.title(root)) is None
        ):
            continue
        if _answer_several(reading, root, listed, problems):
            parts[root.index] = "answers"
            return
        answers = [
            child for child in root.children if child.mark.scheme not in BREAKS and child.mark.number is not None
        ]
        if len(answers) < 2:
            continue
        for answer in answers:
            match = next(
                (
                    p
                    for p, item in zip(problems, listed, strict=True)
                    if item.section.mark.number == answer.mark.number and not p.measures
                ),
                None,
            )
            if match is not None:
                Body(reading, match).read(answer.pieces, [c for c in answer.children if c.mark.scheme not in BREAKS])
                match.rectification = answer.all_pieces()
                match.region = match.region + match.rectification
        parts[root.index] = "answers"
        return
