"""What all documents are built from: paragraphs with a level, and the fields that every template may use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import (
    DocumentRow,
    ExtraRow,
    FactRow,
    FindingRow,
    MeasureRow,
    ParagraphRow,
    PassageRow,
    ProblemRow,
    Tables,
    by_document,
    by_problem,
)
from pipeline.core.text import file_name
from pipeline.core.vocabulary import ANSWERS
from pipeline.publish.overview import main_document, unit_name, units
from pipeline.publish.word.layout import Layout
from pipeline.publish.word.template import Chart
from pipeline.publish.word.typography import balanced, chinese_date, full_width, spaced
from pipeline.ruleset.labels import Labels

TemplateValues = dict[str, Any]
# what a line of the closing block is, as templates call it
FORMS = {
    "attachment": "附件说明",
    "signature": "署名",
    "date": "成文日期",
    "remark": "附注",
    "imprint": "版记",
    "attachment_mark": "附件标识",
    "attachment_text": "附件正文",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One document to be made: its kind, the unit that it goes to, its file's name and what fills the template."""

    kind: str
    unit: str
    name: str
    context: TemplateValues
    title: str = ""
    charts: tuple[Chart, ...] = ()
    day: str = ""  # ISO: the day of the papers that it is made from, for the file's properties


@dataclass(slots=True)
class WordSource:
    """The tables with the look-ups that builders need, the labels and the layout."""

    tables: Tables
    labels: Labels
    profile: Layout
    as_of: date | None = None  # the day on which the run judges deadlines
    units: dict[str, list[DocumentRow]] = field(init=False)
    problems: dict[str, list[ProblemRow]] = field(init=False)
    passages: dict[str, list[PassageRow]] = field(init=False)
    paragraphs: dict[str, list[ParagraphRow]] = field(init=False)
    facts: dict[str, list[FactRow]] = field(init=False)
    extras: dict[str, list[ExtraRow]] = field(init=False)
    findings: dict[str, list[FindingRow]] = field(init=False)
    unit_of: dict[str, str] = field(init=False)
    measures: dict[str, list[MeasureRow]] = field(init=False)
    documents: dict[str, DocumentRow] = field(init=False)
    _by_id: dict[str, ProblemRow] = field(init=False)
    _status_facts: dict[str, FactRow] = field(init=False)
    _headings: set[tuple[str, int | None]] = field(init=False)

    def __post_init__(self) -> None:
        self.units = units(self.tables)
        self.problems = by_document(self.tables.problems)
        self.passages = by_document(self.tables.passages)
        self.paragraphs = by_document(self.tables.paragraphs)
        self.facts = by_document(self.tables.facts)
        self.extras = by_problem(self.tables.extras)
        self.findings = by_document(self.tables.findings)
        self.unit_of = {row.doc_id: unit for unit, rows in self.units.items() for row in rows}
        self._by_id = {row.problem_id: row for row in self.tables.problems}
        self.measures = by_problem(self.tables.measures)
        self.documents = {row.doc_id: row for row in self.tables.documents}
        self._status_facts = {row.problem_id: row for row in self.tables.facts if row.field == "status"}
        self._headings = {
            (row.doc_id, row.paragraph)
            for row in self.tables.passages
            if row.part in ("group", "group_note", "heading")
        }

    def problem(self, problem_id: str) -> ProblemRow | None:
        """A problem by its id."""
        return self._by_id.get(problem_id)

    def items_of(self, documents: Sequence[DocumentRow]) -> list[ItemRow]:
        """The problems of a unit's documents, each once, over all of its papers."""
        own = {row.doc_id for row in documents}
        return [item for item in self.tables.items if item.problem_from in own]

    def stated_above(self, row: ProblemRow) -> bool:
        """Whether it is a heading that gives a problem its status: one that only counts (已完成2个) gives none."""
        fact = self._status_facts.get(row.problem_id)
        return fact is not None and fact.text == row.status_text and (row.doc_id, fact.paragraph) in self._headings

    def text(self, text: str) -> str:
        """A text as it goes on the page."""
        return full_width(text) if self.profile.punctuation else text

    def file(self, doc_id: str) -> str:
        """The name of a document's file, for people."""
        row = self.documents.get(doc_id)
        return file_name(row.file or row.doc_id) if row else ""


def paragraph(level: int, head: str, text: str = "") -> TemplateValues:
    """One paragraph of the body: its level (0: plain), its heading and what follows it in the same paragraph."""
    return {"级": level, "题": head, "文": text, "表": None}


