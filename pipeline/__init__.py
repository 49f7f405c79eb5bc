"""整改通: reads inspection-rectification documents by rules, reconciles them and rebuilds them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

__version__ = "0.1.0"


def load(output: str | Path) -> dict[str, pandas.DataFrame]:
    """The tables of a run by name, as data frames; `output` is the output folder.  Raises InputError."""
    from pipeline.publish.data.frames import frames

    return frames(Path(output))
