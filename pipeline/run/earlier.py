"""What the earlier run of an output folder was started with, for the commands that go on from its results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.rows import Tables
from pipeline.run import inputs
from pipeline.run.inputs import InputFile
from pipeline.run.output_folder import OutputFolder

if TYPE_CHECKING:
    from pipeline.run.batch import RunSettings

_CHOSEN = "readings"  # among the values of a run


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


def newly_chosen(place: OutputFolder, choices: Mapping[str, str]) -> set[str]:
    """The files for which another reading is chosen now than when they were read."""
    before: dict[str, str] = json.loads(place.ledger.run_values().get(_CHOSEN, "{}"))
    return {file for file in {*before, *choices} if before.get(file) != choices.get(file)}


def remember_choices(place: OutputFolder, choices: Mapping[str, str]) -> None:
    """Record which readings were asked for."""
    place.ledger.set_run_values({_CHOSEN: json.dumps(dict(choices))})


def not_found(choices: Mapping[str, str], results: Mapping[str, Tables]) -> list[str]:
    """A remark on each file in which the chosen reading was not found; where it was, the reading is certain."""
    return [
        f"{file}：选定的读法 {choices[file]} 没有读出来（文件或规则有变），按程序的读法处理，请重新选定"
        for file in sorted(choices.keys() & results.keys())
        if results[file].documents[0].confidence not in (None, 1.0)
    ]
