"""Case folders: documents of one text beside all rows that they give (`rows.golden`), every column of every table
but the paragraphs themselves and how sure the reading is.

`pytest --update tests/test_case_folders.py` writes what the program reads now; look at the diff before committing it.
A line that begins with ✗ is known to be wrong: it is compared like the others, and the mark stays as long as the
line does.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.model import Document
from pipeline.core.rows import SCHEMA, Tables
from pipeline.core.stored_rows import plain
from pipeline.extract.process import tabulate
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules

APART = ("paragraphs", "readings", "reading_parts")  # what the readers give, and other readings, have their own tests
FITTED = ("confidence", "doubts")  # change with every fit of the weights
CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
GOLDEN, WRONG = "rows.golden", "✗ "
# what documents of one text in several formats must say alike; places and white space differ with the format
SAID = {
    "documents": ["kind", "title", "unit", "inspector", "round", "inspected_from", "inspected_to", "feedback_date",
                  "issued_date", "docno"],
    "problems": ["label", "aspect", "category", "problem", "status", "long_term", "lead", "dept", "person", "deadline",
                 "deadline_text"],
    "measures": ["problem", "label", "text"],
    "claims": ["metric", "value", "unit", "part_of", "scope", "text"],
    "references": ["problem", "title", "action", "docno"],
    "amounts": ["problem", "value", "text"],
    "advice": ["label", "text"],
}  # fmt: skip


def documents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name != GOLDEN)


def lines_of(tables: Tables) -> Iterator[str]:
    """One line a row: its table, its number and every column that has a value; the one document is named once."""
    doc_id = tables.documents[0].doc_id
    for table, columns in SCHEMA.items():
        if table in APART:
            continue
        for number, row in enumerate(tables.rows(table), 1):
            told = {column: value for column in columns if (value := getattr(row, column)) not in (None, "")}
            told = {column: value for column, value in told.items() if column not in FITTED}
            if table != "documents":
                assert told.pop("doc_id") == doc_id
            cells = (f"{column}={shown(value)}" for column, value in told.items())
            yield f"{table} {number}: " + " | ".join(cells)


def shown(value: object) -> str:
    return str(plain(value)).replace("\\", "\\\\").replace("\n", "\\n").replace("|", "\\|")


def marked(lines: list[str], known: list[str]) -> list[str]:
    """The lines, with the mark on those that are known to be wrong."""
    wrong = {line.removeprefix(WRONG) for line in known if line.startswith(WRONG)}
    return [f"{WRONG}{line}" if line in wrong else line for line in lines]


def said(tables: Tables, table: str) -> list[list[str]]:
    """What the rows of a table say: a problem is named by its number in the document, white space does not count."""
    numbers = {row.problem_id: row.seq for row in tables.problems}

    def cell(row: Any, column: str) -> str:
        by_number = column == "problem" and table != "problems"
        return "".join(str(numbers.get(row.problem_id) if by_number else plain(getattr(row, column))).split())

    return [[cell(row, column) for column in SAID[table]] for row in tables.rows(table)]


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder: Path, rules: Rules, request: pytest.FixtureRequest) -> None:
    first, *others = [tabulate(gate.read(path, path.name), rules) for path in documents(folder)]
    golden = folder / GOLDEN
    known = golden.read_text(encoding="utf-8").splitlines() if golden.is_file() else []
    got = marked(list(lines_of(first)), known)
    if request.config.getoption("--update"):
        golden.write_text("\n".join(got) + "\n", encoding="utf-8")
        known = got
    if got != known:
        diff = "\n".join(difflib.unified_diff(known, got, "expected", "read now", n=0, lineterm=""))
        pytest.fail(f"{folder.name} reads otherwise (--update writes it anew):\n{diff}", pytrace=False)
    for other in others:
        for table in SAID:
            assert said(other, table) == said(first, table), table


def test_a_known_fault_stays_marked_while_its_line_stays() -> None:
    assert marked(["a", "b"], ["✗ a", "✗ c"]) == ["✗ a", "b"]


def source_of(document: Document, row: Any) -> str:
    """The slice of the document that a row points at."""
    first, last = row.paragraph - 1, (getattr(row, "end_paragraph", None) or row.paragraph) - 1
    start, end = row.start, row.end
    if first == last:
        return str(document.blocks[first].text[start:end])
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
            for one in tables.rows(table):
                assert source_of(document, one) == getattr(one, column), f"{path.name}: {table} {one}"
