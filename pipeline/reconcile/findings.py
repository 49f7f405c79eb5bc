"""Defects → findings: words for people, one row a defect whatever the number of papers that show it, a stated order.

A finding names its file and the place in it, and both of the other side where two things are compared.  The order is
severity, then the rank of the check (its place in `rules/checks.yaml`), then the place in the paper; units with the
most errors come first, readings in doubt before all.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow, FindingRow, Tables
from pipeline.core.text import place_in_file
from pipeline.core.values import chinese_date
from pipeline.core.vocabulary import Kind, Severity
from pipeline.reconcile.cases import Case
from pipeline.reconcile.match import plain
from pipeline.reconcile.places import Whereabouts
from pipeline.reconcile.registry import Defect
from pipeline.reconcile.settings import Settings
from pipeline.reconcile.waivers import Waiver, waived_by
from pipeline.ruleset.labels import Labels

DOUBTFUL, COPIED = "structure_doubtful", "copied_between_units"
# words that a check gives as code names → the group of their labels; what is no code stays as it is
_LABELLED = (
    ("metric", "metric"),
    ("source", "kind"),
    ("kind", "kind"),
    ("missing", "kind"),
    ("before", "status"),
    ("now", "status"),
    ("signs", "doubt"),
)
_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_QUOTE = 300  # characters of a quotation that a message repeats in full
# the paper that a defect of several papers is told of: the one that answers last
_FIRST_TOLD = (Kind.BULLETIN, Kind.LEDGER, Kind.PLAN, Kind.FEEDBACK, Kind.OTHER)


def finding(name: str, defect: Defect, case: Case, settings: Settings, labels: Labels) -> FindingRow:
    """The row of a defect, without its places, id and waiver."""
    own = Severity(settings.profile.severity[name])
    severity = max(own, defect.severity or own, key=lambda one: one.rank)
    problem_id = defect.problem_id or (defect.problem.problem_id if defect.problem else "")
    paragraph = defect.paragraph
    if paragraph is None and defect.problem is not None:
        paragraph = defect.problem.paragraph or 0
    other = defect.other or (defect.paper if defect.other_quote else None)
    wording = settings.wording[name]
    words = _words(defect, labels)
    return FindingRow(
        case_id=case.case_id,
        doc_id=defect.paper.doc_id,
        unit=case.unit,
        check=name,
        problem_id=problem_id,
        severity=severity,
        message=(wording.message if problem_id or not wording.whole else wording.whole).format_map(words),
        expected=defect.expected,
        actual=defect.actual,
        quote=defect.quote,
        other_quote=defect.other_quote,
        paragraph=paragraph,
        other_doc_id=other.doc_id if other else "",
        other_paragraph=defect.other_paragraph,
        suggestion=wording.suggestion.format_map(words),
    )


class _Words(dict[str, str]):
    """Words for a message; one that a check did not give is left empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _words(defect: Defect, labels: Labels) -> _Words:
    """What the messages may say: codes as their labels, dates as people write them."""
    words = _Words(
        {
            "quote": _cut(defect.quote),
            "other": _cut(defect.other_quote),
            "expected": defect.expected,
            "actual": defect.actual,
            "file": defect.paper.file_name,
            "other_file": defect.other.file_name if defect.other else "",
            **defect.words,
        }
    )
    for key, group in _LABELLED:
        if key in words:
            words[key] = "、".join(labels.of(group, code) for code in words[key].split("、"))
    return _Words({key: chinese_date(text) if _ISO.fullmatch(text) else text for key, text in words.items()})


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "……"


def doubted(found: list[FindingRow], settings: Settings) -> list[FindingRow]:
    """Where a paper's reading is in doubt, what depends on its structure accuses nobody: it is information."""
    doubtful = {one.doc_id for one in found if one.check == DOUBTFUL}
    return [
        replace(one, severity=Severity.INFO) if one.doc_id in doubtful and one.check in settings.structural else one
        for one in found
    ]


def without_weaker(found: list[FindingRow], settings: Settings) -> list[FindingRow]:
    """Findings without those that only repeat a stronger one of the same problem, or one in the same words."""
    raised = {(one.doc_id, one.problem_id, one.check) for one in found}
    weaker: dict[str, list[str]] = defaultdict(list)
    for strong, others in settings.supersedes.items():
        for other in others:
            weaker[other].append(strong)

    def covered(one: FindingRow) -> bool:
        own = one.doc_id, one.problem_id
        return bool(own[1]) and any((*own, strong) in raised for strong in weaker[one.check])

    kept = {
        (one.doc_id, one.problem_id, one.check, one.message, one.paragraph): one
        for one in reversed(found)
        if not covered(one)
    }
    return list(reversed(kept.values()))


