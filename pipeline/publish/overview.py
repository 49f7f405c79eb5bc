"""Counts of a run by unit, status and check: tables in, small rows out; the workbook and the summary report share them.

A unit's figures come from one document, so that a problem named in feedback, plan and bulletin counts
once: the bulletin, else the ledger, else the plan, else the feedback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.core.model import BULLETIN, FEEDBACK, LEDGER, OK, PLAN, WARNED, Row, Tables
from pipeline.core.vocabulary import STATUSES

UNSTATED = "unstated"
UNNAMED = "未写明单位"  # notices, minutes and the like that name no unit: together, and counted as no unit
_RANK = {BULLETIN: 0, LEDGER: 1, PLAN: 2, FEEDBACK: 3}


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
    def rate(self) -> float | None:
        """The share of problems that are done; None without any status."""
        if not self.problems or not sum(self.statuses[s] for s in STATUSES):
            return None
        return self.statuses["done"] / self.problems


def by_document(tables: Tables, table: str) -> dict[str, list[Row]]:
    """Rows of a table by document, in their order."""
    groups: dict[str, list[Row]] = {}
    for row in tables.get(table, ()):
        groups.setdefault(str(row["doc_id"]), []).append(row)
    return groups


def read_documents(tables: Tables) -> list[Row]:
    """Documents that were read."""
    return [row for row in tables.get("documents", ()) if row["state"] in (OK, WARNED, None)]


def unit_name(document: Row) -> str:
    """The inspected unit; where the text names none the file with its folder, which often is the unit's."""
    if document["unit"]:
        return str(document["unit"])
    if document["kind"] not in _RANK:
        return UNNAMED
    path = PurePosixPath(str(document["file"] or document["doc_id"] or "未命名").replace("\\", "/"))
    return f"{path.parent.name}·{path.stem}" if path.parent.name else path.stem


def units(tables: Tables) -> dict[str, list[Row]]:
    """Documents by unit: those of one case together, the rest by their own unit."""
    case_units = {
        doc_id: str(case["unit"])
        for case in tables.get("cases", ())
        for kind in (FEEDBACK, PLAN, LEDGER, BULLETIN)
        for doc_id in str(case[kind] or "").split(";")  # several reports of a unit stand in one case
        if doc_id and case["unit"]
    }
    groups: dict[str, list[Row]] = {}
    for document in read_documents(tables):
        groups.setdefault(case_units.get(str(document["doc_id"])) or unit_name(document), []).append(document)
    return groups


def main_document(documents: Sequence[Row]) -> Row | None:
    """The document whose problems count for the unit."""
    ranked = [row for row in documents if row["kind"] in _RANK]
    return min(ranked, key=lambda row: (_RANK[str(row["kind"])], -_day(row))) if ranked else None


def _day(row: Row) -> int:
    return int("".join(c for c in str(row["issued_date"] or "0") if c.isdigit()) or 0)


def figures(tables: Tables) -> list[UnitFigures]:
    """One entry a unit, in the documents' order."""
    problems, measures = by_document(tables, "problems"), by_document(tables, "measures")
    findings: dict[str, Counter[str]] = {}
    for row in live_findings(tables):
        findings.setdefault(str(row["doc_id"]), Counter())[str(row["severity"])] += 1
    out = []
    for unit, documents in units(tables).items():
        entry = UnitFigures(unit, len(documents))
        main = main_document(documents)
        for document in documents:
            entry.severities.update(findings.get(str(document["doc_id"]), Counter()))
        if main:
            own = problems.get(str(main["doc_id"]), [])
            entry.problems, entry.measures = len(own), len(measures.get(str(main["doc_id"]), []))
            entry.statuses.update(str(row["status"] or UNSTATED) for row in own)
            entry.long_term = sum(bool(row["long_term"]) for row in own)
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


def live_findings(tables: Tables) -> list[Row]:
    """Findings that nobody has waived."""
    return [row for row in tables.get("findings", ()) if not row["waived"]]


def by_check(tables: Tables) -> dict[str, Counter[str]]:
    """Severities by check, the most frequent first."""
    out: dict[str, Counter[str]] = {}
    for row in live_findings(tables):
        out.setdefault(str(row["check"]), Counter())[str(row["severity"])] += 1
    return dict(sorted(out.items(), key=lambda item: (-item[1]["error"], -item[1].total(), item[0])))


def by_aspect(tables: Tables) -> dict[str, Counter[str]]:
    """Statuses by aspect over all units' main documents."""
    mains = {str(main["doc_id"]) for docs in units(tables).values() if (main := main_document(docs))}
    out: dict[str, Counter[str]] = {}
    for row in tables.get("problems", ()):
        if row["doc_id"] in mains:
            out.setdefault(str(row["aspect"] or ""), Counter())[str(row["status"] or UNSTATED)] += 1
    return out
