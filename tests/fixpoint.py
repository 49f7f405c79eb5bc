"""Tables of two readings made comparable: what a document says, without where it stands."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace
from typing import Any

from pipeline.core.stored_rows import plain_values

PLACES = {
    "doc_id",
    "problem_id",
    "measure_id",
    "paragraph",
    "start",
    "end",
    "end_paragraph",
    "file",
    "sha256",
    "reader",
    "encoding",
    "coverage",
    "unused_share",
    "confidence",
    "reading",
    "doubts",
    "warnings",
    "state",
    "message",
    "seq",
}
LAYOUT = ("metadata", "cell", "table_heading", "docno", "date")
TABLES = ("documents", "problems", "measures", "claims", "references", "amounts", "advice", "passages")


def comparable(tables) -> dict[str, list[tuple]]:
    """Rows as tuples of what they say; problems by their number, widths and blanks left out."""
    numbers = {row.problem_id: at for at, row in enumerate(tables.problems, 1)}
    out = {}
    for name in TABLES:
        rows = tables.rows(name)
        if name == "passages":
            # the page around a web copy and the headings of a table are layout; date and number are the document's
            rows = [row if row.label else replace(row, level=None) for row in rows if row.part not in LAYOUT]
            rows = _titles_joined(rows)  # without a number a level is the reading's own
        if name in ("references", "amounts"):  # in a ledger they follow each other as its columns do
            rows = sorted(
                rows, key=lambda row: (numbers.get(row.problem_id, 0), row.text if name == "amounts" else row.title)
            )
        out[name] = [
            (
                numbers.get(getattr(row, "problem_id", ""), 0),
                *((k, plain(v)) for k, v in plain_values(name, row).items() if k not in PLACES),
            )
            for row in rows
        ]
    return out


def _titles_joined(rows):
    """A title is one, however many lines it takes."""
    out: list[Any] = []
    for row in rows:
        if out and row.part == "title" == out[-1].part:
            out[-1] = replace(out[-1], text=out[-1].text + row.text)
        else:
            out.append(row)
    return out


def plain(value):
    if not isinstance(value, str):
        return value
    folded = unicodedata.normalize("NFKC", value).replace("\u201c", '"').replace("\u201d", '"')
    return "".join(character for character in folded if not character.isspace())


def differences(first, second) -> list[str]:
    """What only one of two readings says, by table."""
    one, two = comparable(first), comparable(second)
    out = []
    for name in TABLES:
        if one[name] != two[name]:
            a, b = [repr(row) for row in one[name]], [repr(row) for row in two[name]]
            out += [f"{name} {line}" for line in difflib.ndiff(a, b) if line[:1] in "+-"]
    return out
