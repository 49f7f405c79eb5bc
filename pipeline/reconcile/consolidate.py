"""The consolidated table: the strands of a case in, one row a problem out.

Which paper wins for which field is the profile's (`items`): kinds of papers in the order of their weight, the newest of
a kind first, or `latest` for the newest of all.  What a reviewer decided stands above every paper.  What the other
papers say otherwise is kept beside the value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import FactRow, ProblemRow
from pipeline.core.vocabulary import CLOSED, OPEN, REVIEWER, Kind, Status
from pipeline.reconcile.cases import Case
from pipeline.reconcile.match import plain
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.settings import LATEST, Settings
from pipeline.reconcile.strands import Strand
from pipeline.reconcile.sums import repaid, sums

ByReviewer = frozenset[tuple[str, str]]  # (problem_id, field) of what a reviewer decided
Value = Any  # of a field: text, a status, yuan; "" and None are "not stated"
FieldReading = Callable[[Paper, Sequence[ProblemRow]], Value]
Differs = Callable[[Value, Value], bool]


def decided(facts: Iterable[FactRow]) -> ByReviewer:
    """What reviewers decided about problems."""
    return frozenset((fact.problem_id, fact.field) for fact in facts if fact.rule == REVIEWER)


def items_of(case: Case, strands: Sequence[Strand], settings: Settings, by_reviewer: ByReviewer) -> Iterator[ItemRow]:
    """One row a strand, in their order."""
    for number, strand in enumerate(strands, 1):
        yield _Maker(case, strand, settings, by_reviewer).row(number)


def open_still(item: ItemRow) -> bool:
    """Whether a problem is stated as not done, or no bulletin says what was done about it: who reports measures without
    a status may be done."""
    reported = bool(item.bulletin_problem_id and item.measures_reported)
    return item.status in OPEN or (item.status is None and not reported)


@dataclass(frozen=True, slots=True)
class _Maker:
    """One row in the making."""

    case: Case
    strand: Strand
    settings: Settings
    decided: ByReviewer

    def row(self, number: int) -> ItemRow:
        first = self.strand.rows[0][1][0]
        status = self._chosen("status", status_of, _other)
        owed = self._chosen("amount_asked", self._asked, _other)
        values: dict[str, Any] = {
            **self._chosen("aspect", _joined("aspect"), _reworded),
            **self._chosen("category", _joined("category"), _reworded),
            **self._chosen("problem", _joined("problem", "；"), _reworded),
            **status,
            **self._chosen("lead", self._name("lead"), _renamed),
            **self._chosen("dept", self._name("dept"), _renamed),
            **self._chosen("person", self._name("person"), _renamed),
            **self._chosen("deadline", _deadline, another_day),
            **owed,
            **self._chosen("amount_settled", self._settled(owed["amount_asked"]), _other),
            **self._chosen("measures_planned", _measures),
            **self._chosen("measures_reported", _measures),
        }
        if values["status"] in OPEN or values["status"] is None:
            values |= self._chosen("reason", self._reason)
        told = self._rows_of(values["status_from"])
        timed = self._rows_of(values["deadline_from"]) or [r for _, rows in self.strand.rows for r in rows]
        return ItemRow(
            case_id=self.case.case_id,
            item_id=self._identity(),
            seq=number,
            unit=self.case.unit,
            added=self.strand.added,
            topic=self.settings.topic(values["aspect"], values["category"], values["problem"]),
            doubtful=self.strand.doubtful,
            school=first.school,
            status_text="；".join(dict.fromkeys(r.status_text for r in told if r.status_text)),
            long_term=_lasting(told),
            deadline_text="；".join(dict.fromkeys(r.deadline_text for r in timed if r.deadline_text)),
            feedback_problem_id=self._ids(Kind.FEEDBACK),
            plan_problem_id=self._ids(Kind.PLAN),
            ledger_problem_id=self._ids(Kind.LEDGER),
            bulletin_problem_id=self._ids(Kind.BULLETIN),
            **values,
        )

    def _identity(self) -> str:
        paper, rows = self.strand.rows[0]
        key = f"{self.case.case_id}|{paper.doc_id}|{rows[0].problem_id}"
        return "i" + hashlib.sha256(key.encode()).hexdigest()[:12]

    def _ids(self, kind: Kind) -> str:
        return ";".join(r.problem_id for paper, rows in self.strand.rows if paper.kind == kind for r in rows)

    def _rows_of(self, doc_id: str) -> list[ProblemRow]:
        return [r for paper, rows in self.strand.rows if paper.doc_id == doc_id for r in rows]

    def _chosen(self, field: str, read: FieldReading, differs: Differs | None = None) -> dict[str, Any]:
        """The field's value, the document it came from and, where `differs` tells them, the others' values."""
        said = [
            (paper, value) for paper, rows in self._ordered(field) if (value := read(paper, rows)) not in ("", None)
        ]
        if not said:
            return {field: ItemRow.__dataclass_fields__[field].default, f"{field}_from": ""}
        (source, value), *others = said
        row = {field: value, f"{field}_from": source.doc_id}
        if differs is not None:
            told = {p.doc_id: other for p, other in others if differs(value, other)}
            row[f"{field}_others"] = json.dumps(told, ensure_ascii=False) if told else ""
        return row

    def _ordered(self, field: str) -> list[tuple[Paper, tuple[ProblemRow, ...]]]:
        """The strand's papers, the one that weighs most for a field first; papers that don't count for it left out."""
        newest = list(reversed(self.strand.rows))
        policy = self.settings.profile.items[field]
        ordered = [entry for kind in policy for entry in newest if kind in (LATEST, entry[0].kind)]
        return sorted(ordered, key=lambda entry: not self._by_reviewer(field, entry[1]))

    def _by_reviewer(self, field: str, rows: Sequence[ProblemRow]) -> bool:
        return any(
            (r.problem_id, field) in self.decided or (field == "status" and r.review_state == CLOSED) for r in rows
        )

    def _name(self, field: str) -> FieldReading:
        read = _joined(field)

        def stated(paper: Paper, rows: Sequence[ProblemRow]) -> str:
            name: str = read(paper, rows)
            return "" if self.settings.find("empty_answer", name.strip()) else name

        return stated

    def _asked(self, paper: Paper, rows: Sequence[ProblemRow]) -> float | None:
        """The largest sum that the problem names."""
        return max((one.value for r in rows for one in sums(r.problem, self.settings)), default=None)

    def _settled(self, owed: float | None) -> FieldReading:
        def read(paper: Paper, rows: Sequence[ProblemRow]) -> float | None:
            return repaid([m for r in rows for m in paper.measures_of(r)], owed, self.settings)

        return read

    def _reason(self, paper: Paper, rows: Sequence[ProblemRow]) -> str:
        """The first sentence that says why a problem is not finished."""
        for r in rows:
            for sentence in self.settings.split("sentence_end", f"{r.status_text}。{paper.answer(r)}"):
                if self.settings.find("reason", sentence):
                    return sentence
        return ""


def _joined(field: str, mark: str = "、") -> FieldReading:
    """Reads a text of all rows, each wording once."""

    def read(paper: Paper, rows: Sequence[ProblemRow]) -> str:
        return mark.join(dict.fromkeys(text for r in rows if (text := getattr(r, field))))

    return read


def status_of(paper: Paper, rows: Sequence[ProblemRow]) -> Status | None:
    """The status that is furthest behind: a problem answered in two parts is as far as the slower one."""
    if any(r.review_state == CLOSED for r in rows):
        return Status.DONE
    return max((r.status for r in rows if r.status), key=lambda one: one.rank, default=None)


def _deadline(paper: Paper, rows: Sequence[ProblemRow]) -> str:
    return max((r.deadline for r in rows if r.deadline), default="")


def _measures(paper: Paper, rows: Sequence[ProblemRow]) -> str:
    return "\n".join(dict.fromkeys(f"{m.label}{m.text}" for r in rows for m in paper.measures_of(r) if m.text))


def _other(one: Value, other: Value) -> bool:
    return bool(one != other)


def _reworded(one: str, other: str) -> bool:
    return plain(one) != plain(other)


def _renamed(one: str, other: str) -> bool:
    """Whether two names can't be the same: neither holds the other (校长顾青, 顾青)."""
    a, b = plain(one), plain(other)
    return a not in b and b not in a


def another_day(one: str, other: str) -> bool:
    """Whether two dates differ; a month equals each of its days."""
    length = min(len(one), len(other))
    return one[:length] != other[:length]


def _lasting(rows: Sequence[ProblemRow]) -> bool | None:
    """Whether one of the rows is kept up for good; None where none says how far it is."""
    stated = [row.long_term for row in rows if row.long_term is not None]
    return any(stated) if stated else None
