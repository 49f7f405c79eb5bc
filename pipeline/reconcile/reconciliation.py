"""Reconciliation: the tables of all documents in, the same with `cases`, `links`, `items`, `recounts`, `findings` out.

Nothing is read again: what a check sees are rows.  Findings are data with stable ids; a person's waiver
is data too and stays visible on the finding.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import CaseRow, FindingRow, LinkRow, MeasureRow, RecountRow, Tables
from pipeline.core.vocabulary import ANSWERS, CASE_KINDS, READ, Kind, Severity
from pipeline.reconcile.cases import Aliases, Case, Paper, build_cases, papers_of
from pipeline.reconcile.checks import between, conflicts, coverage, doubt, form, numbers, responsibility, substance
from pipeline.reconcile.consolidate import ByReviewer, decided, items_of
from pipeline.reconcile.copies import Text, copies
from pipeline.reconcile.match import Link, link_problems
from pipeline.reconcile.recount import recount, recount_rows
from pipeline.reconcile.registry import CASE_CHECKS, PAPER_CHECKS, Context, Defect, Pair
from pipeline.reconcile.settings import Settings, load_settings
from pipeline.reconcile.strands import strands as strands_of
from pipeline.reconcile.strands import turned
from pipeline.reconcile.waivers import Waiver, waived_by
from pipeline.ruleset.checks_file import OFF
from pipeline.ruleset.labels import Labels, load_labels

# imported for their decorators
MODULES = (doubt, coverage, responsibility, substance, numbers, between, conflicts, form)
COPIED, NOTHING, DOUBTFUL = "copied_between_units", "nothing_extracted", "structure_doubtful"
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
_LIST = re.compile(r"[、，,；;\s]+")  # several names in one cell
_PAIRS = 400  # documents of one case that are compared with each other, at most
_QUOTE = 300  # characters of a quotation that a message repeats in full


@dataclass(frozen=True, slots=True)
class CaseTask:
    """One case, and what its rows depend on beside its papers: all units, what reviewers decided, the day."""

    case: Case
    units: frozenset[str]
    by_reviewer: ByReviewer
    as_of: date | None


@dataclass(frozen=True, slots=True)
class CaseRows:
    """What one case gives."""

    links: tuple[LinkRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    recounts: tuple[RecountRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()


EachCase = Callable[[Sequence[CaseTask]], Iterable[CaseRows]]  # the rows of cases, in their order


def reconcile(
    tables: Tables,
    rules_folder: Path,
    profile: str = "default",
    as_of: date | None = None,
    waivers: Sequence[Waiver] = (),
    *,
    each: EachCase | None = None,
) -> Tables:
    """The tables with `cases`, `links`, `items`, `recounts` and `findings` made anew, whatever they held.

    `each` makes the rows of the cases; without it they are made here, one after the other.
    """
    settings, labels = load_settings(rules_folder, profile), load_labels(rules_folder)
    papers = papers_of(tables, settings.aliases)
    cases = build_cases(papers, settings.aliases)
    units = frozenset(paper.unit for paper in papers if paper.unit)
    by_reviewer = decided(tables.facts)
    tasks = [CaseTask(case, units, _about(case, by_reviewer), as_of) for case in cases]
    made = list(each(tasks)) if each is not None else [rows_of_case(task, settings, labels) for task in tasks]
    recounted: dict[str, list[RecountRow]] = defaultdict(list)
    for row in (row for one in made for row in one.recounts):
        recounted[row.doc_id].append(row)
    items = [item for one in made for item in one.items]
    found = [finding for one in made for finding in one.findings]
    found += _copied(cases, settings, labels)
    found += _nothing(tables, cases, settings, labels)
    found += _of_no_case(tables, settings, labels)
    findings = _finished(_once(_doubted(found, settings), settings), settings.aliases, waivers)
    case_of = {paper.doc_id: case.case_id for case in cases for paper in case.papers}
    return replace(
        tables,
        cases=tuple(map(_case_row, cases)),
        links=tuple(link for one in made for link in one.links),
        items=tuple(items),
        recounts=tuple(row for paper in papers for row in recounted.get(paper.doc_id, ())),
        findings=tuple(findings),
        documents=tuple(replace(row, case_id=case_of.get(row.doc_id, "")) for row in tables.documents),
    )


def _about(case: Case, by_reviewer: ByReviewer) -> ByReviewer:
    """What reviewers decided about the problems of a case."""
    own = {problem.problem_id for paper in case.papers for problem in paper.problems} if by_reviewer else set()
    return frozenset(decision for decision in by_reviewer if decision[0] in own)


def rows_of_case(task: CaseTask, settings: Settings, labels: Labels) -> CaseRows:
    """The rows of one case; depends on nothing else."""
    case = task.case
    recounts = {paper.doc_id: recount(paper) for paper in case.papers}
    pairs = tuple(_pairs(case, settings))
    strands = tuple(strands_of(case, partial(_links, pairs, settings)))
    items = tuple(items_of(case, strands, settings, task.by_reviewer))
    context = Context(case, settings, pairs, task.as_of, task.units, strands, items, recounts)
    return CaseRows(
        tuple(_link_row(case, pair, link) for pair in pairs for link in pair.links),
        items,
        tuple(row for paper in case.papers for row in recount_rows(paper, recounts[paper.doc_id])),
        tuple(_findings(context, labels)),
    )


def _pairs(case: Case, settings: Settings) -> Iterator[Pair]:
    """Feedback with each answer; without feedback plan or ledger with the bulletin; versions with the next."""
    sources = case.of(Kind.FEEDBACK)
    answers = case.of(*ANSWERS)
    if len(sources) * len(answers) > _PAIRS:  # hundreds of variants of one paper: the newest feedback speaks for all
        sources = sources[-1:]
    chosen = [(f, a) for f in sources for a in answers]
    if not sources:
        drafts = case.of(Kind.PLAN) or case.of(Kind.LEDGER)
        chosen += [(d, a) for d in drafts for a in answers if a.kind != d.kind]
    for kind in (Kind.PLAN, Kind.LEDGER, Kind.BULLETIN):
        versions = case.of(kind)
        chosen += list(pairwise(versions))
    for source, answer in chosen:
        if not source.problems or not answer.problems:
            continue  # nothing_extracted says so; that every problem is unanswered would be a guess
        yield Pair(source, answer, _linked(source, answer, settings))


def _linked(source: Paper, answer: Paper, settings: Settings) -> tuple[Link, ...]:
    names = _names(source, answer)
    return tuple(link_problems(source.problems, answer.problems, settings.profile.thresholds, names))


def _links(pairs: Iterable[Pair], settings: Settings, source: Paper, answer: Paper) -> tuple[Link, ...]:
    """The links of two papers, from the pairs where they are one."""
    for pair in pairs:
        if pair.source is source and pair.answer is answer:
            return pair.links
        if pair.source is answer and pair.answer is source:
            return tuple(map(turned, pair.links))
    return _linked(source, answer, settings)


def _names(*papers: Paper) -> list[str]:
    """Units, inspectors, departments and people that the documents name."""
    headers = [name for paper in papers for name in (paper.row.unit, paper.row.inspector)]
    duties = [name for paper in papers for p in paper.problems for name in (p.school, p.dept, p.person)]
    parts = [name for duty in duties for name in _LIST.split(duty)]
    return sorted({*headers, *parts, *(paper.unit for paper in papers)} - {""})


def _case_row(case: Case) -> CaseRow:
    ids = {str(kind): ";".join(paper.doc_id for paper in case.of(kind)) for kind in CASE_KINDS}
    return CaseRow(
        case_id=case.case_id, unit=case.unit, inspector=case.stated("inspector"), round=case.stated("round"), **ids
    )


def _link_row(case: Case, pair: Pair, link: Link) -> LinkRow:
    return LinkRow(
        case_id=case.case_id,
        feedback_problem_id=link.source,
        answer_problem_id=link.answer,
        answer_kind=pair.answer.kind,
        score=link.score,
        method=link.method,
        shared="、".join(link.shared),
        runner_up=link.runner_up,
        margin=link.margin,
        doubtful=link.doubtful,
    )


def _findings(context: Context, labels: Labels) -> Iterator[FindingRow]:
    profile = context.settings.profile
    for name, paper_check in PAPER_CHECKS.items():
        for paper in context.case.papers:
            if paper.problems and paper.kind in profile.kinds.get(name, ()) and profile.severity.get(name, OFF) != OFF:
                for defect in paper_check(paper, context):
                    yield _row(name, defect, context.case, context.settings, labels)
    for name, case_check in CASE_CHECKS.items():
        if profile.severity.get(name, OFF) != OFF:
            for defect in case_check(context):
                yield _row(name, defect, context.case, context.settings, labels)


def _row(name: str, defect: Defect, case: Case, settings: Settings, labels: Labels) -> FindingRow:
    own = Severity(settings.profile.severity[name])
    severity = max(own, defect.severity or own, key=lambda one: one.rank)
    problem_id = defect.problem_id or (defect.problem.problem_id if defect.problem else "")
    paragraph = defect.paragraph
    if paragraph is None and defect.problem is not None:
        paragraph = defect.problem.paragraph or 0
    words = _Words(
        {
            "quote": _cut(defect.quote),
            "other": _cut(defect.other_quote),
            "expected": defect.expected,
            "actual": defect.actual,
            **defect.words,
        }
    )
    for key, group in _LABELLED:
        if key in words:
            words[key] = "、".join(labels.of(group, code) for code in words[key].split("、"))
    wording = settings.wording[name]
    return FindingRow(
        case_id=case.case_id,
        doc_id=defect.paper.doc_id,
        unit=case.unit,
        check=name,
        problem_id=problem_id,
        severity=severity,
        message=wording.message.format_map(words),
        expected=defect.expected,
        actual=defect.actual,
        quote=defect.quote,
        other_quote=defect.other_quote,
        paragraph=paragraph,
        other_paragraph=defect.other_paragraph,
        suggestion=wording.suggestion.format_map(words),
    )


class _Words(dict[str, str]):
    """Words for a message; one that a check did not give is left empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "……"


