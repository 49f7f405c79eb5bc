"""The row of the consolidated table: one problem of a case over all of its papers."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.row import Row
from pipeline.core.vocabulary import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow(Row):
    """One problem of a case, over feedback, plan, ledger and bulletins.

    Beside a field: `_from`, the document that its value was taken from, and `_others`, what other documents of the
    case say otherwise, as JSON from doc_id to value.  `measures_…` hold one measure a line; sums are in yuan.  The
    ids of the problem in the papers of a kind are joined by `;`.  `added`: no feedback names it.  `doubtful`: a person
    should confirm that the papers speak of the same problem.  `topic` is the aspect of the office's own list; problems
    that several units have in common bear the same `cluster`, the item_id of the first of them.
    """

    case_id: str
    item_id: str = ""
    seq: int = 0
    unit: str = ""
    added: bool = False
    school: str = ""
    aspect: str = ""
    aspect_from: str = ""
    aspect_others: str = ""
    topic: str = ""
    category: str = ""
    category_from: str = ""
    category_others: str = ""
    problem: str = ""
    problem_from: str = ""
    problem_others: str = ""
    status: Status | None = None
    status_from: str = ""
    status_others: str = ""
    status_text: str = ""
    long_term: bool | None = None
    lead: str = ""
    lead_from: str = ""
    lead_others: str = ""
    dept: str = ""
    dept_from: str = ""
    dept_others: str = ""
    person: str = ""
    person_from: str = ""
    person_others: str = ""
    deadline: str = ""
    deadline_from: str = ""
    deadline_others: str = ""
    deadline_text: str = ""
    measures_planned: str = ""
    measures_planned_from: str = ""
    measures_reported: str = ""
    measures_reported_from: str = ""
    reason: str = ""
    reason_from: str = ""
    amount_asked: float | None = None
    amount_asked_from: str = ""
    amount_asked_others: str = ""
    amount_settled: float | None = None
    amount_settled_from: str = ""
    amount_settled_others: str = ""
    feedback_problem_id: str = ""
    plan_problem_id: str = ""
    ledger_problem_id: str = ""
    bulletin_problem_id: str = ""
    doubtful: bool = False
    cluster: str = ""
