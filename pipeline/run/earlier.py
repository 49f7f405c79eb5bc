"""What the earlier run of an output folder was started with, for the commands that go on from its results."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.run import inputs
from pipeline.run.inputs import InputFile
from pipeline.run.output_folder import OutputFolder

if TYPE_CHECKING:
    from pipeline.run.batch import RunSettings


def as_before(place: OutputFolder, settings: RunSettings) -> RunSettings:
    """The settings, what is not set being as it was in the earlier run."""
    values = place.ledger.run_values()
    before = date.fromisoformat(values["as_of"]) if values.get("as_of") else None
    return replace(settings, profile=settings.profile or values.get("profile", ""), as_of=settings.as_of or before)


def given_before(place: OutputFolder) -> list[Path]:
    """The inputs of the earlier run."""
    return [Path(path) for path in json.loads(place.ledger.run_values().get("inputs", "[]"))]


def found_again(place: OutputFolder) -> list[InputFile]:
    """The earlier run's inputs as they lie now; none when a folder has moved (their comments are left out then)."""
    given = [path for path in given_before(place) if path.exists()]
    return inputs.discover(given, place.output) if given else []
