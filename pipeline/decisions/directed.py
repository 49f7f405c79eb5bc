"""What a person told of pieces of a paper, out of the store: it goes to the reading before any table is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple

from pipeline.core.directions import PIECE_ROLES, PieceRole
from pipeline.decisions.correction import Correction

READING, ROLE = "reading", "role"  # the table, which no sheet shows, and its field
_PLACE = re.compile(r":(\d{1,9}):(\d{1,9}):(\d{1,9})$")  # paragraph, start, end


def piece_row(doc_id: str, paragraph: int, start: int, end: int) -> str:
    """How the store names a piece of text."""
    return f"{doc_id}:{paragraph}:{start}:{end}"


def roles_told(corrections: Iterable[Correction]) -> dict[str, tuple[PieceRole, ...]]:
    """What people told of pieces of each file, by its name; a row that names no place is left out."""
    roles: dict[str, list[PieceRole]] = {}
    for one in corrections:
        place = _PLACE.search(one.row)
        if one.table == READING and place and one.new in PIECE_ROLES:
            paragraph, start, end = map(int, place.groups())
            roles.setdefault(one.document, []).append(PieceRole(paragraph, start, end, one.anchor, one.new))
    return {name: tuple(sorted(told, key=astuple)) for name, told in roles.items()}
