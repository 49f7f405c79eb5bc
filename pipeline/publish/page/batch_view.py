"""What the batch's page shows, as plain lists for its script: units, problems, findings, files, and sums for charts.

Names that repeat (units, checks, aspects) stand once in `names` and by their number elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipeline.core.rows import Tables
from pipeline.core.vocabulary import Severity, State, Status
from pipeline.publish.overview import UNSTATED, counted, doubtful, figures, items_by_unit, live_findings, units
from pipeline.reconcile.findings import DOUBTFUL
from pipeline.ruleset.labels import Labels

STATUSES = (*Status, UNSTATED)
LONGEST = 160  # characters of a problem's words in the list; the unit's page has them whole


class _Names:
    """Each name once, by its number."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._at: dict[str, int] = {}

    def of(self, name: str) -> int:
        if name not in self._at:
            self._at[name] = len(self.all)
            self.all.append(name)
        return self._at[name]


def batch_data(tables: Tables, labels: Labels, pages: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the page of the batch draws; `pages` gives each unit's address."""
    names = _Names()
    documents = units(tables)
    unit_of = {row.doc_id: unit for unit, rows in documents.items() for row in rows}
    items = items_by_unit(tables)
    doubted = doubtful(tables)
    aspect_of = {row.problem_id: row.aspect for row in tables.problems}
    status_of = {row.problem_id: STATUSES.index(row.status or UNSTATED) for row in tables.problems}
    rows = []
    for entry in figures(tables):
        own = items.get(entry.unit, [])
        rows.append(
            {
                "unit": names.of(entry.unit),
                "page": pages.get(entry.unit, ""),
                "papers": entry.documents,
                "problems": entry.problems,
                "measures": entry.measures,
                "statuses": [entry.statuses[status] for status in STATUSES],
                "severities": [entry.severities[severity] for severity in Severity],
                "doubtful": sum(row.doc_id in doubted for row in documents.get(entry.unit, [])),
                "asked": round(sum(row.amount_asked or 0.0 for row in own), 2),
                "settled": round(sum(row.amount_settled or 0.0 for row in own), 2),
            }
        )
    return {
        "names": names.all,
        "units": rows,
        "items": [
            [
                names.of(unit_of.get(row.problem_from, row.unit)),
                names.of(row.aspect),
                STATUSES.index(row.status or UNSTATED),
                row.problem[:LONGEST],
                row.deadline,
            ]
            for row in counted(tables)
        ],
        "findings": [
            [
                names.of(unit_of.get(row.doc_id, row.unit)),
                names.of(row.check),
                Severity(row.severity).rank,
                row.message,
                row.finding_id,
                names.of(aspect_of.get(row.problem_id, "")),
                status_of.get(row.problem_id, -1),
            ]
            for row in sorted(live_findings(tables), key=lambda r: (r.check != DOUBTFUL, Severity(r.severity).rank))
        ],
        "files": [
            [
                row.file,
                labels.of("kind", row.kind),
                labels.of("state", row.state),
                names.of(unit_of.get(row.doc_id, "")),
                row.message,
            ]
            for row in sorted(tables.documents, key=lambda r: (r.state != State.QUARANTINED, r.file))
        ],
        "checks": {row.check: labels.of("check", row.check) for row in tables.findings},
        "statuses": [labels.of("status", status) for status in STATUSES],
        "severities": [labels.of("severity", severity) for severity in Severity],
        "states": Counter(labels.of("state", row.state) for row in tables.documents),
    }
