"""What the rows of all tables have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A row of any table."""


def beside(**more: Any) -> Any:
    """A field that is kept with its row and is no column of the tables."""
    return field(metadata={"beside": True}, **more)
