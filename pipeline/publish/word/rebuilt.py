"""A bulletin or report rebuilt from the tables alone: running text where it stood, problems and measures in place.

Nothing is invented: headings, labels and running text are the document's own; where the rectification text
still holds every measure of the tables it is used as it stands, else it is put together from them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.core.rows import DocumentRow, MeasureRow, PassageRow, ProblemRow, place
from pipeline.core.vocabulary import Kind
from pipeline.publish.word.content import (
    Report,
    TemplateValues,
    WordSource,
    closing,
    context_of,
    deadline_words,
    measure_line,
    named,
    outlined,
    paragraph,
    status_words,
)
from pipeline.publish.word.layout import Layout
from pipeline.publish.word.typography import chinese_date, full_width, numbered, spaced

ABOVE = ("docno", "front", "salutation")  # lines that stand above or below the title
TABLE = ("cell", "table_heading")  # what a table's cells say that is no problem or measure
SKIPPED = ("metadata", *TABLE)
PUNCTUATION = "。！？；：，、"
LINE_END = 10**9  # behind whatever stands in a paragraph
LONGEST_HEADING = 120  # characters; what is longer is text, whatever its number
LONGEST_RUN_IN = 60  # of the first sentence that is set as a heading in its paragraph
RUN_IN = (1, 2)  # levels whose font is not the body's
SENTENCE_END = re.compile(r"[。！？；：]$")


def rebuilt(source: WordSource, unit: str, documents: list[DocumentRow], kind: Kind) -> list[Report]:
    """The rebuilt document of each document of a kind; `kind` is a document kind."""
    return [
        Report(kind, unit, source.labels.of("report", kind), context_for(source, row), row.title, day=row.issued_date)
        for row in documents
        if row.kind == kind
    ]


def context_for(source: WordSource, document: DocumentRow) -> TemplateValues:
    """What fills the template for one document."""
    passages = _joined(source.passages.get(document.doc_id, []))
    front, middle, tail = _divided(passages)
    by_part: dict[str, list[str]] = {}
    for row in (*front, *tail):
        part = row.part
        if part in ABOVE:
            part = "under" if "title" in by_part else "above"
        by_part.setdefault(part, []).append(_whole(source, row))
    title = document.title or "".join(by_part.get("title", []))
    dates = [text for text in by_part.get("date", []) if _is(source, "date", text)]
    issued = chinese_date(document.issued_date)
    if not dates and by_part.get("signature"):
        dates = [issued]
    if issued and not dates:  # nobody signs: the date stands under the title
        by_part.setdefault("under", []).append(f"（{issued}）")
    return context_of(
        source,
        source.text(title),
        body=outlined(_body(source, document, middle)),
        addressee=[*by_part.get("under", ()), *by_part.get("addressee", ())],
        signature=by_part.get("signature", ()),
        date=dates[0] if dates else "",
        before=by_part.get("above", ()),
        unit=named(source, document),
        docno=document.docno,
        落款=closing(_closing_lines(source, tail, dates)),
    )


def _closing_lines(source: WordSource, tail: list[PassageRow], dates: list[str]) -> list[tuple[str, str]]:
    """Each line below the body with its form, in the paper's own order; a date that nobody wrote below the names."""
    lines: list[tuple[str, str]] = []
    for row in tail:
        text = _whole(source, row)
        signed = any(form == "signature" for form, _ in lines)
        if row.part == "signature":
            form = "signature"
        elif row.part == "attachment":
            below = "attachment_mark" if _is(source, "attachment", text) else "attachment_text"
            form = below if signed else "attachment"
        elif text in dates:
            form = "date"
        else:
            form = "imprint" if _is(source, "imprint", text) else "remark"
        lines.append((form, text))
    if dates and not any(form == "date" for form, _ in lines):
        names = [at for at, (form, _) in enumerate(lines, 1) if form == "signature"]
        lines.insert(max(names, default=len(lines)), ("date", dates[0]))
    return lines


def _is(source: WordSource, mark: str, text: str) -> bool:
    """Whether a line is one of the profile's marks."""
    return bool(re.fullmatch(source.profile.setting("marks", mark, "(?!)"), text))


