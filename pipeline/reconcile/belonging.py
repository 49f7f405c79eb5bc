"""Which unit each paper belongs to, by all evidence: its own words, its folder, the papers beside it.

Papers in; doc_id → comparable name of the unit out, "" where nothing says it.  A short name (县教体局, 城关小学) stands
for the one unit of the batch that it can mean, else for the one that the folder's other papers name; a paper without a
name belongs to the one unit of its folder, or to the unit that the folder is called after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pipeline.core.rows import ProblemRow, by_problem
from pipeline.reconcile.aliases import Aliases
from pipeline.reconcile.paper import Paper

_JOINT = 2  # units that one paper must answer for by name to be a joint one


def unit_names(papers: Sequence[Paper], aliases: Aliases) -> dict[str, str]:
    """doc_id → the unit's name, one spelling a unit."""
    stated = {paper.unit for paper in papers if paper.unit}
    short = _short_names(papers, aliases)
    names: dict[str, str] = {}
    open_still: dict[str, set[str]] = {}
    for paper in papers:
        meant = _meant(paper.unit, stated, short, aliases) if paper.unit else set()
        names[paper.doc_id] = next(iter(meant)) if len(meant) == 1 else ""
        open_still[paper.doc_id] = meant
    known = set(names.values()) - {""}
    for paper in papers:
        if not names[paper.doc_id]:
            beside = _of_folder(paper, papers, names, known, aliases)
            meant = open_still[paper.doc_id]
            names[paper.doc_id] = beside if not meant or beside in meant else ""
    return {paper.doc_id: names[paper.doc_id] or paper.unit for paper in papers}


def _short_names(papers: Iterable[Paper], aliases: Aliases) -> dict[str, set[str]]:
    """What papers call their unit for short (以下简称…) → its names."""
    short: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        name = aliases.unit(paper.row.short_name)
        if paper.unit and len(name) > 3 and not paper.row.short_name.startswith(aliases.generic):
            short[name].add(paper.unit)
    return short


def _meant(name: str, stated: Collection[str], short: Mapping[str, set[str]], aliases: Aliases) -> set[str]:
    """The units that a name can mean: the fullest of those that it is a shorter way of writing."""
    longer = {full for full in stated if full != name and aliases.means(name, full)} | short.get(name, set()) - {name}
    fullest = {full for full in longer if not any(other != full and aliases.means(full, other) for other in longer)}
    return fullest or {name}


def _of_folder(
    paper: Paper, papers: Sequence[Paper], names: Mapping[str, str], known: Collection[str], aliases: Aliases
) -> str:
    """The unit of the paper's folder; a folder for one kind of paper is a part of the one above it."""
    folder = PurePosixPath(paper.row.file.replace("\\", "/")).parent
    while folder.name:
        called = {full for full in known if aliases.means(aliases.folder(folder.name), full)}
        if len(called) == 1:
            return called.pop()
        beside = {names[other.doc_id] for other in papers if _inside(other, folder)} - {""}
        if len(beside) == 1:
            return beside.pop()
        own = aliases.folder(folder.name)
        if own or beside or not aliases.paper_folder.search(folder.name):
            return own if not beside else ""
        folder = folder.parent
    return ""


def _inside(paper: Paper, folder: PurePosixPath) -> bool:
    return folder in PurePosixPath(paper.row.file.replace("\\", "/")).parents


def shared(paper: Paper, units: Collection[str], aliases: Aliases) -> dict[str, list[ProblemRow]]:
    """The problems of a joint paper by the units that it answers for under their names; {} for a paper of one unit."""
    found: dict[str, list[ProblemRow]] = defaultdict(list)
    for row in paper.problems:
        for name in (row.school, row.aspect, row.category):
            plain = aliases.unit(name)
            meant = {unit for unit in units if plain and aliases.means(plain, unit)}
            if len(meant) == 1:
                found[meant.pop()].append(row)
                break
    return dict(found) if len(found) >= _JOINT else {}


def parted(papers: Sequence[Paper], names: Mapping[str, str], aliases: Aliases) -> Iterator[tuple[Paper, str]]:
    """Every paper with its unit; of a joint paper also the part of each unit that has papers of its own."""
    for paper in papers:
        others = {name for doc_id, name in names.items() if doc_id != paper.doc_id and name} - {names[paper.doc_id]}
        parts = shared(paper, others, aliases)
        given = frozenset(row.problem_id for rows in parts.values() for row in rows)
        yield replace(paper, given=given), names[paper.doc_id]
        for unit, rows in parts.items():
            yield _part(paper, unit, rows), unit


def _part(paper: Paper, unit: str, rows: Sequence[ProblemRow]) -> Paper:
    """What a joint paper says of one unit: its problems and measures, no totals."""
    own = {row.problem_id for row in rows}
    measures = [row for row in paper.measures if row.problem_id in own]
    return replace(
        paper,
        unit=unit,
        problems=rows,
        measures=measures,
        claims=(),
        references=[row for row in paper.references if row.problem_id in own],
        amounts=[row for row in paper.amounts if row.problem_id in own],
        advice=(),
        passages=(),
        by_problem=by_problem(measures),
        part=True,
    )
