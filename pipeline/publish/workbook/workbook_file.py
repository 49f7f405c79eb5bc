"""The workbook `整改台账.xlsx`: tables in, sheets for people out, with what `zhenggai apply` needs to read them back.

Yellow columns are for people; every row carries its stable id and the values as they were written in
two hidden columns at the end.  Layout and cell rules are in `sheets.py`, figures in `overview.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path

from pipeline.core.files import replace_file
from pipeline.core.rows import (
    Tables,
)
from pipeline.decisions.columns import (
    ANCHORS,
    EDITABLE,
    IDENTITIES,
    Decided,
    digest,
    positions,
    row_identity,
)
from pipeline.publish.gaps import Gap, isolated
from pipeline.publish.word.layout import load_profile
from pipeline.publish.workbook import finding_sheets, tabs
from pipeline.publish.workbook.front import write_guide
from pipeline.publish.workbook.overview_sheet import Front, write_overview
from pipeline.publish.workbook.sheets import Book
from pipeline.ruleset.labels import load_labels


def write_workbook(
    tables: Tables, path: Path, rules_folder: Path, day: date | None = None
) -> tuple[list[str], list[Gap]]:
    """Write the workbook of a run; gives what could not be shown as it is, and the sheets that could not be made.

    `day` is the one that deadlines are judged by; without it the sheet of what is due is left out.
    Raises OutputError.
    """
    labels = load_labels(rules_folder)
    book = Book()
    due = () if day is None else ("due",)
    copied = ("copies",) if tables.copies else ()
    order = (
        "guide",
        "overview",
        "items",
        *due,
        "problems",
        "measures",
        "claims",
        "links",
        "findings",
        *copied,
        "unused",
        "failed",
        "documents",
    )
    sheets = {name: book.sheet(labels.of("sheet", name), _TABS.get(name, "")) for name in order}
    context = tabs.WorkbookContext(tables, labels, book, sheets)
    if tables.conflicts:
        sheets["conflicts"] = book.sheet(labels.of("sheet", "conflicts"), "C00000")
    gaps: list[Gap] = []
    fill: dict[str, Callable[[tabs.WorkbookContext], object]] = {
        "conflicts": tabs.write_conflicts,
        "problems": tabs.write_problems,
        "measures": tabs.write_measures,
        "claims": tabs.write_claims,
        "links": tabs.write_links,
        "findings": finding_sheets.write_findings,
        "copies": finding_sheets.write_copies,
        "items": tabs.write_items,
        "unused": tabs.write_unused,
        "documents": tabs.write_documents,
        "failed": tabs.write_failed,
        "due": lambda context: tabs.write_due(context, day or date.min, load_profile(rules_folder)),
        "overview": lambda context: write_overview(
            Front(tables, labels, book, sheets["overview"], day, context.first_findings)
        ),
        "guide": lambda context: write_guide(labels, book, sheets["guide"], sheets),
    }
    for name, write in fill.items():
        if name in sheets:
            with isolated(f"{path.name}·{labels.of('sheet', name)}", gaps):
                write(context)
    _identities(context)
    written = replace_file(path, book.content())
    if written != path:
        book.warnings.append(f"“{path.name}”正被其他程序打开，已另存为“{written.name}”")
    return list(dict.fromkeys(book.warnings)), gaps


_TABS = {
    "overview": "3B5B7F",
    "items": "70AD47",
    "due": "C00000",
    "problems": "70AD47",
    "measures": "70AD47",
    "claims": "5B9BD5",
    "links": "5B9BD5",
    "findings": "C00000",
    "copies": "C00000",
    "failed": "C00000",
}


def _identities(context: tabs.WorkbookContext) -> None:
    """All ids as they were written, on a sheet that nobody sees: what is missing later was deleted by a person."""
    sheet = context.book.sheet(IDENTITIES)
    sheet.page.very_hidden()
    tables = context.tables
    rows: dict[str, Sequence[Decided]] = {
        "problems": tables.problems,
        "measures": tables.measures,
        "claims": tables.claims,
        "findings": tables.findings,
        "documents": tables.documents,
    }
    columns = {
        name: [
            f"{row_identity(row, at)}|{row.doc_id}|{digest(getattr(row, ANCHORS[name]))}"
            for at, row in positions(rows[name])
        ]
        for name in EDITABLE
    }
    context.book.line(sheet, list(columns), ["plain"] * len(columns))
    for values in zip_longest(*columns.values()):
        context.book.line(sheet, values, ["plain"] * len(values))
