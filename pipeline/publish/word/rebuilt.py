"""A bulletin or report rebuilt from the tables alone: running text where it stood, problems and measures in place.

Nothing is invented: headings, labels and running text are the document's own; where the rectification text
still holds every measure of the tables it is used as it stands, else it is put together from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.core.rows import DocumentRow, MeasureRow, ProblemRow, place
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
from pipeline.publish.word.pieces import ANSWER, HEADED, PROBLEM, PaperPiece, pieces_of
from pipeline.publish.word.typography import chinese_date, full_width, gives_date, numbered, spaced

ABOVE = ("docno", "front", "salutation", "metadata")  # lines that stand above or below the title
HEADINGS = (*HEADED, PROBLEM)
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
    pieces = pieces_of(source, document)
    front, middle, tail = _divided(pieces)
    by_part: dict[str, list[str]] = {}
    for piece in (*front, *tail):
        part = piece.part
        if part in ABOVE:
            part = "under" if "title" in by_part else "above"
        by_part.setdefault(part, []).append(piece.text)
    title = document.title or "".join(by_part.get("title", []))
    dates = [text for text in by_part.get("date", []) if _is(source, "date", text)]
    issued_on = document.issued_date
    issued = chinese_date(issued_on)
    if not dates and by_part.get("signature"):
        dates = [issued]
    if issued and not dates and not any(gives_date(one.text, issued_on, True) for one in pieces):
        # nobody signs: the date stands under the title
        by_part.setdefault("under", []).append(f"（{issued}）")
    return context_of(
        source,
        source.text(title),
        body=outlined(_body(source, document, middle)),
        addressee=[*by_part.get("under", ()), *by_part.get("addressee", ())],
        signature=by_part.get("signature", ()),
        date=dates[0] if dates else "",
        before=[*_docno(document, pieces), *by_part.get("above", ())],
        unit=named(source, document),
        docno=document.docno,
        落款=closing(_closing_lines(source, tail, dates)),
    )


def _docno(document: DocumentRow, pieces: Sequence[PaperPiece]) -> list[str]:
    """The number of a paper that only the page around it gave."""
    said = not document.docno or any(document.docno in one.text for one in pieces)
    return [] if said else [document.docno]


def _closing_lines(source: WordSource, tail: Sequence[PaperPiece], dates: list[str]) -> list[tuple[str, str]]:
    """Each line below the body with its form, in the paper's own order; a date that nobody wrote below the names."""
    lines: list[tuple[str, str]] = []
    for piece in tail:
        text = piece.text
        signed = any(form == "signature" for form, _ in lines)
        if piece.part == "signature":
            form = "signature"
        elif piece.part == "attachment":
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


def _divided(pieces: list[PaperPiece]) -> tuple[list[PaperPiece], list[PaperPiece], list[PaperPiece]]:
    """The pieces before the body, in it, and from the list of attachments or the signature on."""
    head = 0
    while head < len(pieces) and pieces[head].part in ("title", *ABOVE, "addressee"):
        head += 1
    foot = len(pieces)
    for at in range(len(pieces) - 1, head - 1, -1):
        if pieces[at].part not in ("signature", "date", "note", "contact", "attachment", "other"):
            break
        if pieces[at].part in ("signature", "date", "attachment"):
            foot = at
    return pieces[:head], pieces[head:foot], pieces[foot:]


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


def _body(source: WordSource, document: DocumentRow, pieces: Sequence[PaperPiece]) -> list[TemplateValues]:
    """The pieces in reading order, and between them the problems that stand in none of them."""
    problems = source.problems.get(document.doc_id, [])
    own = bool(source.paragraphs.get(document.doc_id))
    held = {at for piece in pieces for at in range(piece.first, piece.last + 1)} if own else set()
    entries: list[tuple[tuple[int, int], PaperPiece | ProblemRow]] = [
        *(((piece.first, 0), piece) for piece in pieces),
        *((at, row) for at, row in zip(_places(problems), problems, strict=True) if row.paragraph not in held),
    ]
    out: list[TemplateValues] = []
    written: list[str] = []  # headings since the last problem, to know which groups are already named
    aspect = category = ""
    for _, row in sorted(entries, key=lambda entry: entry[0]):
        if isinstance(row, PaperPiece):
            out.append(_printed(source, row))
            written.append(row.text)
            continue
        for level, name, before in ((2, row.aspect, aspect), (3, row.category, category)):
            if name and name != before and not any(name in text for text in written):
                out.append(paragraph(level, source.text(name)))
        aspect, category = row.aspect, row.category
        out += problem_paragraphs(source, row)
        written = []
    return _renumbered(out, source.profile) if source.profile.renumber else out


def _printed(source: WordSource, piece: PaperPiece) -> TemplateValues:
    """A piece as heading, run-in heading, plain text or table."""
    if piece.grid:
        return {**paragraph(0, "", piece.text), "表": piece.grid}
    if piece.part == ANSWER:
        return _line(source, piece.text)
    if not piece.level:
        return paragraph(0, "", piece.text)
    return _headed(piece.level, piece.text, LONGEST_HEADING if piece.part in HEADINGS else 40)


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
    """A problem that stands in no paragraph of its paper: its statement, then what was done about it."""
    label = row.label if label is None else label
    lines = rectification(source, row)
    statement = source.text(f"{spaced(label, source.profile)}{row.problem}")
    head = statement if SENTENCE_END.search(statement) else statement + "。"
    return [
        _headed(source.profile.level(label) or 3, head, LONGEST_HEADING),
        *(_line(source, text) for text in lines),
    ]


def rectification(source: WordSource, row: ProblemRow) -> list[str]:
    """The paragraphs that answer a problem: the document's own while they agree with the tables."""
    measures = source.measures.get(row.problem_id, [])
    given = row.rectification
    if given and in_agreement(source, row):
        first = measures[0].label if measures else ""
        if first and plain(given).startswith(plain(measures[0].text)):
            given = first + given  # the text begins behind its first number
        lines = [line for line in source.text(given).split("\n") if line.strip()]
    else:
        lines = _composed(source, row, measures)
    duty = _duty(source, row, plain("".join(lines)))
    return [*lines, duty] if duty else lines


def plain(text: str) -> str:
    """A text without blanks and half-width punctuation, to compare."""
    return re.sub(r"\s", "", full_width(text))


def in_agreement(source: WordSource, row: ProblemRow) -> bool:
    """Whether the text still says what the tables say: nobody has corrected a measure or the status."""
    given, measures = row.rectification, source.measures.get(row.problem_id, [])
    words, at = plain(given), 0
    spoken = status_words(source, row) == source.text(row.status_text)  # a tick stands in another column
    if row.status_text and spoken and plain(row.status_text) not in words and not source.stated_above(row):
        return False
    for measure in measures:
        found = words.find(plain(measure.text), at)
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


def _duty(source: WordSource, row: ProblemRow, given: str) -> str:
    """Who and by when, where the text does not say it already."""
    values = (("lead", row.lead), ("dept", row.dept), ("person", row.person), ("deadline", deadline_words(source, row)))
    said = [
        f"{source.labels.column('problems', name)}：{source.text(value)}"
        for name, value in values
        if value and plain(value) not in given
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
