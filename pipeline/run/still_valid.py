"""What an earlier run made and need not be made again: all results, or the Word documents of one unit.

In: what results depend on (`digest_of` its parts) and what was recorded.  Out: whether it still holds: the same digest,
and every file that was written lies where it was put, with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.files import digest_of_file

PlacedFile = tuple[str, str]  # (path below the output, sha256)


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one unit, and the digest of everything that they depend on."""

    key: str
    files: tuple[PlacedFile, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run made for each unit, in its output folder."""

    output: Path = Path()
    units: Mapping[str, Made] = field(default_factory=dict)

    def of(self, unit: str, key: str) -> Made | None:
        """What was made for a unit when it still holds, None where it must be made again."""
        made = self.units.get(unit)
        return made if made is not None and made.key == key and lie_there(self.output, made.files) else None


def lie_there(output: Path, files: Iterable[PlacedFile]) -> bool:
    """Whether every file is in its place with the bytes that were written; of several records of a file one counts."""
    known: dict[str, set[str]] = {}
    for name, digest in files:
        known.setdefault(name, set()).add(digest)
    return all((output / name).is_file() and digest_of_file(output / name) in ours for name, ours in known.items())


def digest_of(*parts: object) -> str:
    """A digest of plain values (texts, numbers, lists, None)."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=str).encode("ascii")).hexdigest()
