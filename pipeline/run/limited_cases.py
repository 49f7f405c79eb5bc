"""The rows of each case, made so that no case costs another one.

Large cases are made by workers that are held to the limits of time and memory.  A small one cannot need more than a
worker may use, and is made in this process: a pool costs more than it does.  A case that fails or exceeds the limits
has no links, items and findings, and is a named gap; the tables of its papers stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from pipeline.publish.gaps import Gap
from pipeline.reconcile.reconciliation import CaseRows, CaseTask, EachCase, rows_of_case
from pipeline.reconcile.settings import Settings, load_settings
from pipeline.ruleset.labels import Labels, load_labels
from pipeline.run import engines
from pipeline.run.engines import Job, Outcome

SMALL_ROWS = 2_000  # problems, measures and passages of a case that is made here; usual ones have some hundred
SMALL_CHARACTERS = 100_000  # and of their words; usual ones have some ten thousand
_BYTES = 3  # of a Chinese character: so that a case may use what its files may


def each_case(rules: Path, profile: str, workers: int) -> tuple[EachCase, list[Gap]]:
    """What makes the rows of cases in their order, and the list that takes those that could not be made."""
    gaps: list[Gap] = []
    return partial(_made, rules=rules, profile=profile, workers=workers, gaps=gaps), gaps


def _made(tasks: Sequence[CaseTask], rules: Path, profile: str, workers: int, gaps: list[Gap]) -> Iterator[CaseRows]:
    sizes = [_size(task) for task in tasks]
    jobs = [
        Job(str(number), rules, given=(task, profile), size=_BYTES * characters)
        for number, (task, (_, characters)) in enumerate(zip(tasks, sizes, strict=True))
    ]
    small = [job for job, size in zip(jobs, sizes, strict=True) if _is_small(*size)]
    large = [job for job, size in zip(jobs, sizes, strict=True) if not _is_small(*size)]
    done: dict[str, Outcome[CaseRows]] = {}
    in_workers = engines.processes(large, rules, min(workers, len(large)), _rows) if large else ()
    for outcomes in (engines.serial(small, rules, _rows), in_workers):
        done |= {job.name: outcome for job, outcome in outcomes}
    for job, task in zip(jobs, tasks, strict=True):
        outcome = done[job.name]
        if outcome.result is None:
            name = f"{task.case.unit or task.case.papers[0].row.file}（核对）"
            gaps.append(Gap(name, outcome.error, outcome.detail, outcome.trace))
        yield outcome.result or CaseRows()


def _size(task: CaseTask) -> tuple[int, int]:
    """How many problems, measures and passages a case has, and how many characters."""
    rows: Iterable[str] = (
        text
        for paper in task.case.papers
        for texts in (
            (problem.problem for problem in paper.problems),
            (measure.text for measure in paper.measures),
            (passage.text for passage in paper.passages),
        )
        for text in texts
    )
    lengths = [len(text) for text in rows]
    return len(lengths), sum(lengths)


def _is_small(rows: int, characters: int) -> bool:
    return rows <= SMALL_ROWS and characters <= SMALL_CHARACTERS


def _rows(job: Job, rules: Path) -> CaseRows:
    task, profile = job.given
    return rows_of_case(task, *_loaded(rules, profile))


@cache
def _loaded(rules: Path, profile: str) -> tuple[Settings, Labels]:
    return load_settings(rules, profile), load_labels(rules)
