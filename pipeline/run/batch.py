"""A whole run: inputs → results in the output folder, every input file accounted for exactly once.

`run` reads as the list of what happens.  Documents are read by an engine, each is recorded in the ledger as soon
as it is done, and the results are made from all of them and published at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.directions import Directions
from pipeline.core.errors import InputError, Rejected, escaped
from pipeline.core.rows import Tables, joined
from pipeline.core.vocabulary import ALL_RESULTS
from pipeline.decisions.correction import load_corrections
from pipeline.decisions.directed import roles_told
from pipeline.decisions.reading_choice import FILE as CHOICES
from pipeline.decisions.reading_choice import load_choices
from pipeline.decisions.waiver_list import read_waivers
from pipeline.publish.gaps import Gap, isolated
from pipeline.reconcile.waivers import Waiver
from pipeline.ruleset.labels import load_labels
from pipeline.run import engines, finished, inputs
from pipeline.run.decided import corrected, judged, tell_what_about
from pipeline.run.earlier import as_before, found_again, given_before, newly_chosen, not_found, remember_choices
from pipeline.run.engines import Job, Outcome, T, Task, read_document
from pipeline.run.inputs import InputFile
from pipeline.run.output_folder import OutputFolder, open_place
from pipeline.run.recorder import Recorder, accounted, set_aside
from pipeline.run.run_summary import Summary, summarised
from pipeline.run.still_valid import Earlier, Made, digest_of
from pipeline.run.store import everything_digest, settings_key

if TYPE_CHECKING:
    from pipeline.run.word_documents import Written


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How to run: the folder of rules, the profile, the day that deadlines are judged by, and how many workers."""

    rules: Path
    profile: str = ""  # of `run`: default; of the later commands: that of the run
    as_of: date | None = None
    jobs: int = 0  # 0: as many as processors
    fresh: bool = False  # read every document again
    only: frozenset[str] = ALL_RESULTS  # which results beside the tables
    told: Callable[[str], None] | None = field(default=None, compare=False)  # hears how far it is


def run(given: Sequence[Path], output: Path, settings: RunSettings, task: Task[Tables] = read_document) -> Summary:
    """Read, reconcile and publish.  Raises UserError for what a person must mend."""
    from pipeline.run.rule_files import require_whole

    started = time.monotonic()
    require_whole(settings.rules, settings.profile or "default")  # what is broken is told before anything is written
    found = inputs.discover(given, output)
    waivers = read_waivers(given, load_labels(settings.rules).groups["check"], settings.as_of or date.today())
    with open_place(output) as place:
        place.log(f"开始：{len(found)} 个文件")
        if unknown := tell_what_about(output):
            place.log(unknown)
        entries = _prepared(found, place, settings)
        _remember(place, given, settings)
        key = finished.key_of(entries, place, settings, waivers)
        before = None if settings.fresh else finished.unchanged(place, key)
        if before is not None:
            place.log("输入、规则和结果都没有变化")
            same = sum(not entry.error for entry in entries)
            return replace(before, seconds=time.monotonic() - started, reused=same)
        results, reused = _read_all(entries, place, settings, task)
        place.ledger.set_base(results, settings_key(settings.rules))
        read = joined(results[entry.name] for entry in entries)
        _tell(place, settings, "核对")
        tables, gaps = reconciled(corrected(read, output), settings, waivers, place)
        _log_gaps(place, gaps)
        _tell(place, settings, "写出结果")
        notes, more = publish(tables, place, settings, entries)
        notes += not_found(load_choices(output / CHOICES), results)
        summary = summarised(tables, output, notes, time.monotonic() - started, reused)
        summary = replace(summary, gaps=[*gaps, *more], day=judged_by(settings))
        _log_folders(tables, place)
        finished.remember(place, key, summary, tables.documents)
        place.log(f"结束：用时 {summary.seconds:.1f} 秒，{dict(summary.states)}")
    return summary


