"""Cases whose rows an earlier run made from the same papers and decisions are taken from the ledger.

In: what makes the rows of cases, the ledger, and a digest of what all cases depend on.  Out: the same, asked only about
the cases that are new or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.core.rows import Tables
from pipeline.core.stored_rows import plain_values
from pipeline.reconcile.reconciliation import CaseRows, CaseTask, EachCase
from pipeline.run.still_valid import digest_of
from pipeline.run.store import RunStore


def keeping(each: EachCase, ledger: RunStore, about: str) -> EachCase:
    """`each`, with what the ledger knows; cases that could not be made are not kept."""

    def made(tasks: Sequence[CaseTask]) -> Iterator[CaseRows]:
        keys = [_key(task, about) for task in tasks]
        known = {key: _rows(tables) for key, tables in ledger.cases(set(keys)).items()}
        fresh = iter(each([task for task, key in zip(tasks, keys, strict=True) if key not in known]))
        found = {key: known[key] if key in known else next(fresh) for key in keys}
        ledger.set_cases({key: _tables(rows) for key, rows in found.items() if rows != CaseRows()}, set(known))
        return iter([found[key] for key in keys])

    return made


def _rows(tables: Tables) -> CaseRows:
    return CaseRows(tables.links, tables.items, tables.recounts, tables.findings)


def _tables(rows: CaseRows) -> Tables:
    return Tables(links=rows.links, items=rows.items, recounts=rows.recounts, findings=rows.findings)


def _key(task: CaseTask, about: str) -> str:
    """What was read from a paper depends on its bytes, which its row in `documents` names."""
    papers = [[paper.unit, *plain_values("documents", paper.row).values()] for paper in task.case.papers]
    return digest_of(about, task.case.case_id, task.case.unit, sorted(task.units), str(task.as_of), papers)