def _copied(cases: Iterable[Case], settings: Settings, labels: Labels) -> Iterator[FindingRow]:
    """The same measure in several units: a defect of each of them."""
    profile = settings.profile
    if profile.severity.get(COPIED, OFF) == OFF:
        return
    texts, places = [], {}
    for case in cases:
        for paper in case.of(*ANSWERS) if case.unit else ():
            for number, measure in enumerate(paper.measures):
                key = f"{paper.doc_id}#{number:05d}"
                texts.append(Text(key, case.unit, measure.text))
                places[key] = (case, paper, measure)
    limits = profile.thresholds
    for copy in copies(texts, settings.masks, limits["copied"], int(limits["copied_length"])):
        defect, case = _copy_defect(copy.units, copy.score, places[copy.key], places[copy.other])
        yield _row(COPIED, defect, case, settings, labels)


def _copy_defect(
    units: tuple[str, ...], score: float, mine: tuple[Case, Paper, MeasureRow], other: tuple[Case, Paper, MeasureRow]
) -> tuple[Defect, Case]:
    case, paper, measure = mine
    shown = "、".join(units[:5]) + (f"等 {len(units)} 个单位" if len(units) > 5 else "")
    defect = Defect(
        paper,
        problem_id=measure.problem_id,
        paragraph=measure.paragraph or 0,
        actual=f"{score:.2f}",
        quote=measure.text,
        expected=shown,
        other_quote=other[2].text,
        other_paragraph=other[2].paragraph or 0,
        words={"others": shown, "score": f"{score:.2f}"},
    )
    return defect, case


