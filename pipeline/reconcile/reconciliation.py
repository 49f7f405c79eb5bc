"""Reconciliation: the tables of all documents in, their `cases`, `links` and `findings` filled.

Nothing is read again: what a check sees are rows.  Findings are data with stable ids; a person's waiver
is data too and stays visible on the finding.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from pipeline.core.model import (
    ANSWERS,
    BULLETIN,
    ERROR,
    FEEDBACK,
    INFO,
    LEDGER,
    OTHER,
    PLAN,
    QUARANTINED,
    SKIPPED,
    WARNING,
    Row,
    Tables,
)
from pipeline.core.schema import row
from pipeline.reconcile.cases import CASE_KINDS, Aliases, Case, Paper, build_cases, papers_of, said
from pipeline.reconcile.checks import between, coverage, form, numbers, responsibility, substance
from pipeline.reconcile.copies import Text, copies
from pipeline.reconcile.match import Link, link_problems
from pipeline.reconcile.registry import CASE_CHECKS, PAPER_CHECKS, Context, Defect, Pair
from pipeline.reconcile.settings import Settings, load_settings
from pipeline.reconcile.waivers import waived_by
from pipeline.ruleset.checks_file import OFF
from pipeline.ruleset.labels import Labels, load_labels

MODULES = (coverage, responsibility, substance, numbers, between, form)  # imported for their decorators
COPIED, NOTHING = "copied_between_units", "nothing_extracted"
_ORDER = {ERROR: 0, WARNING: 1, INFO: 2}
# words that a check gives as code names → the group of their labels; what is no code stays as it is
_LABELLED = (("metric", "metric"), ("source", "kind"), ("kind", "kind"), ("missing", "kind"), ("before", "status"),
             ("now", "status"))
_LIST = re.compile(r"[、，,；;\s]+")  # several names in one cell
_PAIRS = 400  # documents of one case that are compared with each other, at most
_QUOTE = 300  # characters of a quotation that a message repeats in full


def reconcile(
    tables: Tables, rules_folder: Path, profile: str = "default", as_of: date | None = None, waivers: Sequence[Row] = ()
) -> None:
    """Fill `cases`, `links` and `findings` of the merged tables, replacing what they held."""
    settings, labels = load_settings(rules_folder, profile), load_labels(rules_folder)
    papers = papers_of(tables, settings.aliases)
    cases = build_cases(papers, settings.aliases)
    units = frozenset(paper.unit for paper in papers if paper.unit)
    tables["cases"], tables["links"], found = [], [], []
    for case in cases:
        pairs = tuple(_pairs(case, settings))
        tables["cases"].append(_case_row(case))
        tables["links"] += [_link_row(case, link) for pair in pairs for link in pair.links]
        found += list(_findings(Context(case, settings, pairs, as_of, units), labels))
    found += list(_copied(cases, settings, labels))
    found += list(_nothing(tables, cases, settings, labels))
    tables["findings"] = _finished(_once(found, settings), settings.aliases, waivers, as_of)


def _pairs(case: Case, settings: Settings) -> Iterator[Pair]:
    """Feedback with each answer; without feedback plan or ledger with the bulletin; versions with the next."""
    sources = case.of(FEEDBACK)
    answers = case.of(*ANSWERS)
    if len(sources) * len(answers) > _PAIRS:  # hundreds of variants of one paper: the newest feedback speaks for all
        sources = sources[-1:]
    chosen = [(f, a) for f in sources for a in answers]
    if not sources:
        drafts = case.of(PLAN) or case.of(LEDGER)
        chosen += [(d, a) for d in drafts for a in answers if a.kind != d.kind]
    for kind in (PLAN, LEDGER, BULLETIN):
        versions = case.of(kind)
        chosen += list(pairwise(versions))
    for source, answer in chosen:
        if not source.problems or not answer.problems:
            continue  # nothing_extracted says so; that every problem is unanswered would be a guess
        links = link_problems(source.problems, answer.problems, settings.profile.thresholds, _names(source, answer))
        yield Pair(source, answer, tuple(links))


def _names(*papers: Paper) -> list[str]:
    """Units, inspectors, departments and people that the documents name."""
    headers = [said(paper.row, c) for paper in papers for c in ("unit", "inspector")]
    duties = [said(p, c) for paper in papers for p in paper.problems for c in ("school", "dept", "person")]
    parts = [name for duty in duties for name in _LIST.split(duty)]
    return sorted({*headers, *parts, *(paper.unit for paper in papers)} - {""})


def _case_row(case: Case) -> Row:
    ids = {kind: ";".join(p.doc_id for p in case.of(kind)) or None for kind in (FEEDBACK, PLAN, LEDGER, BULLETIN)}
    return row("cases", case_id=case.case_id, unit=case.unit or None, inspector=case.stated("inspector") or None,
               round=case.stated("round") or None, **ids)


def _link_row(case: Case, link: Link) -> Row:
    return row("links", case_id=case.case_id, feedback_problem_id=link.source, bulletin_problem_id=link.answer,
               score=link.score, method=link.method, shared="、".join(link.shared), runner_up=link.runner_up or None,
               margin=link.margin, doubtful=link.doubtful)


def _findings(context: Context, labels: Labels) -> Iterator[Row]:
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


def _row(name: str, defect: Defect, case: Case, settings: Settings, labels: Labels) -> Row:
    own = settings.profile.severity[name]
    severity = max(own, defect.severity or own, key=lambda s: _ORDER[s])
    problem_id = defect.problem_id or (said(defect.problem, "problem_id") if defect.problem else "")
    paragraph = defect.paragraph
    if paragraph is None and defect.problem is not None:
        paragraph = int(float(said(defect.problem, "paragraph") or 0))
    words = _Words({"quote": _cut(defect.quote), "other": _cut(defect.other_quote), "expected": defect.expected,
                    "actual": defect.actual, **defect.words})
    for key, group in _LABELLED:
        if key in words:
            words[key] = "、".join(labels.of(group, code) for code in words[key].split("、"))
    wording = settings.wording[name]
    return row(
        "findings", case_id=case.case_id or None, doc_id=defect.paper.doc_id, unit=case.unit or None, check=name,
        problem_id=problem_id or None, severity=severity, message=wording.message.format_map(words),
        expected=defect.expected or None, actual=defect.actual or None, quote=defect.quote or None,
        other_quote=defect.other_quote or None, paragraph=paragraph, other_paragraph=defect.other_paragraph,
        suggestion=wording.suggestion.format_map(words),
    )


class _Words(dict[str, str]):
    """Words for a message; one that a check did not give is left empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "……"