def check(output: Path, settings: RunSettings) -> Summary:
    """Reconcile again what an earlier run read, without reading a document, and publish."""
    from pipeline.run.rule_files import require_whole

    started = time.monotonic()
    with open_place(_with_results(output)) as place:
        settings = as_before(place, settings)
        require_whole(settings.rules, settings.profile or "default")
        tables, gaps = _again(place, settings)
        _log_gaps(place, gaps)
        notes, more = publish(tables, place, settings, found_again(place))
        summary = summarised(tables, output, notes, time.monotonic() - started, len(tables.documents))
    return replace(summary, gaps=[*gaps, *more], day=judged_by(settings))


def again(output: Path, settings: RunSettings) -> Summary:
    """Make all results again with today's decisions: from the inputs where they still lie, else from what was read."""
    with open_place(_with_results(output)) as place:
        settings, given = as_before(place, settings), given_before(place)
    return run(given, output, settings) if given and all(map(Path.exists, given)) else check(output, settings)


def report(output: Path, settings: RunSettings, kinds: Sequence[str], unit: str | None) -> list[str]:
    """Write Word documents of the given kinds (none: all) for one unit or all; gives their places and notes."""
    from pipeline.run.word_documents import Wanted, write_documents

    with open_place(_with_results(output)) as place:
        settings = as_before(place, settings)
        tables, gaps = _again(place, settings)
        wanted = Wanted(tuple(kinds), unit, judged_by(settings))
        gaps += write_documents(tables, place.staging, settings.rules, wanted, settings.jobs or _processors()).gaps
        _log_gaps(place, gaps)
        placed = place.publish(None)
    missing = [f"没有写出：{escaped(gap.name)}：{gap.message}" for gap in gaps]
    return [*(str(output / name) for name in placed.files), *placed.notes, *missing]


def _again(place: OutputFolder, settings: RunSettings) -> tuple[Tables, list[Gap]]:
    """What an earlier run read, with today's corrections and waivers."""
    from pipeline.publish.data.tables import read_tables

    read = place.ledger.base()
    # without it only the published tables are there, corrected already
    tables = read_tables(place.output) if read is None else corrected(read, place.output)
    _tell(place, settings, "核对")
    checks, day = load_labels(settings.rules).groups["check"], settings.as_of or date.today()
    waivers = read_waivers(given_before(place), checks, day)
    return reconciled(tables, settings, waivers, place)


def read_one(path: Path, settings: RunSettings, task: Task[Tables] = read_document) -> Tables:
    """One document's tables and findings, nothing written.  Raises InputError when it can't be read."""
    if not path.is_file():
        raise InputError(str(path), "找不到这个文件", "请检查路径是否写对；文件夹请用 zhenggai run 处理")
    entry = inputs.hashed(InputFile(inputs.printable(path.name), path))
    jobs = [Job(entry.name, path, entry.converted, size=entry.size)]
    for _, outcome in engines.processes(jobs, settings.rules, 1, task):
        if outcome.result is None:
            message = Rejected(outcome.error, outcome.detail).message.rstrip("。")
            where, _, remedy = message.rpartition("。")
            raise InputError(str(path), where, remedy)
        tables, gaps = reconciled(outcome.result, settings, [])
        if not gaps:
            return tables
        raise InputError(str(path), "读出后无法核对", gaps[0].message.rstrip("。"))
    raise AssertionError(jobs)  # an engine gives one outcome a job


def _with_results(output: Path) -> Path:
    """The folder, when it holds results of an earlier run."""
    if not (output / "tables" / "documents.csv").is_file():
        raise InputError(str(output), "这个文件夹里没有处理结果", "请先用 zhenggai run 处理文档，或检查路径")
    return output


# --- reading ---------------------------------------------------------------------------------------