def _nothing(tables: Tables, cases: Iterable[Case], settings: Settings, labels: Labels) -> Iterator[FindingRow]:
    """A document that no problem was read from: of another kind, or not understood.  Nothing else is said about it."""
    if settings.profile.severity.get(NOTHING, OFF) == OFF:
        return
    unread = [(case, paper) for case in cases for paper in case.papers if not paper.problems]
    for document in tables.documents:
        if document.state in READ and document.kind not in CASE_KINDS:
            paper = Paper(document, settings.aliases.unit(document.unit))
            unread.append((Case("", document.unit, (paper,)), paper))
    for case, paper in unread:
        kind = paper.kind
        why = "其中没有问题清单" if kind in CASE_KINDS else "不属反馈意见、方案、台账或通报"
        title = paper.row.title or paper.row.file
        yield _row(NOTHING, Defect(paper, quote=title, words={"kind": kind, "why": why}), case, settings, labels)


def _of_no_case(tables: Tables, settings: Settings, labels: Labels) -> Iterator[FindingRow]:
    """A paper that was taken for none of ours, in doubt."""
    if settings.profile.severity.get(DOUBTFUL, OFF) == OFF:
        return
    for document in tables.documents:
        if document.state in READ and document.kind not in CASE_KINDS:
            paper = Paper(document, settings.aliases.unit(document.unit))
            case = Case("", document.unit, (paper,))
            for defect in doubt.structure_doubtful(paper, Context(case, settings)):
                yield _row(DOUBTFUL, defect, case, settings, labels)


def _doubted(found: list[FindingRow], settings: Settings) -> list[FindingRow]:
    """Where a paper's reading is in doubt, what depends on its structure accuses nobody: it is information."""
    doubtful = {finding.doc_id for finding in found if finding.check == DOUBTFUL}
    return [
        replace(finding, severity=Severity.INFO)
        if finding.doc_id in doubtful and finding.check in settings.structural
        else finding
        for finding in found
    ]


def _once(found: list[FindingRow], settings: Settings) -> list[FindingRow]:
    """Findings without those that only repeat a stronger one of the same problem, or one in the same words."""
    raised = {(f.doc_id, f.problem_id, f.check) for f in found}
    weaker: dict[str, list[str]] = defaultdict(list)
    for strong, others in settings.supersedes.items():
        for other in others:
            weaker[other].append(strong)

    def covered(finding: FindingRow) -> bool:
        own = finding.doc_id, finding.problem_id
        return bool(own[1]) and any((*own, strong) in raised for strong in weaker[finding.check])

    kept = {
        (finding.doc_id, finding.problem_id, finding.check, finding.message, finding.paragraph): finding
        for finding in reversed(found)
        if not covered(finding)
    }
    return list(kept.values())


def _finished(found: list[FindingRow], aliases: Aliases, waivers: Sequence[Waiver]) -> Iterator[FindingRow]:
    """Findings in a fixed order with stable ids and their waivers."""
    seen: dict[str, int] = defaultdict(int)
    order = sorted(found, key=lambda f: (f.case_id, f.doc_id, f.paragraph or 0, f.check, f.problem_id, f.quote))
    for finding in order:
        key = "|".join(
            (finding.doc_id, finding.check, finding.problem_id, finding.quote, finding.expected, finding.actual)
        )
        seen[key] += 1
        identity = "f" + hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()[:12]
        yield replace(finding, finding_id=identity, waived=waived_by(finding, waivers, aliases))
