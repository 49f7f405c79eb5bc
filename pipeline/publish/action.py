"""What needs action, for the first screen and the first page of the summary: tables in, small rows out.

Units are ranked by the number of things to be settled; which papers are there, missing or late; problems that several
units have in common; money and people.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import FindingRow, Tables
from pipeline.core.vocabulary import CASE_KINDS, Kind, Severity, Status
from pipeline.publish.due import due_items
from pipeline.publish.overview import UNNAMED, UNSTATED, counted, items_by_unit, live_findings, units
from pipeline.reconcile.recount import PEOPLE

UNANSWERED, DOUBTFUL, LATE_REPORT = "problem_unanswered", "structure_doubtful", "report_late"
TOTALS = frozenset({"total_mismatch", "status_count_mismatch", "parts_mismatch", "rate_mismatch"})
THERE, MISSING, LATE = "there", "missing", "late"
_MOST_NAMED = 3  # wordings of an aspect that are shown beside it


@dataclass(slots=True)
class UnitAction:
    """What is to be settled with one unit, and its papers: kind → there, missing, late ("": not owed)."""

    unit: str
    unanswered: int = 0
    totals: int = 0
    overdue: int = 0
    doubtful: int = 0  # readings and matches that a person should confirm
    errors: int = 0  # others than those above
    warnings: int = 0
    papers: Mapping[Kind, str] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """Papers that it owes."""
        return sum(state == MISSING for state in self.papers.values())

    @property
    def open(self) -> int:
        """Things to be settled: what the units are ranked by."""
        return self.unanswered + self.totals + self.overdue + self.doubtful + self.missing


def unit_actions(tables: Tables, day: datetime.date | None) -> list[UnitAction]:
    """One entry a unit, the one with most to settle first; deadlines are judged by `day`."""
    items, papers = items_by_unit(tables), _papers(tables)
    findings = findings_by_unit(tables)
    out = []
    for unit in units(tables):
        if unit == UNNAMED:
            continue
        entry = UnitAction(unit, papers=papers.get(unit, {}))
        own = items.get(unit, [])
        entry.overdue = sum(one.overdue for one in due_items(own, day, 0)) if day else 0
        entry.doubtful = sum(item.doubtful for item in own)
        for row in findings.get(unit, ()):
            _count(entry, row)
        out.append(entry)
    return sorted(out, key=lambda entry: (-entry.open, -entry.errors, -entry.warnings))


def _count(entry: UnitAction, row: FindingRow) -> None:
    if row.check == DOUBTFUL:
        entry.doubtful += 1
    elif row.severity == Severity.ERROR:
        entry.unanswered += row.check == UNANSWERED
        entry.totals += row.check in TOTALS
        entry.errors += row.check != UNANSWERED and row.check not in TOTALS
    else:
        entry.warnings += row.severity == Severity.WARNING


def findings_by_unit(tables: Tables) -> dict[str, list[FindingRow]]:
    """Findings that nobody waived by unit as `units` names it; copying stands with both units."""
    unit_of = {row.doc_id: unit for unit, rows in units(tables).items() for row in rows}
    out: dict[str, list[FindingRow]] = defaultdict(list)
    for row in live_findings(tables):
        concerned = (row.unit or unit_of.get(row.doc_id, ""), unit_of.get(row.other_doc_id, ""))
        for unit in dict.fromkeys(concerned):
            if unit:
                out[unit].append(row)
    return out


def _papers(tables: Tables) -> dict[str, dict[Kind, str]]:
    """Which papers each unit sent; one of a kind that at least half of the units sent is missing with the others."""
    held: dict[str, set[Kind]] = defaultdict(set)
    for case in tables.cases:
        if case.unit:
            held[case.unit] |= {kind for kind in CASE_KINDS if getattr(case, str(kind))}
    kinds = {row.doc_id: row.kind for row in tables.documents}
    late = {(row.unit, kinds.get(row.doc_id)) for row in tables.findings if row.check == LATE_REPORT and not row.waived}
    senders = Counter(kind for own in held.values() for kind in own)
    owed = {kind for kind in CASE_KINDS if 2 * senders[kind] >= len(held) and senders[kind]}
    return {
        unit: {
            kind: (LATE if (unit, kind) in late else THERE) if kind in own else MISSING if kind in owed else ""
            for kind in CASE_KINDS
        }
        for unit, own in held.items()
    }


@dataclass(frozen=True, slots=True)
class Common:
    """A problem that several units have in common: how its first unit words it, and all of its rows."""

    problem: str
    items: tuple[ItemRow, ...]

    @property
    def units(self) -> list[str]:
        """The units that have it, each once."""
        return list(dict.fromkeys(item.unit for item in self.items))

    @property
    def done(self) -> int:
        """How many of its rows are done."""
        return sum(item.status == Status.DONE for item in self.items)


def common_problems(tables: Tables) -> list[Common]:
    """Problems of more than one unit, the most widespread first."""
    clusters: dict[str, list[ItemRow]] = defaultdict(list)
    for item in counted(tables):
        if item.cluster:
            clusters[item.cluster].append(item)
    found = [Common(_headline(rows), tuple(rows)) for rows in clusters.values()]
    shared = [one for one in found if len(one.units) > 1]
    return sorted(shared, key=lambda one: (-len(one.units), -len(one.items), one.problem))


def _headline(items: Iterable[ItemRow]) -> str:
    """The shortest headline of like problems."""
    heads = (item.problem.replace("。", "，").split("，")[0] for item in items)
    return min(heads, key=lambda head: (len(head), head))


@dataclass(frozen=True, slots=True)
class Topic:
    """An aspect of the office's list: its problems by status, and how the papers call it."""

    name: str
    statuses: Counter[str]
    wordings: tuple[str, ...]


def topics(tables: Tables) -> list[Topic]:
    """The aspects of the office's list, the one with most problems first."""
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    wordings: dict[str, Counter[str]] = defaultdict(Counter)
    for item in counted(tables):
        statuses[item.topic][item.status or UNSTATED] += 1
        wordings[item.topic][item.aspect] += bool(item.aspect)
    ordered = sorted(statuses, key=lambda name: (-statuses[name].total(), name))
    return [
        Topic(
            name,
            statuses[name],
            tuple(sorted(+wordings[name], key=lambda word: (-wordings[name][word], word))[:_MOST_NAMED]),
        )
        for name in ordered
    ]


def money(items: Iterable[ItemRow]) -> tuple[float, float]:
    """The sums that problems name and those that were settled, in yuan."""
    rows = list(items)
    return sum(row.amount_asked or 0.0 for row in rows), sum(row.amount_settled or 0.0 for row in rows)


def people(tables: Tables) -> dict[str, int]:
    """How many people were dealt with, by metric: of each unit the largest number that a paper states."""
    unit_of = {row.doc_id: unit for unit, rows in units(tables).items() for row in rows if unit != UNNAMED}
    stated: dict[tuple[str, str], float] = {}
    for claim in tables.claims:
        unit = unit_of.get(claim.doc_id)
        if unit and claim.metric in PEOPLE and not claim.scope and not claim.part_of:
            stated[claim.metric, unit] = max(stated.get((claim.metric, unit), 0.0), claim.value or 0.0)
    sums = {metric: int(sum(value for (name, _), value in stated.items() if name == metric)) for metric in PEOPLE}
    return {metric: number for metric, number in sums.items() if number}
