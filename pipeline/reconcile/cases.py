"""Tables of all documents → cases: what belongs together by unit, inspector and round.

A `Paper` is one document with its rows; a `Case` is the papers of one unit in one round, several
reports of a unit standing in the order of their dates.  Nothing is guessed: two documents are kept
apart as soon as both state an inspector, a round or a year of feedback and these differ.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline.core.model import BULLETIN, FEEDBACK, LEDGER, OTHER, PLAN, QUARANTINED, SKIPPED, Row, Tables
from pipeline.ruleset.layers import load
from pipeline.ruleset.shape import items, mapping, pattern, record, text
from pipeline.ruleset.yaml_file import Entry

CASE_KINDS = (FEEDBACK, PLAN, LEDGER, BULLETIN)


def said(row: Row, column: str) -> str:
    """A cell as text; empty for whatever means "not stated"."""
    value = row.get(column)
    if isinstance(value, str):  # nearly always; this is the most called function of all
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value)


def amount(row: Row, column: str) -> float | None:
    """A cell as a number; None when it is not stated."""
    try:
        value = float(said(row, column))
    except ValueError:
        return None
    return None if math.isnan(value) else value


def place(row: Row) -> tuple[int, int]:
    """Where a row stands in its document: paragraph and offset."""
    return int(amount(row, "paragraph") or 0), int(amount(row, "start") or 0)


def true(row: Row, column: str) -> bool:
    """A cell as truth."""
    return said(row, column).strip().lower() in ("true", "1", "1.0", "yes")


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
    {"party_prefixes": _WORDS, "party_suffixes": _WORDS, "generic_short_names": _WORDS, "inspector": pattern,
     "abbreviations": mapping(text),
     "aliases": items(record({"name": text, "also": items(text, 1)}, ("name", "also")))},
    ("party_prefixes", "party_suffixes", "generic_short_names", "inspector", "abbreviations", "aliases"),
)


def load_aliases(rules_folder: Path) -> Aliases:
    """`aliases.yaml`.  Raises RuleError at its line."""
    content: Entry = load(rules_folder, "aliases.yaml", _SHAPE)
    short = {long: str(name) for long, name in content["abbreviations"].items()}
    bare = Aliases(_words(content["party_prefixes"]), _words(content["party_suffixes"]), short,
                   _words(content["generic_short_names"]), re.compile(content["inspector"]), {})
    renamed: dict[str, str] = {}
    for entry in content["aliases"]:
        renamed |= {bare.unit(str(old)): bare.unit(str(entry["name"])) for old in entry["also"]}
    return replace(bare, renamed=renamed)


def _words(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, words), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Paper:
    """One document with its rows, in reading order."""

    row: Row
    unit: str  # comparable form of the unit's name, "" when unknown
    problems: tuple[Row, ...] = ()
    measures: tuple[Row, ...] = ()
    claims: tuple[Row, ...] = ()
    references: tuple[Row, ...] = ()
    amounts: tuple[Row, ...] = ()
    advice: tuple[Row, ...] = ()
    passages: tuple[Row, ...] = ()
    by_problem: Mapping[object, tuple[Row, ...]] = field(default_factory=dict)  # measures by problem_id

    @property
    def doc_id(self) -> str:
        """The document's id."""
        return said(self.row, "doc_id")

    @property
    def kind(self) -> str:
        """feedback, bulletin, plan or ledger."""
        return said(self.row, "kind")

    @property
    def date(self) -> str:
        """When the document was issued; "" when it does not say."""
        return said(self.row, "issued_date")

    def measures_of(self, problem: Row) -> tuple[Row, ...]:
        """The measures under one problem."""
        return self.by_problem.get(problem["problem_id"], ())

    def answer(self, problem: Row) -> str:
        """All text under a problem: its rectification text, else its measures."""
        return said(problem, "rectification") or "\n".join(said(m, "text") for m in self.measures_of(problem))


