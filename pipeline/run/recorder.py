"""Outcome → the tables of a document, recorded in the ledger and then in the log."""

from __future__ import annotations

import time
from dataclasses import replace

from pipeline.core.errors import Rejected
from pipeline.core.rows import DocumentRow, Tables
from pipeline.core.vocabulary import State
from pipeline.run.engines import Outcome
from pipeline.run.inputs import InputFile
from pipeline.run.output_folder import OutputFolder

_SKIPS = frozenset({"skipped_temp", "skipped_type", "not_a_file", "unsafe_link", "duplicate"})
_TOGETHER = 0.5  # seconds of finished documents that are recorded in one transaction


class Recorder:
    """Records finished documents in the ledger and then in the log, those of half a second together.

    One transaction a document costs as much time as reading it; what is not recorded yet is not reported either.
    """

    def __init__(self, place: OutputFolder, key: str) -> None:
        self._place, self._key = place, key
        self._waiting: list[tuple[InputFile, Tables, Outcome[Tables]]] = []
        self._since = 0.0

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._record()

    def take(self, entry: InputFile, tables: Tables, outcome: Outcome[Tables]) -> None:
        """One more document that is done."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((entry, tables, outcome))
        if time.monotonic() - self._since >= _TOGETHER:
            self._record()

    def _record(self) -> None:
        self._place.ledger.keep(self._key, ((entry.name, entry.sha256, tables) for entry, tables, _ in self._waiting))
        for entry, tables, outcome in self._waiting:
            self._place.log(_line(tables.documents[0], outcome.seconds))
            self._place.trace(entry.name, outcome.trace)
        self._waiting.clear()


def accounted(entry: InputFile, outcome: Outcome[Tables]) -> Tables:
    """The tables of an outcome: its own when they belong to the bytes that were hashed, else the reason's row."""
    if outcome.result is None:
        return set_aside(replace(entry, error=outcome.error, detail=outcome.detail))
    document = outcome.result.documents[0]
    if document.sha256 != entry.sha256:
        return set_aside(replace(entry, error="changed_while_reading"))
    return replace(outcome.result, documents=(replace(document, file=entry.name),))


def set_aside(entry: InputFile) -> Tables:
    """The tables of a file that is not read: its one row in documents."""
    from pipeline.extract.tabulate import doc_id

    state = State.SKIPPED if entry.error in _SKIPS else State.QUARANTINED
    return Tables(
        documents=(
            DocumentRow(
                doc_id=doc_id(entry.name),
                file=entry.name,
                sha256=entry.sha256,
                state=state,
                error=entry.error,
                message=Rejected(entry.error, entry.detail).message,
            ),
        )
    )


def _line(document: DocumentRow, seconds: float) -> str:
    """A document's line in the log: names and classes only."""
    words = [document.file, document.state, document.error, document.warnings, document.encoding]
    if document.coverage is not None and document.coverage < 1:
        words.append(f"读出 {document.coverage:.2%}")
    return "  ".join([*(word for word in words if word), f"{seconds:.2f} 秒"])
