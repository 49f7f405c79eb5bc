"""No case costs another one: one that fails, or whose worker dies, is a named gap, and all others are made."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass, replace

import pytest

from pipeline.reconcile import reconciliation
from pipeline.reconcile.cases import Case
from pipeline.reconcile.reconciliation import CaseRows, CaseTask, reconcile
from pipeline.run import limited_cases
from pipeline.run.limited_cases import each_case
from tests.samples import RULES, fictional_case


@dataclass(frozen=True, slots=True)
class Dying(CaseTask):
    """A case whose worker dies when it looks at it."""

    def __getattribute__(self, name: str) -> object:
        if name == "case" and multiprocessing.parent_process() is not None:
            os._exit(7)
        return object.__getattribute__(self, name)


def tasks() -> list[CaseTask]:
    taken: list[CaseTask] = []

    def take(given: list[CaseTask]) -> list[CaseRows]:
        taken.extend(given)
        return [CaseRows()] * len(given)

    reconcile(fictional_case(), RULES, each=take)  # type: ignore[arg-type]
    return taken


def renamed(task: CaseTask, unit: str) -> CaseTask:
    return replace(task, case=replace(task.case, unit=unit))


def test_workers_give_what_this_process_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    here = reconcile(fictional_case(), RULES)
    monkeypatch.setattr(limited_cases, "SMALL_ROWS", 0)
    each, gaps = each_case(RULES, "default", 2)
    assert reconcile(fictional_case(), RULES, each=each) == here
    assert gaps == []


def test_a_case_that_meets_a_fault_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = tasks()
    real = reconciliation.rows_of_case

    def faulty(task: CaseTask, *others: object) -> CaseRows:
        if task.case.unit == "乙":
            raise ValueError("秘密")
        return real(task, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(limited_cases, "rows_of_case", faulty)
    each, gaps = each_case(RULES, "default", 1)
    made = list(each([renamed(task, "甲"), renamed(task, "乙"), renamed(task, "丙")]))
    assert [bool(rows.items) for rows in made] == [True, False, True]
    assert [(gap.name, gap.error) for gap in gaps] == [("乙（核对）", "internal_error")]
    assert gaps[0].trace.endswith("\nValueError")


def test_a_case_whose_worker_dies_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_cases, "SMALL_ROWS", 0)
    (task,) = tasks()
    case: Case = replace(task.case, unit="乙")
    dying = Dying(case, task.units, task.by_reviewer, task.as_of)
    each, gaps = each_case(RULES, "default", 2)
    made = list(each([renamed(task, "甲"), dying, renamed(task, "丙")]))
    assert [bool(rows.items) for rows in made] == [True, False, True]
    assert [(gap.name, gap.error) for gap in gaps] == [("乙（核对）", "crash")]


def test_only_large_cases_need_a_worker() -> None:
    (task,) = tasks()
    assert limited_cases._is_small(*limited_cases._size(task))
    paper = task.case.papers[0]
    long = replace(paper, problems=(replace(paper.problems[0], problem="长" * 100_001),))
    assert not limited_cases._is_small(*limited_cases._size(replace(task, case=replace(task.case, papers=(long,)))))
