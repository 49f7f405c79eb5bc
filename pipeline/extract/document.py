"""Document + Rules → everything that the rules find in it, in one pass over the stages of extraction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipeline.core import values
from pipeline.core.directions import NONE, Directions
from pipeline.core.model import Document, Fact, Span
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.extract.candidates import judged, of_feedback
from pipeline.extract.chapters import chapters
from pipeline.extract.claims import Claim, read_claims
from pipeline.extract.duties import deadline
from pipeline.extract.extras import extras
from pipeline.extract.figures import read_figures
from pipeline.extract.found import Problem, fact, inside
from pipeline.extract.header import Header, read_header
from pipeline.extract.items import heading, read_item
from pipeline.extract.judge import Candidate, Verdict
from pipeline.extract.kinds import Parsed, decide, ours
from pipeline.extract.lists import answer_by_number, news_problems, read_advice, status_by_number
from pipeline.extract.marks import find_noise
from pipeline.extract.outline import Outline, Section, outline
from pipeline.extract.parse import Parse, answers, parse
from pipeline.extract.parts import BREAKS, Item, Reading, items
from pipeline.extract.proposers.proposal import Proposal
from pipeline.extract.proposers.table_grid import read_grids
from pipeline.extract.proposers.table_proposer import join_lists, tables
from pipeline.extract.readings import identity, with_choice
from pipeline.extract.references import Reference, read_amounts, read_references
from pipeline.extract.signs import CERTAIN, Doubt, WhatWasRead, doubt
from pipeline.extract.taken import Taken
from pipeline.ruleset.rule import Rules

_PLAIN = 3  # answered problems that make a paper of ours of one that no word speaks for


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text that is no problem or measure, and what it is."""

    part: str
    level: int
    label: str
    span: Span
    scope: str = ""  # the aspect or category whose total it may state