def placed(found: Iterable[FindingRow], documents: Sequence[DocumentRow], places: Whereabouts) -> list[FindingRow]:
    """Findings with file and place, on both sides."""
    files = {row.doc_id: row.file for row in documents}
    out = []
    for one in found:
        there = one.other_doc_id and places.of(one.other_doc_id, one.other_paragraph, one.problem_id)
        out.append(
            replace(
                one,
                file=files.get(one.doc_id, ""),
                place=places.of(one.doc_id, one.paragraph, one.problem_id),
                other_file=files.get(one.other_doc_id, ""),
                other_place=there or "",
            )
        )
    return out


def once(found: Iterable[FindingRow], tables: Tables, items: Iterable[ItemRow]) -> list[FindingRow]:
    """One row a defect: what several papers of a case show alike is told of one of them, the others are named."""
    rank = paper_ranks(tables.documents)
    item_of = {name: item.item_id for item in items for name in problem_ids(item)}
    said = {row.problem_id: plain(row.problem) for row in tables.problems}
    groups: dict[object, dict[str, list[FindingRow]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        groups[_same_defect(one, item_of, said)][one.doc_id].append(one)
    out = []
    for by_paper in groups.values():
        order = sorted(by_paper, key=lambda doc_id: rank[doc_id])
        # a defect that a paper shows twice is two: the n-th of each paper are one
        for at in range(max(map(len, by_paper.values()))):
            same = [by_paper[doc_id][at] for doc_id in order if at < len(by_paper[doc_id])]
            told = min(same, key=lambda one: one.severity.rank)
            others = "；".join(place_in_file(one.file, one.place) for one in same if one is not told)
            out.append(replace(told, also=others or told.also))
    return out


def paper_ranks(documents: Iterable[DocumentRow]) -> dict[str, tuple[int, int, str]]:
    """doc_id → its place among the papers of a case: what answers last comes first."""
    return {
        row.doc_id: (_FIRST_TOLD.index(row.kind or Kind.OTHER), -_month(row.issued_date), row.file) for row in documents
    }


def _month(date: str) -> int:
    return int(date.replace("-", "")[:6] or 0)


def problem_ids(item: ItemRow) -> list[str]:
    """The problem in all papers of a case."""
    every = (item.feedback_problem_id, item.plan_problem_id, item.ledger_problem_id, item.bulletin_problem_id)
    return [name for names in every for name in names.split(";") if name]


def _same_defect(one: FindingRow, item_of: Mapping[str, str], said: Mapping[str, str]) -> tuple[str, ...]:
    """What makes two findings of a case one defect: the check, the problem, and what is said of it."""
    if one.check == COPIED or not one.case_id:
        return (one.doc_id, one.other_doc_id, one.check, one.message)
    item, quote = item_of.get(one.problem_id, one.problem_id), plain(one.quote)
    if item and quote == said.get(one.problem_id):
        quote = ""  # the papers may word the problem differently
    if not (item or quote or one.expected or one.actual):
        return (one.case_id, one.check, one.message)
    return (one.case_id, one.check, item, quote, one.expected, one.actual)


def finished(
    found: Iterable[FindingRow], documents: Iterable[DocumentRow], settings: Settings, waivers: Sequence[Waiver]
) -> list[FindingRow]:
    """Findings in their order, with stable ids and their waivers."""
    seen: dict[str, int] = defaultdict(int)
    out = []
    for one in sorted(found, key=lambda f: (f.case_id, f.doc_id, f.paragraph or 0, f.check, f.problem_id, f.quote)):
        key = "|".join((one.doc_id, one.check, one.problem_id, one.quote, one.expected, one.actual))
        seen[key] += 1
        identity = "f" + hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()[:12]
        out.append(replace(one, finding_id=identity, waived=waived_by(one, waivers, settings.aliases)))
    errors = Counter(one.unit for one in out if one.severity == Severity.ERROR and not one.waived)
    checks, papers = {name: at for at, name in enumerate(settings.wording)}, paper_ranks(documents)
    return sorted(
        out,
        key=lambda one: (
            one.check != DOUBTFUL,  # where the reading is in doubt other findings may fall with it
            -errors[one.unit],
            one.unit,
            one.case_id,
            one.severity.rank,
            checks[one.check],
            papers[one.doc_id],
            one.paragraph or 0,
            one.finding_id,
        ),
    )
