"""Tables of all documents → cases: what belongs together by unit, inspector and round.

A `Paper` is one document with its rows; a `Case` is the papers of one unit in one round, several
reports of a unit standing in the order of their dates.  Nothing is guessed: two documents are kept
apart as soon as both state an inspector, a round or a year of feedback and these differ.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline.core.reading_rows import ReadingRow
from pipeline.core.rows import (
    AdviceRow,
    AmountRow,
    ClaimRow,
    DocumentRow,
    MeasureRow,
    PassageRow,
    ProblemRow,
    ReferenceRow,
    Tables,
    by_document,
    by_problem,
)
from pipeline.core.vocabulary import CASE_KINDS, READ, Kind
from pipeline.ruleset.layers import load
from pipeline.ruleset.shape import items, mapping, pattern, record, text
from pipeline.ruleset.yaml_file import Entry


@dataclass(frozen=True, slots=True)
class Aliases:
    """How names of units are made comparable (`rules/aliases.yaml`)."""

    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    abbreviations: Mapping[str, str]
    generic: tuple[str, ...]
    group: re.Pattern[str]
    renamed: Mapping[str, str]

    def inspector(self, name: str) -> str:
        """中共X县委第三巡察组 = 县委第三巡察组 = 县委巡察三组; empty when it names no numbered group."""
        match = self.group.search(unicodedata.normalize("NFKC", name))
        if match is None:
            return ""
        return (match["name"] or match["name2"]) + (match["number"] or match["number2"])

    def unit(self, name: str) -> str:
        """中共X委员会 = X党委 = X; a former name becomes the present one."""
        plain = "".join(char for char in unicodedata.normalize("NFKC", name) if char.isalnum())
        plain = self._stripped(plain)
        for long, short in self.abbreviations.items():
            plain = plain.replace(long, short)
        return self.renamed.get(plain, plain)

    def _stripped(self, name: str) -> str:
        for prefix in self.prefixes:
            name = name.removeprefix(prefix)
        for _ in range(2):  # 党支部 after 中学党委 and the like
            suffix = next((end for end in self.suffixes if name.endswith(end) and len(name) > len(end) + 1), "")
            name = name.removesuffix(suffix)
        return name


_WORDS = items(text)
_SHAPE = record(
    {
        "party_prefixes": _WORDS,
        "party_suffixes": _WORDS,
        "generic_short_names": _WORDS,
        "inspector": pattern,
        "abbreviations": mapping(text),
        "aliases": items(record({"name": text, "also": items(text, 1)}, ("name", "also"))),
    },
    ("party_prefixes", "party_suffixes", "generic_short_names", "inspector", "abbreviations", "aliases"),
)


def load_aliases(rules_folder: Path) -> Aliases:
    """`aliases.yaml`.  Raises RuleError at its line."""
    content: Entry = load(rules_folder, "aliases.yaml", _SHAPE)
    short = {long: str(name) for long, name in content["abbreviations"].items()}
    bare = Aliases(
        _words(content["party_prefixes"]),
        _words(content["party_suffixes"]),
        short,
        _words(content["generic_short_names"]),
        re.compile(content["inspector"]),
        {},
    )
    renamed: dict[str, str] = {}
    for entry in content["aliases"]:
        renamed |= {bare.unit(str(old)): bare.unit(str(entry["name"])) for old in entry["also"]}
    return replace(bare, renamed=renamed)


def _words(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, words), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Paper:
    """One document with its rows, in reading order."""

    row: DocumentRow
    unit: str  # comparable form of the unit's name, "" when unknown
    problems: Sequence[ProblemRow] = ()
    measures: Sequence[MeasureRow] = ()
    claims: Sequence[ClaimRow] = ()
    references: Sequence[ReferenceRow] = ()
    amounts: Sequence[AmountRow] = ()
    advice: Sequence[AdviceRow] = ()
    passages: Sequence[PassageRow] = ()
    by_problem: Mapping[str, Sequence[MeasureRow]] = field(default_factory=dict)  # measures by problem_id
    readings: Sequence[ReadingRow] = ()  # the chosen one, and others where it is in doubt

    @property
    def doc_id(self) -> str:
        """The document's id."""
        return self.row.doc_id

    @property
    def kind(self) -> Kind:
        """What it is; `other` where nobody said."""
        return self.row.kind or Kind.OTHER

    @property
    def date(self) -> str:
        """When the document was issued; "" when it does not say."""
        return self.row.issued_date

    def measures_of(self, problem: ProblemRow) -> Sequence[MeasureRow]:
        """The measures under one problem."""
        return self.by_problem.get(problem.problem_id, ())

    def answer(self, problem: ProblemRow) -> str:
        """All text under a problem: its rectification text, else its measures."""
        return problem.rectification or "\n".join(m.text for m in self.measures_of(problem))


