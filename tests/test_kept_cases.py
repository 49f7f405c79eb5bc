"""A case is reconciled once: only what is new or changed is asked for again, and the rows are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.core.rows import Tables
from pipeline.reconcile.reconciliation import CaseRows, CaseTask, reconcile, rows_of_case
from pipeline.reconcile.settings import load_settings
from pipeline.ruleset.labels import load_labels
from pipeline.run.kept_cases import keeping
from pipeline.run.store import open_ledger
from tests.making import replaced
from tests.samples import RULES, fictional_case

MADE = load_settings(RULES, "default"), load_labels(RULES)


def run(folder: Path, tables: Tables, about: str = "rules", day: date | None = None) -> tuple[Tables, list[str]]:
    """The tables, and the units of the cases that were made."""
    asked: list[str] = []

    def each(tasks: Sequence[CaseTask]) -> list[CaseRows]:
        asked.extend(task.case.unit for task in tasks)
        return [rows_of_case(task, *MADE) if task.case.unit != "坏" else CaseRows() for task in tasks]

    with open_ledger(folder / "ledger.sqlite") as ledger:
        return reconcile(tables, RULES, "default", day, each=keeping(each, ledger, about)), asked


def test_the_same_case_is_not_made_again(tmp_path: Path) -> None:
    first, asked = run(tmp_path, fictional_case())
    assert asked and first == reconcile(fictional_case(), RULES)
    again, nobody = run(tmp_path, fictional_case())
    assert again == first and nobody == []


def test_whatever_a_case_depends_on_makes_it_anew(tmp_path: Path) -> None:
    _, asked = run(tmp_path, fictional_case())
    assert run(tmp_path, fictional_case(), "other rules")[1] == asked
    assert run(tmp_path, fictional_case(), "other rules", date(2031, 1, 1))[1] == asked
    paper = fictional_case().documents[0]
    changed = replaced(fictional_case(), {paper: replace(paper, sha256="f" * 64)})
    assert run(tmp_path, changed, "other rules", date(2031, 1, 1))[1] == asked


def test_a_case_that_could_not_be_made_is_tried_again(tmp_path: Path) -> None:
    bad = fictional_case()
    bad = replaced(bad, {row: replace(row, unit="坏") for row in bad.documents})
    assert run(tmp_path, bad)[1] == ["坏"]
    assert run(tmp_path, bad)[1] == ["坏"]