def outlined(body: Sequence[TemplateValues], above: Sequence[int] = ()) -> list[TemplateValues]:
    """The body with each heading's level in the outline (`纲`, from 0): no level is skipped, whatever its font.

    `above` are the levels of the headings that stand over the body.
    """
    out: list[TemplateValues] = []
    opened = list(above)
    for entry in body:
        level = entry["级"]
        if level and not entry["文"]:
            while len(opened) > len(above) and opened[-1] >= level:
                opened.pop()
            opened.append(level)
        out.append({**entry, "纲": max(len(opened) - 1, 0)})
    return out


def closing(lines: Iterable[tuple[str, str]]) -> list[TemplateValues]:
    """The closing block in its order: of each line what it is (`式`), its words, and which one of its kind it is."""
    counts: Counter[str] = Counter()
    out: list[TemplateValues] = []
    for form, text in lines:
        out.append({"式": FORMS[form], "文": text, "次": counts[form]})
        counts[form] += 1
    return out


def context_of(
    source: WordSource,
    title: str,
    *,
    body: Sequence[TemplateValues] = (),
    addressee: Iterable[str] = (),
    signature: Sequence[str] = (),
    date: str = "",
    before: Iterable[str] = (),
    unit: str = "",
    docno: str = "",
    **more: object,
) -> TemplateValues:
    """The fields that every template may use; `more` are the kind's own."""
    profile = source.profile
    return {
        "标题": balanced(title, profile) if title else [],
        "主送": list(addressee),
        "正文": list(body),
        "署名": list(signature),
        "成文日期": date,
        "题前": list(before),
        "落款": closing([*(("signature", name) for name in signature), *[("date", date)] * bool(date)]),
        "单位": unit,
        "版头": _letterhead(profile, unit, docno),
        "版记": _imprint(profile, unit, date),
        **more,
    }


def _letterhead(profile: Layout, unit: str, docno: str) -> TemplateValues | None:
    if not profile.setting("letterhead", "show", False):
        return None
    return {
        "名称": profile.setting("letterhead", "name") or f"{unit}文件",
        "文号": profile.setting("letterhead", "number") or docno,
        "签发人": profile.setting("letterhead", "issuer"),
    }


def _imprint(profile: Layout, unit: str, date: str) -> TemplateValues | None:
    if not profile.setting("imprint", "show", False):
        return None
    return {
        "抄送": profile.setting("imprint", "copies"),
        "印发机关": profile.setting("imprint", "printer") or unit,
        "印发日期": profile.setting("imprint", "date") or date,
    }


def latest_day(documents: Iterable[DocumentRow]) -> str:
    """The latest date of issue (ISO); empty where none is stated."""
    return max((row.issued_date for row in documents), default="")


def office_date(source: WordSource) -> str:
    """The date under a letter of the office: the profile's, else room to write it."""
    return str(source.profile.setting("office", "date") or source.labels.of("wording", "undated"))


def paper(source: WordSource, doc_id: str) -> str:
    """What a letter calls a paper: its title, else its kind; never the name of a file."""
    row = source.documents.get(doc_id)
    if row is None:
        return ""
    return f"《{source.text(row.title)}》" if row.title else source.labels.of("kind", row.kind)


def named(source: WordSource, row: DocumentRow) -> str:
    """The unit of a document."""
    return source.unit_of.get(row.doc_id) or unit_name(row)


def status_words(source: WordSource, row: ProblemRow) -> str:
    """The status of a problem in the document's own words (已完成, 60%), else (a tick) by its label."""
    if re.search("[\u4e00-\u9fff]|\\d", row.status_text):
        return source.text(row.status_text)
    code = f"{row.status}{'_long' if row.long_term else ''}"
    return source.labels.groups.get("wording", {}).get(code, "") if row.status else ""


def deadline_words(source: WordSource, row: ProblemRow) -> str:
    """The deadline of a problem in the document's own words, else the date."""
    return source.text(row.deadline_text) or chinese_date(row.deadline)


def measure_lines(source: WordSource, row: ProblemRow) -> list[str]:
    """The measures of a problem with their numbers, one a line."""
    measures = source.measures.get(row.problem_id, [])
    return [measure_line(source, measure) for measure in measures]


def measure_line(source: WordSource, measure: MeasureRow) -> str:
    """A measure with its number, as a sentence."""
    return source.text(f"{spaced(str(measure.label), source.profile)}{measure.text}") + "。"


def ended(text: str) -> str:
    """A text as a sentence, with its stop."""
    return text if text.endswith(("。", "！", "？", "；")) else text + "。"


def answering(source: WordSource, documents: Sequence[DocumentRow]) -> DocumentRow | None:
    """The document of a unit that answers the feedback, if there is one with problems."""
    main = main_document([row for row in documents if row.kind in ANSWERS])
    return main if main and source.problems.get(main.doc_id) else None


Builder = Callable[[WordSource, str, list[DocumentRow]], "list[Report]"]
