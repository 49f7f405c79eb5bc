"""Findings inside the original: a copy of a unit's own docx with a native comment at each finding's place.

Only the text part gets comment marks and only the list of comments is added; every other part of the file is
carried over byte for byte.  Files that are not plain docx, or that carry macros, embedded objects or references to
content outside, are left out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

from pipeline.core.errors import Rejected
from pipeline.core.files import FixedZip, replace_file
from pipeline.core.rows import FindingRow
from pipeline.core.text import clean
from pipeline.publish.gaps import Gap, isolated
from pipeline.publish.told import value
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.typography import safe_name
from pipeline.readers.docx.package_parts import Parts
from pipeline.readers.package import open_package
from pipeline.readers.xml import parse
from pipeline.ruleset.labels import Labels

AUTHOR, INITIALS = "整改通", "核"
TEXT = "word/document.xml"
ACTIVE = {"macro_present", "active_content_ignored", "external_link_ignored"}  # what is never passed on
CHANGED = {TEXT, "word/_rels/document.xml.rels", "[Content_Types].xml", "word/comments.xml"}


def write_commented(
    source: WordSource, unit: str, original: Callable[[str], bytes | None], place: Path
) -> tuple[list[Path], list[Gap]]:
    """Write a copy with comments of every docx of a unit that has findings into the unit's folder.

    `original` gives a file's bytes by its name, None when they are gone.  Gives the copies and what could not be made.
    """
    written: list[Path] = []
    gaps: list[Gap] = []
    taken: set[str] = set()
    label = source.labels.of("report", "annotated")
    for document in source.units.get(unit, ()):
        rows = [row for row in source.findings.get(document.doc_id, ()) if not row.waived]
        file = document.file
        data = original(file) if rows and commentable(file) else None
        if data is None:
            continue
        with isolated(f"{unit}·{label}·{Path(file).stem}", gaps):
            content = annotate(data, rows, source.labels)
            if content is not None:
                stem = safe_name(f"{label}·{Path(file).stem}", taken)
                written.append(replace_file(place / f"{stem}.docx", content))
    return written, gaps


def commentable(file: str) -> bool:
    """Whether a file's copy can bear comments, by its name."""
    return file.lower().endswith(".docx")


def annotate(data: bytes, findings: Sequence[FindingRow], labels: Labels) -> bytes | None:
    """The docx with its comments; None for a file that can't take them."""
    try:
        return _carried_over(data, _commented(data, findings, labels)) if _may_be_passed_on(data) else None
    except (Rejected, OpcError, KeyError, ValueError, AttributeError, TypeError, etree.LxmlError):
        return None  # the library takes for granted that parts are what their relationships say


def _may_be_passed_on(data: bytes) -> bool:
    """Whether every part is sound and none of them runs, embeds or fetches anything.  Raises Rejected."""
    package = open_package(data)
    for name in package.names():  # the library takes them all: nothing reaches it that has not passed the gate
        content = package.read(name)
        if name.lower().endswith((".xml", ".rels")):
            parse(content, name)
    parts = Parts(package)
    is_usual = parts.main() == TEXT
    return is_usual and not parts.chunks() and not ACTIVE & {code for code, _ in parts.notes()}


def _commented(data: bytes, findings: Sequence[FindingRow], labels: Labels) -> bytes:
    """The docx as the library saves it, with a comment for each finding."""
    document = docx.Document(io.BytesIO(data))
    paragraphs = [Paragraph(element, document._body) for element in document.element.body.iter(qn("w:p"))]
    said = [(paragraph, _text(paragraph)) for paragraph in paragraphs]
    said = [(paragraph, text) for paragraph, text in said if text]
    for row in findings:
        runs = _runs_at(said, row.quote, row.paragraph or 1)
        if runs:
            comment = document.add_comment(runs, "", AUTHOR, INITIALS)
            _fill(comment.paragraphs[0], _words(row, labels))
            del comment._comment_elm.attrib[qn("w:date")]  # so that the same findings make the same file
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _text(paragraph: Paragraph) -> str:
    return "".join(node.text or "" for node in paragraph._p.iter(qn("w:t")))


def _words(row: FindingRow, labels: Labels) -> list[str]:
    """The lines of a comment: what is wrong, what it should be, what to do."""
    lines = [f"【{labels.of('severity', row.severity)}】{labels.of('check', row.check)}：{row.message}"]
    if row.expected or row.actual:
        expected, actual = (value(text, labels) or "（空）" for text in (row.expected, row.actual))
        lines.append(f"应为：{expected}；实为：{actual}")
    if row.other_quote:
        there = f"{row.other_file}{row.other_place}" if row.other_doc_id != row.doc_id else row.other_place
        lines.append(f"对照{f'（{there}）' if there else ''}：“{row.other_quote}”")
    if row.also:
        lines.append(f"同样见于：{row.also}")
    if row.suggestion:
        lines.append(f"建议：{row.suggestion}")
    return [clean(line)[0] for line in lines]


def _fill(paragraph: Paragraph, lines: Sequence[str]) -> None:
    for number, line in enumerate(lines):
        run = paragraph.add_run(line)
        if number + 1 < len(lines):
            run.add_break()


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def _runs_at(said: Sequence[tuple[Paragraph, str]], quote: str, number: int) -> list[Run]:
    """The runs that hold a quote, in the paragraph that is nearest to the finding's number.

    Without the quote anywhere the whole paragraph of that number is taken.
    """
    wanted = _plain(quote)
    holding = [at for at, (_, text) in enumerate(said) if wanted and wanted in _plain(text)]
    if not holding and len(wanted) > 12:
        holding = [at for at, (_, text) in enumerate(said) if wanted[:12] in _plain(text)]
        wanted = wanted[:12]
    if not said:
        return []
    at = min(holding, key=lambda place: abs(place + 1 - number)) if holding else min(max(number, 1), len(said)) - 1
    paragraph = said[at][0]
    runs = list(_covering(paragraph, wanted)) if holding else []
    return runs or [Run(run, paragraph) for run in _all_runs(paragraph) if run.find(qn("w:t")) is not None]


def _all_runs(paragraph: Paragraph) -> list[CT_R]:
    """All runs of a paragraph, those in links and insertions too."""
    return cast("list[CT_R]", list(paragraph._p.iter(qn("w:r"))))


def _covering(paragraph: Paragraph, wanted: str) -> Iterator[Run]:
    """Runs that share characters with a text, blanks not counted."""
    runs = [(run, _plain("".join(t.text or "" for t in run.iter(qn("w:t"))))) for run in _all_runs(paragraph)]
    start = "".join(text for _, text in runs).find(wanted)
    place = 0
    for run, text in runs:
        if text and start >= 0 and place < start + len(wanted) and place + len(text) > start:
            yield Run(run, paragraph)
        place += len(text)


def _carried_over(before: bytes, after: bytes) -> bytes:
    """The saved package with every part that comments don't touch as it was in the original."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(before)) as old,
        zipfile.ZipFile(io.BytesIO(after)) as new,
        FixedZip(buffer) as target,
    ):
        kept = {info.filename for info in old.infolist()}
        if len({name.lower() for name in new.namelist()}) < len(new.namelist()):
            raise Rejected("ambiguous_package", "批注")  # the library wrote a part twice
        for name in sorted(new.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            source = old if name in kept and name not in CHANGED else new
            target.writestr(name, source.read(name))
    return buffer.getvalue()
