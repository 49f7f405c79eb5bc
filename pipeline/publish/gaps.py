"""What could not be made of the results: one document, sheet or unit costs itself, never the run.

A fault of the program while one thing is made becomes a `Gap` with its name; what a person must mend (a broken
template, a full disk) still ends the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.core.errors import Rejected, UserError, trace_of


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing from the results: its name for people, its class, and where the fault arose."""

    name: str
    error: str
    detail: str = ""
    trace: str = ""

    @property
    def message(self) -> str:
        """Reason and remedy for a person."""
        return Rejected(self.error, self.detail).message


@contextmanager
def isolated(name: str, gaps: list[Gap]) -> Iterator[None]:
    """A fault inside is one more gap of this name; what concerns the whole run passes."""
    try:
        yield
    except (UserError, OSError, MemoryError):
        raise
    except Exception as error:
        gaps.append(Gap(name, "internal_error", trace=trace_of(error)))