def _copied(cases: Iterable[Case], settings: Settings, labels: Labels) -> Iterator[Row]:
    """The same measure in several units: a defect of each of them."""
    profile = settings.profile
    if profile.severity.get(COPIED, OFF) == OFF:
        return
    texts, places = [], {}
    for case in cases:
        for paper in case.of(*ANSWERS) if case.unit else ():
            for number, measure in enumerate(paper.measures):
                key = f"{paper.doc_id}#{number:05d}"
                texts.append(Text(key, case.unit, said(measure, "text")))
                places[key] = (case, paper, measure)
    limits = profile.thresholds
    for copy in copies(texts, settings.masks, limits["copied"], int(limits["copied_length"])):
        defect, case = _copy_defect(copy.units, copy.score, places[copy.key], places[copy.other])
        yield _row(COPIED, defect, case, settings, labels)


def _copy_defect(
    units: tuple[str, ...], score: float, mine: tuple[Case, Paper, Row], other: tuple[Case, Paper, Row]
) -> tuple[Defect, Case]:
    case, paper, measure = mine
    problem = {"problem_id": measure["problem_id"], "paragraph": measure["paragraph"]}
    shown = "、".join(units[:5]) + (f"等 {len(units)} 个单位" if len(units) > 5 else "")
    defect = Defect(paper, problem, actual=f"{score:.2f}", quote=said(measure, "text"), expected=shown,
                    other_quote=said(other[2], "text"), other_paragraph=int(float(said(other[2], "paragraph") or 0)),
                    words={"others": shown, "score": f"{score:.2f}"})
    return defect, case


def _nothing(tables: Tables, cases: Iterable[Case], settings: Settings, labels: Labels) -> Iterator[Row]:
    """A document that no problem was read from: of another kind, or not understood.  Nothing else is said about it."""
    if settings.profile.severity.get(NOTHING, OFF) == OFF:
        return
    unread = [(case, paper) for case in cases for paper in case.papers if not paper.problems]
    for document in tables.get("documents", []):
        if said(document, "state") not in (QUARANTINED, SKIPPED) and said(document, "kind") not in CASE_KINDS:
            paper = Paper(document, settings.aliases.unit(said(document, "unit")))
            unread.append((Case("", said(document, "unit"), (paper,)), paper))
    for case, paper in unread:
        kind = paper.kind or OTHER
        why = "其中没有问题清单" if kind in CASE_KINDS else "不属反馈意见、方案、台账或通报"
        title = said(paper.row, "title") or said(paper.row, "file")
        yield _row(NOTHING, Defect(paper, quote=title, words={"kind": kind, "why": why}), case, settings, labels)


def _once(found: list[Row], settings: Settings) -> list[Row]:
    """Findings without those that only repeat a stronger one of the same problem, or one in the same words."""
    raised = {(said(f, "doc_id"), said(f, "problem_id"), said(f, "check")) for f in found}
    weaker: dict[str, list[str]] = defaultdict(list)
    for strong, others in settings.supersedes.items():
        for other in others:
            weaker[other].append(strong)

    def covered(finding: Row) -> bool:
        own = said(finding, "doc_id"), said(finding, "problem_id")
        return bool(own[1]) and any((*own, strong) in raised for strong in weaker[said(finding, "check")])

    kept = {
        tuple(said(finding, c) for c in ("doc_id", "problem_id", "check", "message", "paragraph")): finding
        for finding in reversed(found)
        if not covered(finding)
    }
    return list(kept.values())


def _finished(found: list[Row], aliases: Aliases, waivers: Sequence[Row], as_of: date | None) -> list[Row]:
    """Findings in a fixed order with stable ids and their waivers."""
    found.sort(key=lambda f: (said(f, "case_id"), said(f, "doc_id"), int(str(f["paragraph"] or 0)), said(f, "check"),
                              said(f, "problem_id"), said(f, "quote")))
    seen: dict[str, int] = defaultdict(int)
    for finding in found:
        key = "|".join(said(finding, c) for c in ("doc_id", "check", "problem_id", "quote", "expected", "actual"))
        seen[key] += 1
        finding["finding_id"] = "f" + hashlib.sha256(f"{key}|{seen[key]}".encode()).hexdigest()[:12]
        finding["waived"] = waived_by(finding, waivers, aliases, as_of)
    return found
