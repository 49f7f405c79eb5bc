"""Case folders: documents of one text beside the tables that they must give.

`pytest --update tests/test_case_folders.py` writes what the program reads now; look at the diff before
committing it.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.model import Document
from pipeline.core.rows import Tables
from pipeline.extract.process import tabulate
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
COLUMNS = {
    "documents": [
        "kind",
        "title",
        "unit",
        "inspector",
        "round",
        "inspected_from",
        "inspected_to",
        "feedback_date",
        "issued_date",
        "docno",
    ],
    "problems": [
        "label",
        "aspect",
        "category",
        "problem",
        "status",
        "long_term",
        "lead",
        "dept",
        "person",
        "deadline",
        "deadline_text",
    ],
    "measures": ["problem", "label", "text"],
    "claims": ["metric", "value", "unit", "part_of", "scope", "text"],
    "references": ["problem", "title", "action", "docno"],
    "amounts": ["problem", "value", "text"],
    "advice": ["label", "text"],
}


def documents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix != ".csv")


def plain(value: object) -> str:
    """A cell as text; white space does not count, because formats differ in it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.2f}"
    return "".join(str(value).split())


def told(tables: Tables, table: str) -> list[list[str]]:
    """The rows of a table as a case holds them: a problem is named by its number in the document."""
    numbers = {row.problem_id: row.seq for row in tables.problems}
    return [
        [
            plain(numbers.get(row.problem_id) if column == "problem" and table != "problems" else getattr(row, column))
            for column in COLUMNS[table]
        ]
        for row in tables.rows(table)
    ]


def as_csv(table: str, rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS[table], *rows])
    return text.getvalue()


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path, rules: Rules, request: pytest.FixtureRequest) -> None:
    for number, path in enumerate(documents(folder)):
        tables = tabulate(gate.read(path, path.name), rules)
        for table in COLUMNS:
            expectation = folder / f"{table}.csv"
            got = as_csv(table, told(tables, table))
            if number == 0 and request.config.getoption("--update"):  # the other formats must say the same
                expectation.write_text(got, encoding="utf-8")
            assert got == expectation.read_text(encoding="utf-8"), f"{path.name}: {table}"


def source_of(document: Document, row: Any) -> str:
    """The slice of the document that a row points at."""
    first, last = row.paragraph - 1, (getattr(row, "end_paragraph", None) or row.paragraph) - 1
    start, end = row.start, row.end
    if first == last:
        return document.blocks[first].text[start:end]
    inner = [block.text for block in document.blocks[first + 1 : last]]
    return "\n".join([document.blocks[first].text[start:], *inner, document.blocks[last].text[:end]])


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_every_value_points_at_its_source(folder: Path, rules: Rules) -> None:
    for path in documents(folder):
        document = gate.read(path, path.name)
        tables = tabulate(document, rules)
        assert tables.facts, f"{path.name}: no fact found"
        for row in tables.facts:
            assert source_of(document, row) == row.text, f"{path.name}: {row}"
        for table, column in (
            ("problems", "problem"),
            ("measures", "text"),
            ("claims", "text"),
            ("references", "title"),
            ("amounts", "text"),
            ("advice", "text"),
            ("passages", "text"),
            ("unused", "text"),
        ):
            for row in tables.rows(table):
                assert source_of(document, row) == getattr(row, column), f"{path.name}: {table} {row}"
