"""Nothing lost, nothing invented: the characters of each paper and of its rebuilt document, every difference by a rule.

The rules: blanks and widths of punctuation don't count (`plain`); copies of merged cells, page numbers and comments
are not the paper's text (`own_paragraphs`); what stands around a text on a page of the web is left out (`pieces`);
a date or number that only such a page gave is written down (`rebuilt`); a ledger has the office's columns, so that its
headings, ticks and group rows are written anew (`one_table`).
"""

from __future__ import annotations

import re

import pytest

from pipeline.core.rows import MeasureRow, Tables, with_rows
from pipeline.core.vocabulary import Kind
from pipeline.extract.process import process, process_bytes
from pipeline.lab import annotated
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.own_words import own_paragraphs
from pipeline.publish.word.pieces import pieces_of
from pipeline.publish.word.typography import chinese_date
from pipeline.ruleset.labels import load_labels
from tests.fixpoint import plain
from tests.making import changed
from tests.samples import RULES, corpus_source
from tests.test_word_fixpoint import CASES, answering, answering_cases, rebuilt
from tests.word_layout import opened

KINDS = {"bulletin", "plan"}
TICK = re.compile(r"[√✓✔☑]|[\d、，]{1,20}")  # a tick, a row's number, the numbers that a list is joined by


def words(text: str) -> str:
    return str(plain(text)).replace("“", '"').replace("”", '"')


def read(name: str, rules) -> Tables:
    if name.endswith(".docx"):
        return process_bytes(annotated.as_docx(corpus_source(name.removesuffix(".docx"))), name, rules)
    folder = CASES[0].parent / name
    path = min(path for path in folder.iterdir() if path.name != "rows.golden")
    return process(path, path.name, rules)


def names() -> list[str]:
    return [*(f"{name}.docx" for name in answering()), *(folder.name for folder in answering_cases())]


def printed(tables: Tables) -> str:
    return words("".join(opened(rebuilt(tables)).text()))


def held(tables: Tables) -> list[str]:
    """The characters of a paper's own lines and cells, in their order."""
    source = WordSource(tables, load_labels(RULES), load_profile(RULES))
    (document,) = tables.documents
    shown = {at for piece in pieces_of(source, document) for at in range(piece.first, piece.last + 1)}
    rows = [row for row in own_paragraphs(source, document) if not row.merged and row.paragraph in shown]
    return [words(row.label + row.text) for row in rows]


@pytest.mark.parametrize("name", names())
def test_every_character_of_a_paper_is_in_its_rebuilt_document_and_no_other(name, rules):
    tables = read(name, rules)
    (document,) = tables.documents
    before, after = held(tables), printed(tables)
    if document.kind in KINDS:
        whole = "".join(before)
        for line in (f"（{chinese_date(document.issued_date)}）", chinese_date(document.issued_date), document.docno):
            if words(line) not in whole:  # told only by the page around it
                after = after.replace(words(line), "", 1)
        assert after == whole
        return
    headings = {row.paragraph for row in tables.passages if row.part == "table_heading"}
    source = [
        row for row in tables.paragraphs if not row.merged and row.paragraph not in headings and row.part == "body"
    ]
    lost = [row.text for row in source if words(row.text).strip(".。;") not in after and not TICK.fullmatch(row.text)]
    groups = {name for row in tables.problems for name in (row.school, row.aspect, row.category) if name}
    assert [text for text in lost if not any(name in text for name in groups)] == []


def test_what_a_person_decides_stands_where_it_was_read(rules):
    tables = read("a01-wuchuan-no2-middle", rules)
    problem, measure = tables.problems[1], tables.measures[0]
    whole = printed(tables)
    after = printed(changed(changed(tables, problem, problem="账目不清"), measure, text="补齐台账"))
    expected = whole.replace(words(problem.problem), "账目不清", 1).replace(words(measure.text), "补齐台账", 1)
    assert after == expected != whole


def test_a_measure_that_was_added_stands_behind_the_others(rules):
    tables = read("a01-wuchuan-no2-middle", rules)
    problem = tables.problems[0]
    last = [row for row in tables.measures if row.problem_id == problem.problem_id][-1]
    added = MeasureRow(doc_id=problem.doc_id, problem_id=problem.problem_id, seq=99, text="每学期抽查一次")
    after = printed(with_rows(tables, {"measures": [*tables.measures, added]}))
    assert (
        0
        < after.index(words(last.text))
        < after.index("每学期抽查一次")
        < after.index(words(tables.problems[1].problem))
    )


def test_a_deleted_problem_takes_its_paragraphs_along(rules):
    tables = read("a01-wuchuan-no2-middle", rules)
    gone = tables.problems[0]
    rows = {
        name: [row for row in tables.rows(name) if getattr(row, "problem_id", "") != gone.problem_id]
        for name in ("problems", "measures", "facts", "extras")
    }
    after = printed(with_rows(tables, rows))
    assert words(gone.problem) not in after and words(gone.rectification) not in after
    assert words(tables.problems[1].problem) in after


def test_columns_that_have_no_field_are_columns_of_the_rebuilt_ledger(rules):
    tables = read("x07-jinlan-town-centre-school-ledger", rules)
    assert tables.documents[0].kind == Kind.LEDGER
    (table,) = opened(rebuilt(tables)).body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tbl")
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    lines = [
        ["".join(t.text or "" for t in cell.iter(f"{w}t")) for cell in row.iter(f"{w}tc")]
        for row in table.iter(f"{w}tr")
    ]
    assert lines[0][-2:] == ["整改目标", "整改成效"] and lines[1][-2] == "形成学习常态"
    assert lines[3][lines[0].index("完成情况")].startswith("60%")
