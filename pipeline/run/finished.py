"""Whether a run has nothing to do: the same inputs, rules, decisions and day as the last one that ended whole.

In: the inputs, hashed, and the settings.  Out: the last run's summary, when all its results lie in their places as they
were written; then hashing is all that a second run costs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.files import digest_of_file
from pipeline.core.rows import DocumentRow
from pipeline.decisions.reading_choice import FILE as CHOICES
from pipeline.reconcile.waivers import Waiver
from pipeline.run import store
from pipeline.run.inputs import InputFile
from pipeline.run.output_folder import OutputFolder
from pipeline.run.run_summary import Summary, kept, summary_of
from pipeline.run.still_valid import digest_of, lie_there

if TYPE_CHECKING:
    from pipeline.run.batch import RunSettings

CORRECTIONS = "corrections.csv"


def key_of(entries: Sequence[InputFile], place: OutputFolder, settings: RunSettings, waivers: Sequence[Waiver]) -> str:
    """A digest of all that the results depend on."""
    return digest_of(
        store.everything_digest(settings.rules),
        settings.profile or "default",
        str(settings.as_of or date.today()),
        sorted(settings.only),
        decided(place.output),
        [list(asdict(waiver).values()) for waiver in waivers],
        [(entry.name, entry.sha256, entry.error, entry.detail) for entry in entries],
    )


def decided(output: Path) -> str:
    """A digest of what people decided about these results."""
    lists = [path for name in (CORRECTIONS, CHOICES) if (path := output / name).is_file()]
    return " ".join(digest_of_file(path) for path in lists)


def unchanged(place: OutputFolder, key: str) -> Summary | None:
    """The summary of the last run when its results stand, else None."""
    known = place.ledger.run_values().get(store.FINISHED, "")
    if not known or json.loads(known)[0] != key or not lie_there(place.output, place.ledger.published()):
        return None
    return summary_of(json.loads(known)[1], place.output)


def remember(place: OutputFolder, key: str, summary: Summary, documents: Sequence[DocumentRow]) -> None:
    """Record that this run ended whole; one with gaps, passing failures or remarks about files is worth another try."""
    passing = any(document.error in store.PASSING for document in documents)
    told = summary.gaps or summary.notes or summary.conflicts
    place.ledger.set_run_values({store.FINISHED: "" if passing or told else json.dumps([key, kept(summary)])})