def _prepared(found: Iterable[InputFile], place: OutputFolder, settings: RunSettings) -> list[InputFile]:
    """Entries in the order of their names: archives replaced by their files, hashed, equal ones set aside."""
    plain = [entry for entry in found if not entry.is_archive]
    archives = {entry.name: inputs.hashed(entry) for entry in found if entry.is_archive}
    jobs = [Job(entry.name, entry.path, size=entry.size) for entry in archives.values() if not entry.error]
    place.check_space(sum(entry.size for entry in archives.values()))
    plain += [entry for entry in archives.values() if entry.error]
    for job, outcome in _engine(jobs, place.scratch, settings, inputs.expand_archive):
        archive = archives[job.name]
        if outcome.result is None:
            plain.append(replace(archive, error=outcome.error, detail=outcome.detail))
            place.trace(job.name, outcome.trace)
        else:
            plain += inputs.member_entries(archive, outcome.result)
    ordered = inputs.unique(sorted(plain, key=lambda entry: entry.name))
    return inputs.without_duplicates(inputs.hashed(entry) for entry in ordered)


def _read_all(
    entries: list[InputFile], place: OutputFolder, settings: RunSettings, task: Task[Tables]
) -> tuple[dict[str, Tables], int]:
    """The tables of every entry by name, and how many of them were taken from the ledger."""
    key = settings_key(settings.rules)
    if settings.fresh:
        place.ledger.forget()
    choices, names = load_choices(place.output / CHOICES), {entry.name for entry in entries}
    place.ledger.forget_others(names - newly_chosen(place, choices))
    told = roles_told(load_corrections(place.output / finished.CORRECTIONS))
    read_from = {one.name: f"{one.sha256}{told.get(one.name, '')}" for one in entries}
    results: dict[str, Tables] = {}
    waiting: dict[str, InputFile] = {}
    for entry in entries:
        if entry.error:
            results[entry.name] = set_aside(entry)
        elif (known := place.ledger.find(entry.name, read_from[entry.name], key)) is not None:
            results[entry.name] = known
        else:
            waiting[entry.name] = entry
    reused = sum(not entry.error for entry in entries) - len(waiting)
    place.check_space(sum(entry.size for entry in waiting.values()))
    jobs = [
        Job(one.name, one.path, one.converted, Directions(choices.get(one.name, ""), told.get(one.name, ())), one.size)
        for one in waiting.values()
    ]
    with Recorder(place, key) as recorder:
        for job, outcome in _shown(_engine(jobs, settings.rules, settings, task), len(jobs)):
            results[job.name] = accounted(waiting[job.name], outcome)
            recorder.take(replace(waiting[job.name], sha256=read_from[job.name]), results[job.name], outcome)
            if settings.told:
                settings.told(f"读取 {len(results)} / {len(entries)}")
    remember_choices(place, choices)
    return results, reused


def _engine(jobs: list[Job], folder: Path, settings: RunSettings, task: Task[T]) -> Iterator[tuple[Job, Outcome[T]]]:
    """Worker processes, no more than there is work for."""
    workers = min(settings.jobs or _processors(), len(jobs))
    return engines.processes(jobs, folder, workers, task) if workers else iter(())


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _shown(outcomes: Iterator[tuple[Job, Outcome[T]]], total: int) -> Iterator[tuple[Job, Outcome[T]]]:
    """The same, with a progress bar where a person looks on."""
    from tqdm import tqdm

    with tqdm(total=total, desc="读取文档", unit="份", leave=False, disable=None) as bar:
        for pair in outcomes:
            yield pair
            bar.update()


def _tell(place: OutputFolder, settings: RunSettings, stage: str) -> None:
    """Say which stage begins: in the log, to who listens, and on the terminal where a person looks on."""
    place.log(stage)
    if settings.told:
        settings.told(stage)
    if sys.stderr.isatty():
        print(f"{stage}……", file=sys.stderr)


# --- after reading ---------------------------------------------------------------------------------


def reconciled(
    tables: Tables, settings: RunSettings, waivers: list[Waiver], place: OutputFolder | None = None
) -> tuple[Tables, list[Gap]]:
    """The tables with those of the cases and what reviewers decided about findings; the cases that gave none.

    Cases that the ledger of the place knows are not made again.
    """
    from pipeline.reconcile.reconciliation import reconcile
    from pipeline.run.kept_cases import keeping
    from pipeline.run.limited_cases import each_case

    profile = settings.profile or "default"
    each, gaps = each_case(settings.rules, profile, settings.jobs or _processors())
    if place is None:
        return reconcile(tables, settings.rules, profile, settings.as_of, waivers, each=each), gaps
    about = digest_of(everything_digest(settings.rules), profile, finished.decided(place.output))
    kept = keeping(each, place.ledger, about)
    tables = reconcile(tables, settings.rules, profile, settings.as_of, waivers, each=kept)
    return judged(tables, place.output), gaps