@dataclass(slots=True)
class Extraction:
    """All that was found in one document."""

    header: Header
    problems: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    references: list[tuple[int, Reference]] = field(default_factory=list)  # problem number from 1, 0 outside
    amounts: list[tuple[int, Fact]] = field(default_factory=list)
    advice: list[tuple[str, Fact]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    verdict: Verdict | None = None  # None for a paper that is none of ours
    doubt: Doubt = CERTAIN
    parsed: Parse | None = None
    noise: frozenset[int] = frozenset()  # blocks between pages: numbers, repeated titles
    structure: list[tuple[int, Fact]] = field(default_factory=list)  # which rule saw which label, chapter, marker


@dataclass(frozen=True, slots=True)
class _Read:
    """A document read as one of a kind."""

    reading: Reading
    parts: dict[int, str]
    listed: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    advice: list[tuple[str, Fact]] = field(default_factory=list)
    groups: frozenset[tuple[int, int]] = frozenset()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The name of the reading that a person wants, and the parse in which it was named."""

    reading: str
    plain: Parse


def extract(document: Document, rules: Rules, directed: Directions = NONE) -> Extraction:
    """Reads one document.  Deterministic; looks at nothing but the document, the rules, and what a person said of it.

    The reading that he chose has a name (`readings.identity`); where there is none of that name it is as if nobody had
    chosen.
    """
    whole = outline(document, rules)
    offer = tables(document, rules)
    columns = " ".join(offer.roles).replace("_", " ") if offer is not None else ""
    header = read_header(document, whole, rules, columns)
    parsed_paper = parse(document, rules, directed.roles)
    plain = parse(document, rules) if directed.reading and directed.roles else parsed_paper
    wanted = _Wanted(directed.reading, plain)
    trial = header.kind if header.kind != Kind.OTHER else ours(header.votes) or _table_kind(offer)
    trial = trial or (Kind.BULLETIN if answers(parsed_paper) >= _PLAIN else Kind.OTHER)
    read = _read_as(parsed_paper, Reading(document, whole, rules, trial), offer, wanted)
    parsed = Parsed(
        problems=len(read.problems),
        answered=sum(bool(p.measures or p.status) for p in read.problems),
        own_tables=int(offer is not None and bool(offer.problems)),
    )
    if decide(header.votes, parsed).kind != header.kind:
        header = read_header(document, whole, rules, columns, parsed)
    if header.kind != trial:
        read = _read_as(parsed_paper, Reading(document, whole, rules, header.kind), offer, wanted)
    problems = [of_feedback(p) for p in read.problems] if header.kind == Kind.FEEDBACK else read.problems
    found = Extraction(header, problems, advice=read.advice, verdict=read.verdict)
    _complete_deadlines(header, found.problems)
    found.passages = _passages(read.reading, read.parts, header, found, read.listed, offer, read.groups)
    if header.kind in ANSWERS:
        status_by_number(read.reading, [p.span for p in found.passages], found.problems)
    stated = [(p.span, p.scope) for p in found.passages if p.part != "title"]
    told: dict[int, list[Span]] = {}
    for span in (p.problem.span for p in found.problems if p.problem is not None):
        for block in range(span.block, max(span.block, span.last) + 1):
            told.setdefault(block, []).append(span)
    claims = read_claims(document, whole.views, stated, rules, header.value("title") or "")
    found.claims = [  # without the sums that a problem names
        c for c in claims if not any(inside(c.fact.span, span) for span in told.get(c.fact.span.block, ()))
    ]
    found.claims += _figures(document, whole, offer, rules)
    _mentions(document, whole, found, rules)
    found.noise = frozenset(find_noise(whole.views, rules))
    for problem in found.problems:
        problem.extra = extras(document, whole.views, problem, rules)
    found.structure = _structure(read.reading, header, read.listed, offer)
    outcome = WhatWasRead(header.kind, found.problems, len(found.advice), found.claims, header.votes)
    found.parsed = parsed_paper
    named = identity(read.verdict.chosen) if read.verdict is not None and directed.reading else ""
    if not directed.roles and (not named or named != directed.reading):  # else a person is sure
        found.doubt = doubt(parsed_paper, read.verdict, outcome, rules.weights["judge"])
    return found


def _table_kind(offer: Proposal | None) -> str:
    """The kind of a paper of which only the tables speak."""
    if offer is None:
        return ""
    answered = not {"measures", "task", "progress", "tick"}.isdisjoint(offer.roles)
    return Kind.LEDGER if answered else Kind.FEEDBACK


def _read_as(parsed: Parse, reading: Reading, offer: Proposal | None, wanted: _Wanted) -> _Read:
    """The problems and the advice of a document as one of a kind; none for the kind other."""
    kind, parts = reading.kind, chapters(reading)
    if kind == Kind.OTHER:
        return _Read(reading, parts)
    listed, problems = _problems(reading, parts, offer)
    advice = read_advice(reading, parts) if kind == Kind.FEEDBACK else []
    advice = advice or (offer.advice if offer is not None and kind == Kind.FEEDBACK else [])
    sections = Candidate("sections", tuple(problems), tuple(advice))
    verdict = judged(parsed, reading.document, reading.rules, sections, kind)
    if wanted.reading:
        plain = judged(wanted.plain, reading.document, reading.rules, sections, kind)
        verdict = with_choice(verdict, wanted.reading, plain)
    chosen = verdict.chosen
    listed = listed if chosen.form == "sections" else []
    return _Read(reading, parts, listed, list(chosen.problems), list(chosen.advice), chosen.groups, verdict)


def _complete_deadlines(header: Header, problems: list[Problem]) -> None:
    """7月31日前: the year follows from the feedback; without one it is the nearest to the document's own date.

    A plan looks ahead: its deadlines lie behind its date.
    """
    issued = header.value("issued_date") or ""
    after = header.value("feedback_date") or (issued if header.kind == Kind.PLAN else _half_a_year_before(issued))
    for problem in problems:
        stated = problem.fields.get("deadline")
        if stated is not None and not stated.value:
            problem.fields["deadline"] = replace(stated, value=deadline(stated.text, after))


def _half_a_year_before(day: str) -> str:
    if len(day) < 7:
        return day
    months = int(day[:4]) * 12 + int(day[5:7]) - 1 - 6
    return f"{months // 12:04}-{months % 12 + 1:02}{day[7:]}"


def _figures(document: Document, whole: Outline, offer: Proposal | None, rules: Rules) -> list[Claim]:
    """Claims of the tables that list no problems or measures."""
    read = offer.blocks if offer is not None else frozenset()
    others = {n: grid for n, grid in read_grids(document).items() if read.isdisjoint(grid.values())}
    return list(read_figures(document, whole.views, others, rules))


def _structure(reading: Reading, header: Header, listed: list[Item], offer: Proposal | None) -> list[tuple[int, Fact]]:
    """How the document was taken apart: kind, chapters, the ends of items, problems' labels and markers, columns."""
    title = header.facts.get("title")
    text, span = (title.text, title.span) if title is not None else ("", Span(0, 0, 0))
    found = [(0, Fact("kind", header.kind, text, span, header.kind_rule))] if reading.document.blocks else []
    for place, role, rule in offer.named if offer is not None else ():
        found.append((0, fact(reading.document, "column", place, rule, role)))
    for root in reading.outline.roots:
        mark = root.mark
        hit = None if mark.scheme in BREAKS else reading.part_hit(root)
        if hit is not None:
            first = root.pieces[0]
            place = Span(first.block, first.start + hit.start, first.start + hit.end)
            found.append((0, fact(reading.document, "chapter", place, hit.rule.id, hit.value)))
        elif mark.scheme in BREAKS:
            found.append((0, Fact("chapter", mark.text, "", Span(mark.block, 0, 0), mark.rule)))
    for number, item in enumerate(listed, 1):
        mark = item.section.mark
        found.append(
            (number, fact(reading.document, "label", Span(mark.block, mark.start, mark.end), mark.rule, mark.text))
        )
        if item.start is not None:
            hit, at = item.start.hit, item.start.offset - item.start.hit.start
            place = Span(item.section.pieces[item.start.piece].block, at + hit.start, at + hit.end)
            found.append((number, fact(reading.document, "rectification", place, hit.rule.id)))
    return found


def _problems(reading: Reading, parts: dict[int, str], offer: Proposal | None) -> tuple[list[Item], list[Problem]]:
    listed = items(reading, parts)
    answered = [item for item in listed if reading.strong(item.section)]
    if offer is not None and len(answered) < len(offer.problems):
        _headed(reading, offer)
        return [], offer.problems
    problems = [read_item(reading, item) for item in listed]
    if not answered and reading.kind in ANSWERS:
        answer_by_number(reading, parts, listed, problems)
    join_lists(reading.document, reading.rules, problems)  # a table at the end that says how each number stands
    _shared_duties(reading, problems)
    kept = [k for k, p in enumerate(problems) if p.problem is not None and p.problem.text]
    listed, problems = [listed[k] for k in kept], [problems[k] for k in kept]
    if not problems and reading.kind == Kind.FEEDBACK:
        return [], news_problems(reading)
    return listed, problems


def _shared_duties(reading: Reading, problems: list[Problem]) -> None:
    """责任领导：…（以上4件）: what one line says about the last few problems is said about each of them."""
    for number, problem in enumerate(problems):
        for piece in problem.region:
            hit = reading.rules.first("covers", reading.view(piece))
            count = int(values.number(hit.value) or 0) if hit is not None else 0
            for other in problems[max(0, number + 1 - count) : number] if count > 1 else []:
                for name, stated in problem.fields.items():
                    if piece.block == stated.span.block:
                        other.fields.setdefault(name, stated)


def _headed(reading: Reading, offer: Proposal) -> None:
    """The headings over tables and cards name the aspects of their problems, and the categories below those."""
    first = {n: min(grid.values()) for n, grid in read_grids(reading.document).items()}
    chains = [_chain_above(reading, first[table]) for table in offer.tables]
    common = set.intersection(*({s.index for s in chain} for chain in chains))
    for problem, chain in zip(offer.problems, chains, strict=True):
        own = [s for s in chain if s.index not in common and s.pieces]
        facts = [found for s in own if (found := heading(reading, s, "aspect")) is not None]
        if facts and problem.aspect is None:
            problem.aspect = facts[0]
            problem.category = problem.category or (replace(facts[-1], field="category") if len(facts) > 1 else None)


def _chain_above(reading: Reading, block: int) -> list[Section]:
    """The headings over a block, from the top: the section in front of it, and those that this one stands under."""
    section = _section_above(reading, block)
    chain: list[Section] = []
    while section is not None:
        chain.insert(0, section)
        section = reading.outline.sections[section.parent] if section.parent >= 0 else None
    return chain


def _section_above(reading: Reading, block: int) -> Section | None:
    """The section whose heading is the last paragraph in front of a block."""
    paragraph = next(
        (
            i
            for i in range(block - 1, -1, -1)
            if reading.document.blocks[i].kind == "paragraph" and reading.outline.views[i].strip()
        ),
        -1,
    )
    held = [s for s in reading.outline.sections if s.mark.block == paragraph and s.mark.scheme not in BREAKS]
    return held[-1] if held else None


def _passages(
    reading: Reading,
    parts: dict[int, str],
    header: Header,
    found: Extraction,
    listed: list[Item],
    offer: Proposal | None,
    headings: frozenset[tuple[int, int]],
) -> list[Passage]:
    taken = Taken(span for problem in found.problems for span in problem.region)
    groups = {group.index for item in listed for group in item.groups}
    opened = ((s.index, s.pieces[0]) for s in reading.outline.sections if s.pieces)
    groups |= {index for index, piece in opened if (piece.block, piece.start) in headings}
    first = min((item.section.index for item in listed), default=-1)
    passages = [p for p in _front(reading, header) if not taken.holds(p.span)]
    led = {p.span.block: p.part for p in passages}  # a list in a paragraph is what its lead-in is
    root_part = ""
    for section in reading.outline.sections:
        if section.parent == -1:
            root_part = parts.get(section.index, "")
        if section.mark.scheme == "aside":
            passages += [Passage("other", section.level, "", span) for span in section.pieces]
            continue
        label = "" if section.mark.scheme in BREAKS else section.mark.text
        for number, span in enumerate(section.pieces):
            if taken.holds(span):
                continue
            part, scope = _part_of(reading, section, root_part, groups, number)
            if part == "other":
                part = led.get(span.block) or _told(reading, span, section.index < first)
            led.setdefault(span.block, part)
            passages.append(Passage(part, section.level, label if number == 0 else "", span, scope))
    passages += _loose_cells(reading, found, offer)
    advised = {(f.span.block, f.span.start) for _, f in found.advice}
    passages = [
        p if (p.span.block, p.span.start) not in advised else Passage("advice", p.level, p.label, p.span)
        for p in passages
    ]
    return sorted(passages, key=lambda p: (p.span.block, p.span.start))


def _part_of(reading: Reading, section: Section, root_part: str, groups: set[int], number: int) -> tuple[str, str]:
    if root_part == "problems":
        if section.index in groups:
            title = heading(reading, section, "aspect")
            return ("group" if number == 0 else "group_note"), str(title.value) if title else ""
        if section.parent == -1:
            return ("heading" if number == 0 else "lead_in"), ""
        parent = reading.outline.sections[section.parent]
        title = heading(reading, parent, "aspect") if parent.index in groups else None
        return "group_note", str(title.value) if title else ""
    if section.parent == -1 and number == 0 and section.mark.scheme not in BREAKS and not section.mark.enumerator:
        return "heading", ""
    return root_part or "other", ""


def _told(reading: Reading, span: Span, before: bool) -> str:
    """Text of no titled chapter: told apart by its words; before the problems it tells of the work done."""
    hit = reading.rules.first("paragraph_part", reading.view(span))
    if hit is not None:
        return hit.value
    return "organisation" if before and reading.kind in ANSWERS else "other"


def _front(reading: Reading, header: Header) -> list[Passage]:
    passages = []
    metadata = [rule for name in ("published", "issued_label", "feedback_label") for rule in reading.rules.of(name)]
    for span in reading.outline.preamble:
        view = reading.outline.views[span.block]
        if span.block in header.title_blocks:
            part = "title"
        elif span.block == header.docno_block:
            part = "docno"
        elif span.block == header.addressee_block:
            part = "addressee"
        elif span.block == header.opening:
            part = "opening"
        elif header.opening >= 0 and span.block > header.opening:
            known = reading.rules.first("paragraph_part", view)
            part = known.value if known is not None else "lead_in"
        elif any(rule.search(view) for rule in metadata) or reading.rules.at("signature_date", view):
            part = "metadata"
        else:
            known = reading.rules.first("paragraph_part", view)
            part = known.value if known is not None else "front"
        passages.append(Passage(part, 0, "", span))
    return passages


def _loose_cells(reading: Reading, found: Extraction, offer: Proposal | None) -> list[Passage]:
    used = {span.block for problem in found.problems for span in problem.region}
    headings = offer.headings if offer is not None else frozenset()
    return [
        Passage("table_heading" if i in headings else "cell", 0, "", Span(i, 0, len(block.text)))
        for i, block in enumerate(reading.document.blocks)
        if block.kind == "cell" and i not in used and not block.merged and block.text.strip()
    ]


def _mentions(document: Document, whole: Outline, found: Extraction, rules: Rules) -> None:
    regions = [(number, span) for number, problem in enumerate(found.problems, 1) for span in problem.region]
    regions += [(0, passage.span) for passage in found.passages]
    for number, span in sorted(regions, key=lambda r: (r[1].block, r[1].start, r[0])):
        view = whole.views[span.block]
        found.references += [(number, r) for r in read_references(document, view, span, rules)]
        found.amounts += [(number, a) for a in read_amounts(document, view, span, rules)]
