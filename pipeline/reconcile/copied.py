"""Papers of different units that share measures: cases in, one finding a pair of papers and every copied measure out.

A pair is told once, of the paper that comes first, with the share that is copied and the longest passages; the table
`copies` holds all of them.  What plan and bulletin of a unit have in common with another unit is told of one pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.rows import CopyRow, MeasureRow
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.reconcile.cases import Case
from pipeline.reconcile.copies import Copy, Text, copies
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Defect
from pipeline.reconcile.settings import Settings

_QUOTES = 3  # passages that a finding repeats
_PARTNERS = 5  # papers that one paper is compared with in findings: the table holds the rest
_FIRST = (Kind.BULLETIN, Kind.LEDGER, Kind.PLAN)  # the kind of pair that is told
PaperPair = tuple[str, str]  # doc_ids of a pair
SharedText = tuple[str, str, str]  # two units and a text that they share


@dataclass(frozen=True, slots=True)
class Standing:
    """A measure with its paper and case."""

    case: Case
    paper: Paper
    measure: MeasureRow


def standing(cases: Iterable[Case]) -> dict[str, Standing]:
    """Every measure that an answer of a named unit states, by a key of its own."""
    return {
        f"{paper.doc_id}#{number:05d}": Standing(case, paper, measure)
        for case in cases
        for paper in (case.of(*ANSWERS) if case.unit else ())
        if not paper.part
        for number, measure in enumerate(paper.measures)
    }


def copied(measures: Mapping[str, Standing], settings: Settings) -> list[Copy]:
    """Pairs of measures of different units that are alike."""
    texts = [Text(key, one.case.unit, one.measure.text) for key, one in measures.items()]
    limits = settings.profile.thresholds
    return copies(texts, settings.masks, limits["copied"], int(limits["copied_length"]))


def copy_rows(found: Iterable[Copy], measures: Mapping[str, Standing]) -> Iterator[CopyRow]:
    """The table of copied measures, each pair once."""
    for copy in found:
        one, other = measures[copy.key], measures[copy.other]
        yield CopyRow(
            doc_id=one.paper.doc_id,
            unit=one.case.unit,
            problem_id=one.measure.problem_id,
            text=one.measure.text,
            paragraph=one.measure.paragraph,
            other_doc_id=other.paper.doc_id,
            other_unit=other.case.unit,
            other_problem_id=other.measure.problem_id,
            other_text=other.measure.text,
            other_paragraph=other.measure.paragraph,
            score=copy.score,
        )


def copied_defects(
    found: Iterable[Copy], measures: Mapping[str, Standing], settings: Settings
) -> Iterator[tuple[Defect, Case]]:
    """One defect a pair of papers."""
    pairs: dict[PaperPair, list[Copy]] = defaultdict(list)
    for copy in found:
        pairs[measures[copy.key].paper.doc_id, measures[copy.other].paper.doc_id].append(copy)
    for pair in _told(pairs, measures):
        yield _defect(pairs[pair], measures, settings), measures[pairs[pair][0].key].case


def _told(pairs: Mapping[PaperPair, list[Copy]], measures: Mapping[str, Standing]) -> Iterator[PaperPair]:
    """The pairs that are told: those of equal kinds first, then what they leave; a few for each paper."""
    partners: dict[str, int] = defaultdict(int)
    known: set[SharedText] = set()

    def order(pair: PaperPair) -> tuple[int, int, int, PaperPair]:
        one, other = (_FIRST.index(measures[key].paper.kind) for key in (pairs[pair][0].key, pairs[pair][0].other))
        return abs(one - other), -len(pairs[pair]), one + other, pair

    for pair in sorted(pairs, key=order):
        wordings = [_wordings(copy, measures) for copy in pairs[pair]]
        if min(partners[name] for name in pair) >= _PARTNERS or all(set(both) & known for both in wordings):
            continue
        known |= {wording for both in wordings for wording in both}
        for name in pair:
            partners[name] += 1
        yield pair


def _wordings(copy: Copy, measures: Mapping[str, Standing]) -> tuple[SharedText, SharedText]:
    """Both texts of a copy, each with the two units."""
    one, other = measures[copy.key], measures[copy.other]
    first, second = sorted((one.case.unit, other.case.unit))
    return (first, second, one.measure.text), (first, second, other.measure.text)


def _defect(pair: Sequence[Copy], measures: Mapping[str, Standing], settings: Settings) -> Defect:
    """The defect of a pair of papers, told of the one with the greater share."""
    longest = sorted(pair, key=lambda copy: (-len(measures[copy.key].measure.text), copy.key))
    one, other = measures[longest[0].key], measures[longest[0].other]
    quotes = [measures[copy.key].measure.text for copy in longest[:_QUOTES]]
    problems = {measures[copy.key].measure.problem_id for copy in pair}
    shares = [
        _share({copy.key for copy in pair}, one.paper, settings),
        _share({copy.other for copy in pair}, other.paper, settings),
    ]
    return Defect(
        one.paper,
        other=other.paper,
        problem_id=problems.pop() if len(problems) == 1 else "",
        paragraph=one.measure.paragraph or 0,
        quote=quotes[0],
        other_quote=other.measure.text,
        other_paragraph=other.measure.paragraph or 0,
        words={
            "kind": one.paper.kind,
            "source": other.paper.kind,
            "unit": one.case.unit,
            "other_unit": other.case.unit,
            "count": str(len({copy.key for copy in pair})),
            "share": f"{max(shares):.0%}",
            "quotes": "；".join(f"“{text}”" for text in quotes),
        },
    )


def _share(keys: set[str], paper: Paper, settings: Settings) -> float:
    """The share of a paper's measures, those long enough to be compared, that are copied."""
    least = settings.profile.thresholds["copied_length"]
    compared = sum(len(measure.text) >= least for measure in paper.measures)
    return len(keys) / max(compared, len(keys), 1)
