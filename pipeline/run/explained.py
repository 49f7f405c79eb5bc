"""One document with why each of its pieces was read as what it is."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.rows import Tables
from pipeline.run import batch
from pipeline.run.engines import Task, explain_document


def explain_one(path: Path, settings: batch.RunSettings, task: Task[Tables] = explain_document) -> Tables:
    """As `batch.read_one`, with `atoms`.  Raises InputError when it can't be read."""
    return batch.read_one(path, settings, task=task)
