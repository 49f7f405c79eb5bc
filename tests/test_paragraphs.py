"""The table of paragraphs: every place of every other table can be sliced from it, and each says where it is found."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.core.rows import SCHEMA, ParagraphRow, ProblemRow, Tables
from pipeline.extract.process import process_bytes
from pipeline.lab import annotated
from pipeline.ruleset.rule import Rules

CASES = Path(__file__).parent / "cases"
PLACED = [name for name, columns in SCHEMA.items() if {"paragraph", "start", "end", "end_paragraph"} <= columns.keys()]


def of(path: Path, rules: Rules) -> Tables:
    return process_bytes(path.read_bytes(), path.name, rules)


def paragraph_of(tables: Tables, row: ProblemRow) -> ParagraphRow:
    assert row.paragraph is not None
    return tables.paragraphs[row.paragraph - 1]


def sliced(tables: Tables, row: Any) -> str:
    """The text of a place, from the table of paragraphs alone."""
    by_number = {one.paragraph: one.text for one in tables.paragraphs}
    texts = [by_number[number] for number in range(row.paragraph, row.end_paragraph + 1)]
    texts[-1] = texts[-1][: row.end]
    return "\n".join([texts[0][row.start :], *texts[1:]])


@pytest.mark.parametrize("name", ["a02-lanqiao-no3-primary-feedback", "r05-dongbei-ledger", "t02-middle-bulletin"])
def test_every_place_of_every_table_is_a_slice_of_the_paragraphs(name: str, rules: Rules) -> None:
    tables = of(CASES / name / f"{name}.docx", rules)
    texts = {"problems": "problem", "references": "title"}
    held: list[tuple[Any, str]] = [
        (row, getattr(row, texts.get(name, "text"))) for name in PLACED for row in tables.rows(name)
    ]
    assert len(PLACED) > 8 and len(held) > 50
    for row, text in held:
        assert "".join(sliced(tables, row).split()) == "".join(text.split()), row


def test_amounts_and_references_name_the_measure_that_they_stand_in(rules: Rules) -> None:
    tables = of(CASES / "a01-wuchuan-no2-middle" / "a01-wuchuan-no2-middle.docx", rules)
    measures = {row.measure_id: row for row in tables.measures}
    assert len(measures) == len(tables.measures)
    named: list[Any] = [*tables.amounts, *tables.references]
    owned = [row for row in named if row.measure_id]
    assert len(owned) > 10
    for row in owned:
        measure = measures[row.measure_id]
        assert measure.problem_id == row.problem_id
        assert (row.text if hasattr(row, "text") else row.title) in measure.text
    assert any(row.problem_id and not row.measure_id for row in tables.amounts), "a sum in a problem's own words"


def test_long_term_is_empty_where_no_status_is_stated(rules: Rules) -> None:
    feedback = of(CASES / "a02-lanqiao-no3-primary-feedback" / "a02-lanqiao-no3-primary-feedback.docx", rules)
    assert {row.long_term for row in feedback.problems} == {None}
    bulletin = of(CASES / "a01-wuchuan-no2-middle" / "a01-wuchuan-no2-middle.docx", rules)
    assert {row.long_term for row in bulletin.problems} == {True, False}


def test_the_place_is_the_headings_above_or_the_place_in_the_table(rules: Rules) -> None:
    tables = of(CASES / "a02-lanqiao-no3-primary-feedback" / "a02-lanqiao-no3-primary-feedback.docx", rules)
    place = paragraph_of(tables, tables.problems[0]).place
    assert (
        place == "二、巡察发现的主要问题 › （一）贯彻落实党的教育方针和党中央决策部署方面 › 1.党建引领作用发挥不够充分"
    )
    ledger = of(CASES / "r05-dongbei-ledger" / "r05-dongbei-ledger.docx", rules)
    cell = paragraph_of(ledger, ledger.problems[0])
    assert cell.place.endswith(f"表 {cell.table} 第 {cell.row} 行第 {cell.column} 列")


def test_the_place_is_the_sheet_and_cell_of_a_workbook(rules: Rules) -> None:
    book = openpyxl.Workbook()
    book.active.title = "整改台账"
    book.active.append(["某校整改台账"])
    book.active.append(["序号", "问题", "整改措施", "整改状态"])
    book.active.append([1, "食堂验收流于形式", "建立双人验收制度", "已完成"])
    book.active.append([2, "学习记录不全", "补齐学习记录", "正在整改"])
    stream = io.BytesIO()
    book.save(stream)
    tables = process_bytes(stream.getvalue(), "台账.xlsx", rules)
    places = {row.text: row.place for row in tables.paragraphs}
    assert places["食堂验收流于形式"] == "整改台账!B3" and places["某校整改台账"] == "整改台账!A1"


def test_the_place_is_the_page_of_a_pdf(rules: Rules) -> None:
    tables = of(Path(__file__).parent / "files" / "letter.pdf", rules)
    places = [row.place for row in tables.paragraphs]
    assert places[0] == "第 1 页" and places[-1] == "第 2 页" and set(places) == {"第 1 页", "第 2 页"}


def test_a_file_without_problems_still_gives_its_paragraphs(rules: Rules) -> None:
    text = annotated.as_txt(annotated.read(Path(__file__).parent / "corpus" / "b09-youeryuan-speech.ann.txt"))
    tables = process_bytes(text.encode(), "讲话.txt", rules)
    assert not tables.problems and len(tables.paragraphs) > 10