def _joined(passages: list[PassageRow]) -> list[PassageRow]:
    """Passages of one paragraph that follow each other, as the paragraph that they were."""
    out: list[PassageRow] = []
    for row in passages:
        before = out[-1] if out else None
        if (
            before
            and row.paragraph is not None
            and row.paragraph == before.paragraph
            and row.start in (before.end, _label_end(before, row))
        ):
            out[-1] = replace(before, text=f"{before.text}{row.label}{row.text}", end=row.end)
        else:
            out.append(row)
    return out


def _label_end(before: PassageRow, row: PassageRow) -> int:
    """Where a passage's text starts when only its own number stands between it and the one before."""
    return (before.end or 0) + len(row.label)


def _divided(passages: list[PassageRow]) -> tuple[list[PassageRow], list[PassageRow], list[PassageRow]]:
    """Running text before the body, in it, and from the list of attachments or the signature on."""
    shown = [row for row in passages if row.part not in SKIPPED]
    head = 0
    while head < len(shown) and shown[head].part in ("title", *ABOVE, "addressee"):
        head += 1
    foot = len(shown)
    for at in range(len(shown) - 1, head - 1, -1):
        if shown[at].part not in ("signature", "date", "note", "contact", "attachment", "other"):
            break
        if shown[at].part in ("signature", "date", "attachment"):
            foot = at
    return shown[:head], shown[head:foot], shown[foot:]


def _whole(source: WordSource, row: PassageRow) -> str:
    """A passage with its label."""
    text, label = row.text, row.label
    return source.text(text if not label or text.startswith(label) else spaced(label, source.profile) + text)


def _places(problems: list[ProblemRow]) -> list[tuple[int, int]]:
    """Where each problem stands; one that a person added stands behind the one before it."""
    out: list[tuple[int, int]] = []
    last = 0
    for row in problems:
        out.append(place(row) if row.paragraph is not None else (last, LINE_END))
        last = max(last, _last(row))
    return out


def _last(row: ProblemRow) -> int:
    return row.end_paragraph or row.paragraph or 0


def _body(source: WordSource, document: DocumentRow, passages: list[PassageRow]) -> list[TemplateValues]:
    """Passages and problems in reading order, each problem followed by its rectification."""
    problems = source.problems.get(document.doc_id, [])
    entries: list[tuple[tuple[int, int], PassageRow | ProblemRow]] = [
        *((place(row), row) for row in passages),
        *zip(_places(problems), problems, strict=True),
    ]
    out: list[TemplateValues] = []
    written: list[str] = []  # headings since the last problem, to know which groups are already named
    aspect = category = ""
    for _, row in sorted(entries, key=lambda entry: entry[0]):
        if isinstance(row, PassageRow):
            out.append(_passage(source, row))
            written.append(row.text)
            continue
        for level, name, before in ((2, row.aspect, aspect), (3, row.category, category)):
            if name and name != before and not any(name in text for text in written):
                out.append(paragraph(level, source.text(name)))
        aspect, category = row.aspect, row.category
        out += problem_paragraphs(source, row)
        written = []
    return _renumbered(out, source.profile) if source.profile.renumber else out


def _passage(source: WordSource, row: PassageRow) -> TemplateValues:
    """A passage as heading, run-in heading or plain text."""
    text = _whole(source, row)
    level = source.profile.level(row.label) or (row.level or 0) + 1  # passages count levels from 0
    if not row.label or level > 4:
        return paragraph(0, "", text)
    return _headed(level, text, LONGEST_HEADING if row.part in ("heading", "group") else 40)


def _headed(level: int, text: str, longest: int) -> TemplateValues:
    """A numbered paragraph: a heading where it is short or one sentence, else its first sentence runs in."""
    head, mark, rest = text.partition("。")
    if not rest and len(text) <= longest:
        return paragraph(level, text)
    if rest and len(head) <= LONGEST_RUN_IN:
        return paragraph(level, head + mark, rest)
    return paragraph(0, "", text)


def _line(source: WordSource, text: str) -> TemplateValues:
    """A line of the rectification; its number says in which font its first sentence is set."""
    level = source.profile.level(text)
    head, mark, rest = text.partition("。")
    if level in RUN_IN and rest and len(head) <= LONGEST_RUN_IN:
        return paragraph(level or 0, head + mark, rest)
    return paragraph(0, "", text)


