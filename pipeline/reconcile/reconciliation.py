"""Reconciliation: the tables of all documents in, the same with what cases give out (`items`, `findings` …).

Nothing is read again: what a check sees are rows.  Findings are data with stable ids; a person's waiver
is data too and stays visible on the finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import CaseRow, FindingRow, LinkRow, RecountRow, Tables
from pipeline.core.vocabulary import ANSWERS, CASE_KINDS, READ, Kind
from pipeline.reconcile.alike import with_clusters
from pipeline.reconcile.cases import Case, build_cases
from pipeline.reconcile.checks import between, conflicts, coverage, doubt, form, numbers, responsibility, substance
from pipeline.reconcile.consolidate import ByReviewer, decided, items_of
from pipeline.reconcile.copied import copied, copied_defects, copy_rows, standing
from pipeline.reconcile.findings import COPIED, DOUBTFUL, doubted, finding, finished, once, placed, without_weaker
from pipeline.reconcile.match import Link, link_problems
from pipeline.reconcile.paper import Paper, papers_of
from pipeline.reconcile.places import whereabouts
from pipeline.reconcile.recount import recount, recount_rows
from pipeline.reconcile.registry import CASE_CHECKS, PAPER_CHECKS, Context, Defect, Pair
from pipeline.reconcile.settings import Settings, load_settings
from pipeline.reconcile.strands import Linked, turned
from pipeline.reconcile.strands import strands as strands_of
from pipeline.reconcile.told_links import ToldLinks, as_told, told_in
from pipeline.reconcile.waivers import Waiver
from pipeline.ruleset.checks_file import OFF
from pipeline.ruleset.labels import Labels, load_labels

# imported for their decorators
MODULES = (doubt, coverage, responsibility, substance, numbers, between, conflicts, form)
NOTHING = "nothing_extracted"
_LIST = re.compile(r"[、，,；;\s]+")  # several names in one cell
_PAIRS = 400  # documents of one case that are compared with each other, at most


@dataclass(frozen=True, slots=True)
class CaseTask:
    """One case, and what its rows depend on beside its papers: all units, what reviewers decided, the day."""

    case: Case
    units: frozenset[str]
    by_reviewer: ByReviewer
    as_of: date | None
    told: ToldLinks = ()


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
    """The tables with `cases`, `links`, `items`, `recounts`, `findings`, `copies` made anew, whatever they held.

    `each` makes the rows of the cases; without it they are made here, one after the other.
    """
    settings, labels = load_settings(rules_folder, profile), load_labels(rules_folder)
    papers = papers_of(tables, settings.aliases)
    cases = build_cases(papers, settings.aliases)
    units = frozenset(paper.unit for paper in papers if paper.unit)
    by_reviewer = decided(tables.facts)
    tasks = [
        CaseTask(case, units, _about(case, by_reviewer), as_of, told_in(case, tables.told_links)) for case in cases
    ]
    made = list(each(tasks)) if each is not None else [rows_of_case(task, settings, labels) for task in tasks]
    recounted: dict[str, list[RecountRow]] = defaultdict(list)
    for row in (row for one in made for row in one.recounts):
        recounted[row.doc_id].append(row)
    items = [item for one in made for item in one.items]
    found = [row for one in made for row in one.findings]
    measures = standing(cases)
    alike = copied(measures, settings) if settings.profile.severity.get(COPIED, OFF) != OFF else []
    found += [finding(COPIED, one, case, settings, labels) for one, case in copied_defects(alike, measures, settings)]
    found += _nothing(tables, cases, settings, labels)
    found += _of_no_case(tables, settings, labels)
    found = without_weaker(doubted(found, settings), settings)
    told = once(placed(found, tables.documents, whereabouts(tables, labels.groups["part"])), tables, items)
    case_of = {paper.doc_id: case.case_id for case in cases for paper in case.papers if not paper.part}
    return replace(
        tables,
        cases=tuple(map(_case_row, cases)),
        links=tuple(link for one in made for link in one.links),
        items=tuple(with_clusters(items, settings.masks, settings.profile.thresholds["common"])),
        recounts=tuple(row for paper in papers for row in recounted.get(paper.doc_id, ())),
        findings=tuple(finished(told, tables.documents, settings, waivers)),
        copies=tuple(copy_rows(alike, measures)),
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
    linked = partial(_linked, settings=settings, told=task.told)
    pairs = tuple(_pairs(case, linked))
    strands = tuple(strands_of(case, partial(_links, pairs, linked)))
    items = tuple(items_of(case, strands, settings, task.by_reviewer))
    context = Context(case, settings, pairs, task.as_of, task.units, strands, items, recounts)
    return CaseRows(
        tuple(_link_row(case, pair, link) for pair in pairs for link in pair.links),
        items,
        tuple(row for paper in case.papers if not paper.part for row in recount_rows(paper, recounts[paper.doc_id])),
        tuple(_findings(context, labels)),
    )


def _pairs(case: Case, linked: Linked) -> Iterator[Pair]:
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
        if not source.followed or not answer.followed:
            continue  # nothing_extracted says so; that every problem is unanswered would be a guess
        yield Pair(source, answer, tuple(linked(source, answer)))


def _linked(source: Paper, answer: Paper, settings: Settings, told: ToldLinks) -> tuple[Link, ...]:
    found = link_problems(source.followed, answer.followed, settings.profile.thresholds, _names(source, answer))
    return as_told(found, told, source, answer)


def _links(pairs: Iterable[Pair], linked: Linked, source: Paper, answer: Paper) -> Sequence[Link]:
    """The links of two papers, from the pairs where they are one."""
    for pair in pairs:
        if pair.source is source and pair.answer is answer:
            return pair.links
        if pair.source is answer and pair.answer is source:
            return tuple(map(turned, pair.links))
    return linked(source, answer)


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
            if (
                paper.problems
                and not paper.part
                and paper.kind in profile.kinds.get(name, ())
                and profile.severity.get(name, OFF) != OFF
            ):
                for defect in paper_check(paper, context):
                    yield finding(name, defect, context.case, context.settings, labels)
    for name, case_check in CASE_CHECKS.items():
        if profile.severity.get(name, OFF) != OFF:
            for defect in case_check(context):
                yield finding(name, defect, context.case, context.settings, labels)


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
        yield finding(NOTHING, Defect(paper, quote=title, words={"kind": kind, "why": why}), case, settings, labels)


def _of_no_case(tables: Tables, settings: Settings, labels: Labels) -> Iterator[FindingRow]:
    """A paper that was taken for none of ours, in doubt."""
    if settings.profile.severity.get(DOUBTFUL, OFF) == OFF:
        return
    for document in tables.documents:
        if document.state in READ and document.kind not in CASE_KINDS:
            paper = Paper(document, settings.aliases.unit(document.unit))
            case = Case("", document.unit, (paper,))
            for defect in doubt.structure_doubtful(paper, Context(case, settings)):
                yield finding(DOUBTFUL, defect, case, settings, labels)
