"""Document + Rules → everything that the rules find in it, in one pass over the stages of extraction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.extract.chapters import chapters
from pipeline.extract.claims import Claim, read_claims
from pipeline.extract.duties import deadline
from pipeline.extract.figures import read_figures
from pipeline.extract.found import Problem, fact
from pipeline.extract.header import Header, read_header
from pipeline.extract.items import heading, read_item
from pipeline.extract.lists import answer_by_number, news_problems, read_advice, status_by_number
from pipeline.extract.outline import Outline, Section, outline
from pipeline.extract.parts import BREAKS, Item, Reading, items
from pipeline.extract.references import Reference, read_amounts, read_references
from pipeline.extract.table_rows import Grid, Table, join_rows, read_cards, read_grids, read_rows, read_tables
from pipeline.ruleset.rule import Rules


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
    structure: list[tuple[int, Fact]] = field(default_factory=list)  # which rule saw which label, chapter, marker


def extract(document: Document, rules: Rules) -> Extraction:
    """Reads one document.  Deterministic; looks at nothing but the document and the rules."""
    whole = outline(document, rules)
    grids = read_grids(document)
    tables = read_tables(grids, whole.views, rules)
    columns = " ".join(table_fields(tables[0])) if tables else ""
    header = read_header(document, whole, rules, columns)
    found = Extraction(header)
    reading = Reading(document, whole, rules, header.kind)
    parts = chapters(reading)
    listed: list[Item] = []
    if header.kind != Kind.OTHER:
        listed, found.problems = _problems(reading, parts, tables, grids)
        if header.kind == Kind.FEEDBACK:
            found.advice = read_advice(reading, parts)
    _complete_deadlines(header, found.problems)
    found.passages = _passages(reading, parts, header, found, listed, tables)
    if header.kind in ANSWERS:
        status_by_number(reading, [p.span for p in found.passages], found.problems)
    found.claims = read_claims(
        document, whole.views, [(p.span, p.scope) for p in found.passages if p.part != "title"], rules
    )
    found.claims += _figures(document, whole, tables, grids, rules)
    _mentions(document, whole, found, rules)
    found.structure = _structure(reading, header, listed, tables)
    return found


def _complete_deadlines(header: Header, problems: list[Problem]) -> None:
    """7月31日前: the year follows from the feedback, or from the document's own date."""
    after = header.value("feedback_date") or header.value("issued_date") or ""
    for problem in problems:
        stated = problem.fields.get("deadline")
        if stated is not None and not stated.value:
            problem.fields["deadline"] = replace(stated, value=deadline(stated.text, after))


def _figures(
    document: Document, whole: Outline, tables: list[Table], grids: dict[int, Grid], rules: Rules
) -> list[Claim]:
    """Claims of the tables that list no problems or measures."""
    listing = {
        document.blocks[next(iter(table.cells.values()))].table
        for table in tables
        if {"problem", "measures", "task"} & set(table.fields.values())
    }
    others = {number: grid for number, grid in grids.items() if number not in listing}
    return list(read_figures(document, whole.views, others, rules))


def _structure(reading: Reading, header: Header, listed: list[Item], tables: list[Table]) -> list[tuple[int, Fact]]:
    """How the document was taken apart: kind, chapters, the ends of items, problems' labels and markers, columns."""
    title = header.facts.get("title")
    text, span = (title.text, title.span) if title is not None else ("", Span(0, 0, 0))
    found = [(0, Fact("kind", header.kind, text, span, header.kind_rule))] if reading.document.blocks else []
    for table in tables:
        for column, (cell, rule) in sorted(table.headings.items()):
            place = Span(cell, 0, len(reading.document.blocks[cell].text))
            found.append((0, fact(reading.document, "column", place, rule, table.fields[column])))
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


def table_fields(table: Table) -> list[str]:
    """The fields of a table's columns, from left to right."""
    return [table.fields[c] for c in sorted(table.fields)]


def _problems(
    reading: Reading, parts: dict[int, str], tables: list[Table], grids: dict[int, Grid]
) -> tuple[list[Item], list[Problem]]:
    listed = items(reading, parts)
    rows = _rows(reading, tables, grids)
    answered = [item for item in listed if reading.strong(item.section)]
    if rows and len(answered) < len(rows):
        return [], rows
    problems = [read_item(reading, item) for item in listed]
    if not answered and reading.kind in ANSWERS:
        answer_by_number(reading, parts, listed, problems)
    for table in tables:  # a table at the end that says how each number stands
        if "problem" not in table.fields.values():
            join_rows(reading.document, reading.outline.views, table, problems, reading.rules)
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


def _rows(reading: Reading, tables: list[Table], grids: dict[int, Grid]) -> list[Problem]:
    """The problems of all tables that state some, completed by the lists that go with them."""
    document, views, rules = reading.document, reading.outline.views, reading.rules
    stating = [table for table in tables if "problem" in table.fields.values()]
    rows = []
    for table, heading_fact in zip(stating, _table_headings(reading, stating), strict=True):
        for problem in read_rows(document, views, table, rules):
            problem.aspect = problem.aspect or heading_fact
            rows.append(problem)
    rows += read_cards(document, views, grids, rules)
    for table in tables:
        if table not in stating:
            join_rows(document, views, table, rows, rules)
    return rows


def _table_headings(reading: Reading, tables: list[Table]) -> list[Fact | None]:
    """The aspect over each table, where several tables of the same columns stand under headings of their own."""
    above = [_section_above(reading, min(table.cells.values())) for table in tables]
    places = {section.index for section in above if section is not None}
    alike = len({tuple(sorted(table.fields.values())) for table in tables}) == 1
    # a table over two pages stands under one heading
    if not alike or len(places) < 2 or any(section is None for section in above):
        return [None for _ in tables]
    return [heading(reading, section, "aspect") if section is not None else None for section in above]


def _section_above(reading: Reading, block: int) -> Section | None:
    """The section whose heading is the last paragraph in front of a block."""
    paragraph = next(
        (i for i in range(block - 1, -1, -1) if reading.document.blocks[i].kind == "paragraph"
         and reading.outline.views[i].strip()),
        -1,
    )
    held = [s for s in reading.outline.sections if s.mark.block == paragraph and s.mark.scheme not in BREAKS]
    return held[-1] if held else None


def _passages(
    reading: Reading, parts: dict[int, str], header: Header, found: Extraction, listed: list[Item], tables: list[Table]
) -> list[Passage]:
    taken = {(span.block, span.start) for problem in found.problems for span in problem.region}
    groups = {group.index for item in listed for group in item.groups}
    first = min((item.section.index for item in listed), default=-1)
    passages = _front(reading, header)
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
            if (span.block, span.start) in taken:
                continue
            part, scope = _part_of(reading, section, root_part, groups, number)
            if part == "other":
                part = led.get(span.block) or _told(reading, span, section.index < first)
            led.setdefault(span.block, part)
            passages.append(Passage(part, section.level, label if number == 0 else "", span, scope))
    passages += _loose_cells(reading, found, tables)
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
    metadata = reading.rules.of("published")
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


def _loose_cells(reading: Reading, found: Extraction, tables: list[Table]) -> list[Passage]:
    used = {span.block for problem in found.problems for span in problem.region}
    headings = {
        i for table in tables for (row, _), i in table.cells.items() if not table.rows or row < table.rows[0]
    }
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
