"""What a run did, for the person who started it; kept with the results, so that an unchanged rerun can say it again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from pipeline.core.rows import ConflictRow, Tables
from pipeline.core.vocabulary import State
from pipeline.publish.gaps import Gap
from pipeline.publish.overview import counts, doubtful


@dataclass(slots=True)
class Summary:
    """What a run did, for the person who started it."""

    output: Path
    states: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    measures: int = 0
    findings: Counter[str] = field(default_factory=Counter)  # by severity, without the waived ones
    set_aside: list[tuple[str, str]] = field(default_factory=list)  # (file, message) of the quarantined
    doubtful: list[tuple[str, str]] = field(default_factory=list)  # (file, message) of those read in doubt
    reused: int = 0
    units: int = 0
    notes: list[str] = field(default_factory=list)
    conflicts: tuple[ConflictRow, ...] = ()  # decisions that a person should look at
    gaps: list[Gap] = field(default_factory=list)  # results that could not be made
    seconds: float = 0.0
    day: date | None = None  # that deadlines are judged by


def summarised(tables: Tables, output: Path, notes: list[str], seconds: float, reused: int) -> Summary:
    """The figures of a run, units and problems counted as in the workbook's overview."""
    documents, doubted = tables.documents, doubtful(tables)
    units, problems, measures = counts(tables)
    return Summary(
        output=output,
        states=Counter(document.state for document in documents),
        problems=problems,
        measures=measures,
        findings=Counter(finding.severity for finding in tables.findings if not finding.waived),
        set_aside=[(one.file, one.message) for one in documents if one.state == State.QUARANTINED],
        doubtful=[(one.file, doubted[one.doc_id].message) for one in documents if one.doc_id in doubted],
        reused=reused,
        units=units,
        notes=notes,
        conflicts=tables.conflicts,
        seconds=seconds,
    )


def kept(summary: Summary) -> str:
    """A summary without gaps and conflicts as text; `summary_of` reads it."""
    values = {one.name: getattr(summary, one.name) for one in fields(summary) if one.name not in ("gaps", "conflicts")}
    return json.dumps(values, default=str)


def summary_of(text: str, output: Path) -> Summary:
    """The summary that was kept, for a run that has nothing to do."""
    values = json.loads(text)
    return Summary(
        **{
            **values,
            "output": output,
            "states": Counter(values["states"]),
            "findings": Counter(values["findings"]),
            "set_aside": [tuple(pair) for pair in values["set_aside"]],
            "doubtful": [tuple(pair) for pair in values["doubtful"]],
            "day": date.fromisoformat(values["day"]) if values["day"] else None,
        }
    )
