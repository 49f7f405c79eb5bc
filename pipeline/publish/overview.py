"""Counts of a run by unit, status and check: tables in, small rows out; the workbook and the summary report share them.

A unit's problems and statuses come from the consolidated table, so that a problem named in feedback, plan and bulletin
counts once, and one that no feedback names does not count; measures are those of the unit's main document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow, FindingRow, Tables, by_document
from pipeline.core.vocabulary import READ, Kind, Severity, Status

UNSTATED = "unstated"
DOUBTFUL = "structure_doubtful"
UNNAMED = "未写明单位"  # notices, minutes and the like that name no unit: together, and counted as no unit
_RANK = {Kind.BULLETIN: 0, Kind.LEDGER: 1, Kind.PLAN: 2, Kind.FEEDBACK: 3}


@dataclass(slots=True)
class UnitFigures:
    """What the overview says of one unit."""

    unit: str
    documents: int = 0
    problems: int = 0
    measures: int = 0
    long_term: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)

    @property
    def stated(self) -> int:
        """How many problems have a stated status."""
        return sum(self.statuses[status] for status in Status)

    @property
    def rate(self) -> float | None:
        """The share of problems that are done among those with a stated status; None without any."""
        return self.statuses[Status.DONE] / self.stated if self.stated else None


def read_documents(tables: Tables) -> list[DocumentRow]:
    """Documents that were read."""
    return [row for row in tables.documents if row.state in READ]


def doubtful(tables: Tables) -> dict[str, FindingRow]:
    """The documents whose reading is in doubt, by `doc_id`, each with what is said of it; none that was waived."""
    return {row.doc_id: row for row in tables.findings if row.check == DOUBTFUL and not row.waived}


def unit_name(document: DocumentRow) -> str:
    """The inspected unit; where the text names none the file with its folder, which often is the unit's."""
    if document.unit:
        return document.unit
    path = PurePosixPath((document.file or document.doc_id).replace("\\", "/"))
    return f"{path.parent.name}·{path.stem}" if path.parent.name else path.stem


def units(tables: Tables) -> dict[str, list[DocumentRow]]:
    """Documents by unit, those of one case together; papers of no inspection and empty forms make no unit of their own.

    A joint bulletin stands with the unit that issued it.
    """
    case_units = {case.case_id: case.unit for case in tables.cases}
    known = set(case_units.values()) - {""}
    with_problems = {row.doc_id for row in tables.problems}
    groups: dict[str, list[DocumentRow]] = {}
    aside: list[DocumentRow] = []
    for document in read_documents(tables):
        unit = case_units.get(document.case_id) or document.unit
        if document.kind in _RANK and (unit or document.doc_id in with_problems):
            groups.setdefault(unit or unit_name(document), []).append(document)
        elif unit in known:
            groups.setdefault(unit, []).append(document)
        else:
            aside.append(document)
    return groups | ({UNNAMED: aside} if aside else {})


def main_document(documents: Sequence[DocumentRow]) -> DocumentRow | None:
    """The document whose problems count for the unit."""
    ranked = [(_RANK[row.kind], -_day(row), row) for row in documents if row.kind in _RANK]
    return min(ranked, key=lambda entry: entry[:2])[2] if ranked else None


def _day(row: DocumentRow) -> int:
    return int("".join(c for c in row.issued_date if c.isdigit()) or 0)


def figures(tables: Tables) -> list[UnitFigures]:
    """One entry a unit, in the documents' order."""
    items, measures = items_by_unit(tables), by_document(tables.measures)
    findings: dict[str, Counter[str]] = {}
    for row in live_findings(tables):
        findings.setdefault(row.doc_id, Counter())[row.severity] += 1
    out = []
    for unit, documents in units(tables).items():
        entry = UnitFigures(unit, len(documents))
        main = main_document(documents)
        for document in documents:
            entry.severities.update(findings.get(document.doc_id, Counter()))
        if main:
            entry.measures = len(measures.get(main.doc_id, []))
        own = items.get(unit, [])
        entry.problems = len(own)
        entry.statuses.update(row.status or UNSTATED for row in own)
        entry.long_term = sum(bool(row.long_term) for row in own)
        out.append(entry)
    return out


def total(entries: Sequence[UnitFigures], name: str) -> UnitFigures:
    """The sum over units."""
    out = UnitFigures(name)
    for entry in entries:
        out.documents += entry.documents
        out.problems += entry.problems
        out.measures += entry.measures
        out.long_term += entry.long_term
        out.statuses.update(entry.statuses)
        out.severities.update(entry.severities)
    return out


def counts(tables: Tables) -> tuple[int, int, int]:
    """Units, problems and measures of a batch, each unit's from its one document."""
    entries = figures(tables)
    together = total(entries, "")
    return sum(entry.unit != UNNAMED for entry in entries), together.problems, together.measures


def live_findings(tables: Tables) -> list[FindingRow]:
    """Findings that nobody has waived."""
    return [row for row in tables.findings if not row.waived]


def by_check(tables: Tables) -> dict[str, Counter[str]]:
    """Severities by check, the most frequent first."""
    out: dict[str, Counter[str]] = {}
    for row in live_findings(tables):
        out.setdefault(row.check, Counter())[row.severity] += 1
    return dict(sorted(out.items(), key=lambda item: (-item[1][Severity.ERROR], -item[1].total(), item[0])))


def counted(tables: Tables) -> list[ItemRow]:
    """The problems that count: those that no feedback names are shown, not counted."""
    return [row for row in tables.items if not row.added]


def items_by_unit(tables: Tables) -> dict[str, list[ItemRow]]:
    """The problems that count, by unit as `units` names it."""
    unit_of = {row.doc_id: unit for unit, rows in units(tables).items() for row in rows}
    groups: dict[str, list[ItemRow]] = {}
    for row in counted(tables):
        groups.setdefault(unit_of.get(row.problem_from, row.unit), []).append(row)
    return groups