@dataclass(frozen=True, slots=True)
class Case:
    """The papers of one unit in one round, earliest first within a kind."""

    case_id: str
    unit: str
    papers: tuple[Paper, ...]

    def of(self, *kinds: str) -> list[Paper]:
        """The papers of some kinds."""
        return [paper for paper in self.papers if paper.kind in kinds]

    def stated(self, column: str) -> str:
        """The first value that a paper of the case states, the feedback's before the others'."""
        return next((said(p.row, column) for p in self.papers if said(p.row, column)), "")


def papers_of(tables: Tables, aliases: Aliases) -> list[Paper]:
    """Every document of a kind that takes part in a case, with its rows."""
    rows: dict[str, dict[object, list[Row]]] = {}
    for table in ("problems", "measures", "claims", "references", "amounts", "advice", "passages"):
        rows[table] = defaultdict(list)
        for row in tables.get(table, []):
            rows[table][row["doc_id"]].append(row)
    papers = []
    for document in tables.get("documents", []):
        kind = said(document, "kind")
        if said(document, "state") in (QUARANTINED, SKIPPED) or kind == OTHER or kind not in CASE_KINDS:
            continue
        own = {table: tuple(by_document.get(document["doc_id"], ())) for table, by_document in rows.items()}
        by_problem: dict[object, tuple[Row, ...]] = {}
        for measure in own["measures"]:
            by_problem[measure["problem_id"]] = (*by_problem.get(measure["problem_id"], ()), measure)
        papers.append(Paper(document, aliases.unit(said(document, "unit")), **own, by_problem=by_problem))
    return papers


def build_cases(papers: Sequence[Paper], aliases: Aliases) -> list[Case]:
    """Papers grouped into cases, in the order of the units' names."""
    names = _one_name(papers, aliases)
    groups: dict[str, list[list[Paper]]] = defaultdict(list)
    order = {kind: i for i, kind in enumerate(CASE_KINDS)}
    for paper in sorted(papers, key=lambda p: (order[p.kind], p.date or "9999", said(p.row, "file"), p.doc_id)):
        unit = names[paper.doc_id]
        fitting = next((g for g in groups[unit] if not any(_differ(paper, other, aliases) for other in g)), None)
        if fitting is None or not unit:
            groups[unit].append([paper])
        else:
            fitting.append(paper)
    return [_case(unit, group, aliases) for unit in sorted(groups) for group in groups[unit]]


def _case(unit: str, papers: list[Paper], aliases: Aliases) -> Case:
    name = next((said(p.row, "unit") for p in papers if said(p.row, "unit")), "")
    facts = [next((said(p.row, c) for p in papers if said(p.row, c)), "") for c in ("inspector", "round")]
    key = "|".join([unit, aliases.inspector(facts[0]), facts[1]] if unit else [papers[0].doc_id])
    return Case("c" + hashlib.sha256(key.encode()).hexdigest()[:12], name, tuple(papers))


def _differ(one: Paper, other: Paper, aliases: Aliases) -> bool:
    """Whether both state something that can't hold for one case."""
    inspectors = {aliases.inspector(said(p.row, "inspector")) for p in (one, other)} - {""}
    rounds = {said(p.row, "round") for p in (one, other)} - {""}
    years = {said(p.row, "feedback_date")[:7] for p in (one, other)} - {""}
    return len(inspectors) > 1 or len(rounds) > 1 or len(years) > 1


def _one_name(papers: Sequence[Paper], aliases: Aliases) -> dict[str, str]:
    """doc_id → the unit's name, with short names and missing places led to the full name."""
    full = {paper.unit for paper in papers if paper.unit}
    short: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        name = aliases.unit(said(paper.row, "short_name"))
        if paper.unit and len(name) > 3 and not said(paper.row, "short_name").startswith(aliases.generic):
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
    parent = PurePosixPath(said(paper.row, "file")).parent.as_posix()
    return "" if parent == "." else parent