def problem_paragraphs(source: WordSource, row: ProblemRow, label: str | None = None) -> list[TemplateValues]:
    """One problem: its statement, then what was done about it."""
    label = row.label if label is None else label
    lines = rectification(source, row)
    statement = source.text(_framed(source, row, label, bool(lines) and _runs_in(source, row)))
    closed = lines and lines[0][0] in PUNCTUATION  # the text behind the problem brings its full stop along
    head = statement.rstrip("。") if closed else statement if SENTENCE_END.search(statement) else statement + "。"
    level = source.profile.level(label) or 3
    if lines and _runs_in(source, row):
        short = len(head) <= LONGEST_RUN_IN
        first = paragraph(level, head, lines[0]) if short else paragraph(0, "", head + lines[0])
        return [first, *(_line(source, text) for text in lines[1:])]
    return [_headed(level, head, LONGEST_HEADING), *(_line(source, text) for text in lines)]


def _framed(source: WordSource, row: ProblemRow, label: str, runs_in: bool) -> str:
    """The problem with its label, in 关于…的问题 where it had a frame and its end would not show without."""
    gap = (row.start or 0) - len(label)
    text = row.problem
    label = spaced(label, source.profile)
    if not runs_in or gap < 2:
        return f"{label}{text}"
    quoted = gap > 2 and "“" not in text
    return label + source.labels.of("wording", "framed_quoted" if quoted else "framed").replace("{problem}", text)


def _runs_in(source: WordSource, row: ProblemRow) -> bool:
    """Whether the rectification follows in the problem's own paragraph."""
    measures = source.measures.get(row.problem_id, [])
    return (
        bool(measures)
        and row.paragraph is not None
        and (measures[0].paragraph == (row.end_paragraph or row.paragraph) and bool(row.rectification))
    )


def rectification(source: WordSource, row: ProblemRow) -> list[str]:
    """The paragraphs that answer a problem: the document's own while they agree with the tables."""
    measures = source.measures.get(row.problem_id, [])
    given = row.rectification
    if given and in_agreement(source, row):
        first = measures[0].label if measures else ""
        if first and _plain(given).startswith(_plain(measures[0].text)):
            given = first + given  # the text begins behind its first number
        lines = [line for line in source.text(given).split("\n") if line.strip()]
    else:
        lines = _composed(source, row, measures)
    duty = _duty(source, row, _plain("".join(lines)))
    return [*lines, duty] if duty else lines


def _plain(text: str) -> str:
    return re.sub(r"\s", "", full_width(text))


def in_agreement(source: WordSource, row: ProblemRow) -> bool:
    """Whether the text still says what the tables say: nobody has corrected a measure or the status."""
    given, measures = row.rectification, source.measures.get(row.problem_id, [])
    plain, at = _plain(given), 0
    status = _plain(row.status_text)
    if status and status not in plain and not source.stated_above(row):
        return False
    for measure in measures:
        found = plain.find(_plain(measure.text), at)
        if found < 0:
            return False
        at = found
    return True


def _composed(source: WordSource, row: ProblemRow, measures: list[MeasureRow]) -> list[str]:
    """Status and measures in order; measures without a number are paragraphs of their own."""
    status = status_words(source, row)
    document = source.documents.get(row.doc_id)
    planned = document is not None and document.kind == Kind.PLAN
    marker = source.labels.of("wording", "measures" if planned else "rectification")
    lines = [f"{marker}：" + (status + "。" if status else "")]
    for measure in measures:
        label = measure.label
        text = measure_line(source, measure)
        if measure is measures[0] or (label and spaced(label, source.profile) == label):
            lines[-1] += text
        else:
            lines.append(text)
    return lines if status or measures else []


def _duty(source: WordSource, row: ProblemRow, plain: str) -> str:
    """Who and by when, where the text does not say it already."""
    values = (("lead", row.lead), ("dept", row.dept), ("person", row.person), ("deadline", deadline_words(source, row)))
    said = [
        f"{source.labels.column('problems', name)}：{source.text(value)}"
        for name, value in values
        if value and _plain(value) not in plain
    ]
    return "；".join(said) + "。" if said else ""


def _renumbered(body: list[TemplateValues], profile: Layout) -> list[TemplateValues]:
    """Headings numbered anew by 一、（一）1.（1）; each level starts again below the one above."""
    counts = [0] * 5
    for entry in body:
        level = entry["级"]
        if not 1 <= level <= 4:
            continue
        counts[level] += 1
        counts[level + 1 :] = [0] * (4 - level)
        bare = re.sub(profile.setting("marks", "number", "(?!)"), "", entry["题"])
        entry["题"] = numbered(level, counts[level]) + bare
    return body
