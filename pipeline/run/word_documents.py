"""All Word documents of a run: the tables cut into one parcel a unit, each written by a limited worker.

What fails costs itself: a document that meets a fault of the program, or the rest of a unit that exceeds the limits
of time and memory, becomes a named gap.  The folder of a unit depends on all units' names, the day that deadlines are
judged by on all documents; both are settled before the parcels are cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.core.errors import InputError, Rejected
from pipeline.core.rows import ROW_TYPES, CaseRow, Row, Tables, tables_of, with_rows
from pipeline.core.stored_rows import plain_values
from pipeline.core.vocabulary import ALL_RESULTS, CASE_KINDS
from pipeline.publish.gaps import Gap, isolated
from pipeline.publish.page.pages import FILE, write_unit_page
from pipeline.publish.word.commented import commentable, write_commented
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.documents import SUMMARY, kinds_named, write_summary, write_unit
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.letters import as_of
from pipeline.publish.word.typography import unit_folders
from pipeline.readers import gate
from pipeline.ruleset.labels import load_labels
from pipeline.run import engines, store
from pipeline.run.engines import Job
from pipeline.run.still_valid import Earlier, Made, digest_of

PAGE = "page"  # the unit's page of the review, beside the kinds of Word documents
_OF_CASES = ("cases", "links", "items", "recounts", "findings", "copies")  # what reconciliation makes
# what the report on all units counts
_OF_ALL = ("documents", "items", "problems", "measures", "claims", "findings", "cases")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents: kinds by code or Chinese name (none: all), one unit or all, judged by which day.

    `originals` are the input files by their names; with them units get copies with comments.  What an `earlier` run
    made and what still holds is not made again.
    """

    kinds: tuple[str, ...] = ()
    unit: str | None = None
    as_of: date | None = None
    originals: Mapping[str, Path] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    decided: str = ""  # a digest of what people decided: it changes what was read
    only: frozenset[str] = ALL_RESULTS  # of these: word, page, annotated


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one worker needs for one unit; for the report on all units `unit` is empty."""

    unit: str
    tables: Tables
    kinds: tuple[str, ...]
    as_of: date | None
    originals: Mapping[str, tuple[Path, str]] = field(default_factory=dict)  # with the sha256 that was read


@dataclass(slots=True)
class Written:
    """The files that were written, in the order of units and kinds, and what could not be made."""

    files: list[Path] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    kept: dict[str, Made] = field(default_factory=dict)  # by unit: of an earlier run, in place
    keys: dict[str, tuple[str, list[Path]]] = field(default_factory=dict)  # by unit: what was made now, whole


def write_documents(tables: Tables, folder: Path, rules: Path, wanted: Wanted, workers: int = 0) -> Written:
    """Write the documents that are wanted, in one folder a unit; without workers in this process, without limits.

    Raises InputError for an unknown kind or unit, TemplateError for a broken template, OutputError where nothing can
    be written.
    """
    whole = WordSource(tables, load_labels(rules), load_profile(rules), wanted.as_of)
    kinds = kinds_named(whole.labels, wanted.kinds)
    if wanted.unit is not None and wanted.unit not in whole.units:
        known = "、".join(list(whole.units)[:10]) or "没有任何单位"
        raise InputError(wanted.unit, "结果里没有这个单位", f"请写成下列之一：{known}")
    folders = unit_folders(whole.units)
    made = Written()
    jobs: list[Job] = []
    keys: dict[str, str] = {}
    everything = store.everything_digest(rules)
    for parcel in _parcels(whole, kinds, wanted):
        key = digest_of(everything, wanted.decided, folders.get(parcel.unit, ""), *_depends_on(parcel))
        before = wanted.earlier.of(parcel.unit, key) if parcel.unit else None
        if before is not None:
            made.kept[parcel.unit] = before
            continue
        keys[parcel.unit] = key
        jobs.append(Job(parcel.unit, folder / folders[parcel.unit] if parcel.unit else folder, given=parcel))
    workers = min(workers, len(jobs))
    outcomes = (
        engines.processes(jobs, rules, workers, write_parcel) if workers else engines.serial(jobs, rules, write_parcel)
    )
    done = dict(outcomes)
    for job in jobs:
        outcome = done[job]
        if outcome.result is None:
            name = job.name or whole.labels.of("report", SUMMARY)
            made.gaps.append(Gap(name, outcome.error, outcome.detail, outcome.trace))
        else:
            made.files += outcome.result.files
            made.gaps += outcome.result.gaps
            if job.name and not outcome.result.gaps:
                made.keys[job.name] = (keys[job.name], outcome.result.files)
    return made


def _depends_on(parcel: Parcel) -> Iterator[object]:
    """What a parcel's documents depend on beside rules and decisions, as plain values.

    What was read from a paper depends on its bytes, which its row in `documents` names.
    """
    yield from (list(parcel.kinds), str(parcel.as_of), sorted(parcel.originals))
    for name in ("documents", *_OF_CASES):
        yield [list(plain_values(name, row).values()) for row in parcel.tables.rows(name)]


def write_parcel(job: Job, rules: Path) -> Written:
    """Write the documents of one parcel into the job's folder."""
    parcel: Parcel = job.given
    source = WordSource(parcel.tables, load_labels(rules), load_profile(rules), parcel.as_of)
    if not parcel.unit:
        return Written(*write_summary(source, job.path, rules))
    kinds = tuple(kind for kind in parcel.kinds if kind != PAGE)
    made = Written(*write_unit(source, parcel.unit, kinds, job.path, rules))
    if PAGE in parcel.kinds:
        with isolated(f"{parcel.unit}·{FILE}", made.gaps):
            made.files.append(write_unit_page(source, parcel.unit, job.path))
    if parcel.originals:
        files, gaps = write_commented(source, parcel.unit, _reader(parcel.originals), job.path)
        made.files += files
        made.gaps += gaps
    return made