@dataclass(frozen=True, slots=True)
class Case:
    """The papers of one unit in one round, earliest first within a kind."""

    case_id: str
    unit: str
    papers: tuple[Paper, ...]

    def of(self, *kinds: Kind) -> list[Paper]:
        """The papers of some kinds."""
        return [paper for paper in self.papers if paper.kind in kinds]

    def stated(self, column: str) -> str:
        """The first value that a paper of the case states, the feedback's before the others'."""
        return _stated(self.papers, column)


def _stated(papers: Iterable[Paper], column: str) -> str:
    return next((value for paper in papers if (value := getattr(paper.row, column))), "")


def papers_of(tables: Tables, aliases: Aliases) -> list[Paper]:
    """Every document of a kind that takes part in a case, with its rows."""
    problems, measures, claims = (
        by_document(tables.problems),
        by_document(tables.measures),
        by_document(tables.claims),
    )
    references, amounts = by_document(tables.references), by_document(tables.amounts)
    advice, passages = by_document(tables.advice), by_document(tables.passages)
    readings = by_document(tables.readings)
    papers = []
    for row in tables.documents:
        if row.state not in READ or row.kind not in CASE_KINDS:
            continue
        name, own = row.doc_id, measures.get(row.doc_id, [])
        papers.append(
            Paper(
                row,
                aliases.unit(row.unit),
                problems.get(name, ()),
                own,
                claims.get(name, ()),
                references.get(name, ()),
                amounts.get(name, ()),
                advice.get(name, ()),
                passages.get(name, ()),
                by_problem(own),
                readings.get(name, ()),
            )
        )
    return papers


def build_cases(papers: Sequence[Paper], aliases: Aliases) -> list[Case]:
    """Papers grouped into cases, in the order of the units' names."""
    names = _one_name(papers, aliases)
    groups: dict[str, list[list[Paper]]] = defaultdict(list)
    order = {kind: i for i, kind in enumerate(CASE_KINDS)}
    for paper in sorted(papers, key=lambda p: (order[p.kind], p.date or "9999", p.row.file, p.doc_id)):
        unit = names[paper.doc_id]
        fitting = next((g for g in groups[unit] if not any(_differ(paper, other, aliases) for other in g)), None)
        if fitting is None or not unit:
            groups[unit].append([paper])
        else:
            fitting.append(paper)
    return [_case(unit, group, aliases) for unit in sorted(groups) for group in groups[unit]]


def _case(unit: str, papers: list[Paper], aliases: Aliases) -> Case:
    name = _stated(papers, "unit")
    facts = [_stated(papers, column) for column in ("inspector", "round")]
    key = "|".join([unit, aliases.inspector(facts[0]), facts[1]] if unit else [papers[0].doc_id])
    return Case("c" + hashlib.sha256(key.encode()).hexdigest()[:12], name, tuple(papers))


def _differ(one: Paper, other: Paper, aliases: Aliases) -> bool:
    """Whether both state something that can't hold for one case."""
    inspectors = {aliases.inspector(p.row.inspector) for p in (one, other)} - {""}
    rounds = {p.row.round for p in (one, other)} - {""}
    years = {p.row.feedback_date[:7] for p in (one, other)} - {""}
    return len(inspectors) > 1 or len(rounds) > 1 or len(years) > 1


def _one_name(papers: Sequence[Paper], aliases: Aliases) -> dict[str, str]:
    """doc_id → the unit's name, with short names and missing places led to the full name."""
    full = {paper.unit for paper in papers if paper.unit}
    short: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        name = aliases.unit(paper.row.short_name)
        if paper.unit and len(name) > 3 and not paper.row.short_name.startswith(aliases.generic):
            short[name].add(paper.unit)
    by_tail = _longer_names(full)
    folders: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        if paper.unit:
            folders[_folder(paper)].add(paper.unit)
    names = {}
    for paper in papers:
        name = paper.unit
        for known in (short, by_tail):
            if name and len(known.get(name, ())) == 1:
                name = next(iter(known[name]))
        here = folders.get(_folder(paper), set())
        if not name and _folder(paper) and len(here) == 1:
            name = next(iter(here))  # a folder of its own may say whose document it is
        names[paper.doc_id] = name
    return names


def _longer_names(names: Iterable[str]) -> dict[str, set[str]]:
    """A name without its place (枫桥路小学) → the names that end so (梧川区枫桥路小学)."""
    known = set(names)
    found: dict[str, set[str]] = defaultdict(set)
    for name in known:
        for cut in range(1, len(name) - 4):
            if name[cut:] in known:
                found[name[cut:]].add(name)
    return found


def _folder(paper: Paper) -> str:
    parent = PurePosixPath(paper.row.file).parent.as_posix()
    return "" if parent == "." else parent
