"""A county's batch as offices send it: every unit found, every problem counted once, nothing accused wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from benchmarks.county import Measured, measured
from pipeline.core.rows import joined, tables_of
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.layers import rules_folder

pytestmark = pytest.mark.slow
# the tables that come from single documents
READ = (
    "documents", "problems", "measures", "claims", "references", "amounts", "advice", "passages", "facts", "paragraphs"
)  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Measured, Path]]:
    folder = tmp_path_factory.mktemp("county")
    yield measured(folder), folder / "output"


def test_units_problems_errors_and_deadlines_are_those_of_the_truth(county: tuple[Measured, Path]):
    out, _ = county
    assert out.truth.files >= 60
    assert len(out.truth.problems) == 20
    assert out.faults == []


def test_the_first_screen_ranks_the_units_by_what_is_to_be_settled(county: tuple[Measured, Path]):
    _, output = county
    sheet = openpyxl.load_workbook(output / "整改台账.xlsx")["总览"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    top = next(at for at, row in enumerate(rows) if row[:2] == ["单位", "须处理合计"])
    opened = []
    for row in sheet.iter_rows(min_row=top + 2, max_row=top + 21, values_only=True):
        opened.append(row[1] or 0)
    assert opened == sorted(opened, reverse=True)
    assert opened[0] > 0
    assert opened[-1] == 0


def test_the_order_of_the_files_changes_nothing(county: tuple[Measured, Path]):
    tables, folder = county[0].tables, rules_folder()
    read = [row for name in READ for row in tables.rows(name)]
    parts = [tables_of(row for row in read if getattr(row, "doc_id", "") == one.doc_id) for one in tables.documents]
    there, back = reconcile(joined(parts), folder), reconcile(joined(reversed(parts)), folder)
    for name in ("cases", "links", "items", "findings", "copies"):
        assert set(there.rows(name)) == set(back.rows(name)), name