def _reader(originals: Mapping[str, tuple[Path, str]]) -> Callable[[str], bytes | None]:
    """Gives an input's bytes by its name; None when it is gone or no longer the file that was read."""

    def original(name: str) -> bytes | None:
        path, digest = originals.get(name, (None, ""))
        try:
            data = gate.load(path) if path else b""
        except Rejected:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    return original


def _parcels(whole: WordSource, kinds: tuple[str, ...], wanted: Wanted) -> Iterator[Parcel]:
    day = as_of(whole)
    kinds = kinds if "word" in wanted.only else ()
    page = (PAGE,) if "page" in wanted.only and not wanted.kinds else ()
    own_kinds = (*(kind for kind in kinds if kind != SUMMARY), *page)
    rows = rows_by_unit(whole)
    for unit, documents in whole.units.items():
        if wanted.unit not in (None, unit):
            continue
        originals = {
            name: (wanted.originals[name], document.sha256)
            for document in documents
            if "annotated" in wanted.only and (name := document.file) in wanted.originals and commentable(name)
        }
        if own_kinds or originals:
            yield Parcel(unit, rows[unit], own_kinds, day, originals)
    if SUMMARY in kinds and wanted.unit is None:
        yield Parcel("", with_rows(Tables(), {name: whole.tables.rows(name) for name in _OF_ALL}), (SUMMARY,), day)


def rows_by_unit(whole: WordSource) -> dict[str, Tables]:
    """The rows of each unit: those of its documents and cases, and those about the unit itself."""
    parcels: dict[str, list[Row]] = {unit: [] for unit in whole.units}
    of_case = {case.case_id: unit for case in whole.tables.cases for unit in [_unit_of_case(whole, case)] if unit}
    for name in ROW_TYPES:
        for row in whole.tables.rows(name):
            doc_id, named = getattr(row, "doc_id", ""), getattr(row, "unit", "")
            unit = whole.unit_of.get(doc_id) or of_case.get(getattr(row, "case_id", ""))
            unit = unit or (named if named in parcels and not doc_id else "")
            other = whole.unit_of.get(getattr(row, "other_doc_id", ""))  # copying concerns both units
            for one in dict.fromkeys((unit, other)):
                if one:
                    parcels[one].append(row)
    return {unit: tables_of(rows) for unit, rows in parcels.items()}


def _unit_of_case(whole: WordSource, case: CaseRow) -> str | None:
    """The unit whose documents a case has."""
    if case.unit in whole.units:
        return case.unit
    ids = (doc_id for kind in CASE_KINDS for doc_id in str(getattr(case, kind)).split(";"))
    return next((whole.unit_of[doc_id] for doc_id in ids if doc_id in whole.unit_of), None)
