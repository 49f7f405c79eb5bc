"""Simple stages in place of the real ones, so that a whole run can be tried in a moment.

`read` does what a file's first word says: HANG, WAIT, SPIN, DIE, KILL, MEMORY, BUG, REJECT, LATE; any other line of
text is a problem.  It lies in a module because worker processes import it.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline.core.errors import Rejected
from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow, FindingRow, ProblemRow, Tables
from pipeline.core.vocabulary import Kind, Severity
from pipeline.publish.gaps import Gap
from pipeline.run.engines import Job


def doc_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]


def read(job: Job, rules: Path) -> Tables:
    path, name = job.path, job.name
    data = path.read_bytes()
    word = data.split()[0] if data.split() else b""
    if word == b"HANG":
        time.sleep(60)
    if word == b"WAIT":  # longer than the first try may take
        time.sleep(1.5)
    if word == b"SPIN":
        resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        while True:
            pass
    if word == b"DIE":
        os._exit(7)
    if word == b"KILL":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == b"MEMORY":
        bytearray(1 << 40)
    if word == b"BUG":
        raise ValueError(data.decode())
    if word == b"REJECT":
        raise Rejected("no_text", "扫描件")
    if word == b"ONCE":  # dies the first time only
        mark = path.with_suffix(".mark")
        if not mark.exists():
            mark.touch()
            os._exit(7)
    if word == b"LATE":
        data += b"!"
    own = doc_id(name)
    return Tables(
        documents=(
            DocumentRow(
                doc_id=own, file=name, kind=Kind.BULLETIN, encoding="utf-8", sha256=hashlib.sha256(data).hexdigest()
            ),
        ),
        problems=tuple(
            ProblemRow(doc_id=own, problem_id=f"{own}-{number}", seq=number, problem=line)
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1)
        ),
    )


def slow(job: Job, rules: Path) -> Tables:
    time.sleep(0.3)
    return read(job, rules)


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put simple stages where a run looks for the real ones; the program counts as unchanged all the while."""
    from pipeline.run.word_documents import (
        Wanted,
        Written,
    )  # heavy, and nothing for the workers that import this module

    monkeypatch.setattr("pipeline.run.store.tool_version", lambda: "test")

    def each_case(rules: Path, profile: str, workers: int) -> tuple[None, list[Gap]]:
        return None, []

    def reconcile(
        tables: Tables, rules: Path, profile: str, as_of: object, waivers: list[object], each: None
    ) -> Tables:
        message = f"{profile} {as_of} {len(waivers)}"
        items = tuple(ItemRow(case_id="c", problem=row.problem, problem_from=row.doc_id) for row in tables.problems)
        return replace(
            tables,
            items=items,
            findings=tuple(
                FindingRow(doc_id=document.doc_id, check="measure_missing", severity=Severity.WARNING, message=message)
                for document in tables.documents
            ),
        )

    def keeping(each: None, ledger: object, about: str) -> None:
        return each

    def write_workbook(tables: Tables, path: Path, rules: Path, day: object) -> tuple[list[str], list[Gap]]:
        path.write_text(f"workbook {len(tables.problems)}", encoding="utf-8")
        return [], []

    def write_documents(tables: Tables, folder: Path, rules: Path, wanted: Wanted, workers: int = 0) -> Written:
        path = folder / "某校" / "核对报告.docx"
        path.parent.mkdir(parents=True)
        path.write_text(f"report {len(tables.findings)} {list(wanted.kinds) or None} {wanted.unit}", encoding="utf-8")
        return Written([path])

    stages: dict[str, list[Any]] = {
        "pipeline.reconcile.reconciliation": [reconcile],
        "pipeline.run.limited_cases": [each_case],
        "pipeline.run.kept_cases": [keeping],
        "pipeline.publish.workbook.workbook_file": [write_workbook],
        "pipeline.run.word_documents": [write_documents, Wanted],
        "pipeline.extract.tabulate": [doc_id],
        "pipeline.ruleset.rule": [load_rules],
        "pipeline.run.rule_files": [require_whole],
    }
    for name, functions in stages.items():
        module = ModuleType(name)
        for function in functions:
            setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, name, module)


def require_whole(folder: Path, profile: str) -> None:
    load_rules(folder)


def load_rules(folder: Path) -> None:
    if not folder.is_dir():
        raise AssertionError(folder)
