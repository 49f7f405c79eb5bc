"""One file → its tables: read … tabulate.  Depends on nothing but the file and the rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.core.directions import NONE, Directions
from pipeline.core.model import Document
from pipeline.core.rows import Tables
from pipeline.extract.account import account
from pipeline.extract.document import Extraction, extract
from pipeline.extract.tabulate import build, doc_id
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules


def process(path: Path, name: str, rules: Rules, directed: Directions = NONE) -> Tables:
    """The tables of one file; `name` is its path in the input, `directed` what a person said.  Raises Rejected."""
    return tabulate(gate.read(path, name), rules, directed)


def process_bytes(data: bytes, name: str, rules: Rules) -> Tables:
    """The tables of one document that lies in memory (a member of an archive).  Raises Rejected."""
    return tabulate(gate.read_bytes(data, name), rules)


def explained(path: Path, name: str, rules: Rules) -> Tables:
    """The tables of one file, and why each of its pieces was read as what it is (`atoms`).  Raises Rejected."""
    document = gate.read(path, name)
    found = extraction(document, rules)
    atoms = account(doc_id(name), found.parsed, found.verdict) if found.parsed is not None else ()
    return replace(build(document, found), atoms=tuple(atoms))


def tabulate(document: Document, rules: Rules, directed: Directions = NONE) -> Tables:
    """The tables of one document that has been read."""
    return build(document, extraction(document, rules, directed))


def extraction(document: Document, rules: Rules, directed: Directions = NONE) -> Extraction:
    """What the rules find in a document."""
    return extract(document, rules, directed)
