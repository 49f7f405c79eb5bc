"""What a person said about how a document is to be read: which reading, and what single pieces of text are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PieceRole:
    """Characters `start` to `end` of paragraph `paragraph` (from 1), which read `text`, are what `role` says."""

    paragraph: int
    start: int
    end: int
    text: str
    role: str  # problem, measure, heading, nothing


@dataclass(frozen=True, slots=True)
class Directions:
    """`reading` is the name of a reading ("": the judge chooses); a piece whose text has changed says nothing."""

    reading: str = ""
    roles: tuple[PieceRole, ...] = ()


NONE = Directions()
PIECE_ROLES = ("problem", "measure", "heading", "nothing")