def _log_folders(tables: Tables, place: OutputFolder) -> None:
    """Log which folder holds the documents of a unit whose name no folder can bear."""
    from pipeline.publish.overview import units
    from pipeline.publish.word.typography import unit_folders

    renamed = [(name, folder) for name, folder in unit_folders(units(tables)).items() if folder != name]
    if renamed:
        lines = [f"{escaped(name)} → {folder}" for name, folder in renamed]
        place.log("\n  ".join([f"文件夹名与单位名不同的 {len(renamed)} 个：", *lines]))


def publish(
    tables: Tables, place: OutputFolder, settings: RunSettings, entries: Iterable[InputFile]
) -> tuple[list[str], list[Gap]]:
    """Write all results into the staging folder and put them in place.

    Gives what a person must be told, and what could not be made; `entries` are the inputs, for copies with comments.
    """
    from pipeline.publish.data.whole import write_package
    from pipeline.publish.page.pages import FILE as PAGE_FILE
    from pipeline.publish.page.pages import write_batch_page
    from pipeline.publish.place import WORKBOOK
    from pipeline.publish.workbook.workbook_file import write_workbook
    from pipeline.run.word_documents import Wanted, write_documents

    write_package(tables, place.staging / "tables", load_labels(settings.rules))
    day = judged_by(settings)
    shortened: list[str] = []
    gaps: list[Gap] = []
    if "workbook" in settings.only:
        shortened, gaps = write_workbook(tables, place.staging / WORKBOOK, settings.rules, day)
    if "page" in settings.only:
        with isolated(PAGE_FILE, gaps):
            write_batch_page(tables, load_labels(settings.rules), place.staging)
    earlier = Earlier(place.output, {} if settings.fresh else place.ledger.made())
    originals = {entry.name: entry.path for entry in entries if not entry.error}
    wanted = Wanted((), None, day, originals, earlier, finished.decided(place.output), settings.only)
    written = write_documents(tables, place.staging, settings.rules, wanted, settings.jobs or _processors())
    gaps += written.gaps
    _log_gaps(place, gaps)
    placed = place.publish({record for made in written.kept.values() for record in made.files})
    place.ledger.set_made(written.kept | _in_place(written, place, dict(placed.records)))
    return [*shortened, *placed.notes], gaps


def _in_place(written: Written, place: OutputFolder, digests: Mapping[str, str]) -> dict[str, Made]:
    """The units whose documents were all put where they belong."""
    made: dict[str, Made] = {}
    for unit, (key, files) in written.keys.items():
        names = [path.relative_to(place.staging).as_posix() for path in files]
        if all(name in digests for name in names):
            made[unit] = Made(key, tuple((name, digests[name]) for name in names))
    return made


def judged_by(settings: RunSettings) -> date:
    """The day on which the results count time: the run's, else the office's, else today."""
    from pipeline.publish.word.layout import load_profile
    from pipeline.publish.word.letters import office_day

    return settings.as_of or office_day(load_profile(settings.rules)) or date.today()


def _log_gaps(place: OutputFolder, gaps: Iterable[Gap]) -> None:
    for gap in gaps:
        place.log(f"没有写出：{escaped(gap.name)}  {gap.error} {gap.detail}".rstrip())
        place.trace(gap.name, gap.trace)


def _remember(place: OutputFolder, given: Sequence[Path], settings: RunSettings) -> None:
    place.ledger.set_run_values(
        {
            "inputs": json.dumps([str(path.resolve()) for path in given]),
            "profile": settings.profile,
            "as_of": settings.as_of.isoformat() if settings.as_of else "",
        }
    )
