"""Everything for people who analyse: csv and parquet, their description, and the database, in one folder."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.rows import Tables
from pipeline.publish.data.database import write_database
from pipeline.publish.data.descriptor import write_descriptor
from pipeline.publish.data.tables import write_tables
from pipeline.ruleset.labels import Labels


def write_package(tables: Tables, folder: Path, labels: Labels) -> None:
    """Write the whole data package of a run."""
    write_tables(tables, folder)
    write_descriptor(labels, folder)
    write_database(tables, labels, folder)
