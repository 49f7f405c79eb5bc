"""One file → its tables: read … tabulate.  Depends on nothing but the file and the rules."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.model import Document
from pipeline.core.rows import Tables
from pipeline.extract.document import Extraction, extract
from pipeline.extract.tabulate import build
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules


def process(path: Path, name: str, rules: Rules) -> Tables:
    """The tables of one file; `name` is its path in the input.  Raises Rejected."""
    return tabulate(gate.read(path, name), rules)


def process_bytes(data: bytes, name: str, rules: Rules) -> Tables:
    """The tables of one document that lies in memory (a member of an archive).  Raises Rejected."""
    return tabulate(gate.read_bytes(data, name), rules)


def tabulate(document: Document, rules: Rules) -> Tables:
    """The tables of one document that has been read."""
    return build(document, extraction(document, rules))


def extraction(document: Document, rules: Rules) -> Extraction:
    """What the rules find in a document."""
    return extract(document, rules)
