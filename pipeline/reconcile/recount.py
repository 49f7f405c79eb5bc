"""The claims ledger: every total that a document states, beside what its own rows give.

A total with one reading is a verdict; where reading can differ (how many rules were made, which sums
make up a repayment) the rows are shown with a range, and no verdict is drawn from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core import values
from pipeline.core.rows import ClaimRow, RecountRow, ReferenceRow, place
from pipeline.core.vocabulary import Action, Kind, Status
from pipeline.reconcile.paper import Paper

TOTALS = ("aspects", "categories", "problems", "subproblems", "tasks", "measures", "advice")
RULES = {
    "rules_created": (Action.CREATED,),
    "rules_revised": (Action.REVISED,),
    "rules_total": (Action.CREATED, Action.REVISED),
}
SUMS = ("money_recovered", "money_refunded", "loss_recovered", "money_involved")
PEOPLE = (
    "party_sanctioned",
    "admin_sanctioned",
    "sanctioned",
    "reorganised",
    "admonished",
    "reminded",
    "interviewed",
    "criticised",
    "ordered_review",
    "transferred",
    "held_accountable",
    "titles_revoked",
)
_PERSONS = re.compile(values.PERSONS)
_COUNTING = re.compile(values.COUNTING)
WHOLE = ("problems", "tasks", "subproblems")


@dataclass(frozen=True, slots=True)
class Recount:
    """One claim: `accepted` are the values that agree with it, empty when nothing can be counted."""

    claim: ClaimRow
    accepted: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    verdict: bool = False  # whether a difference is a defect, or only shown
    rows: tuple[str, ...] = ()  # what supports the recount: problem ids, titles or sums
    left_over: tuple[str, ...] = ()
    formula: str = ""

    @property
    def claimed(self) -> float:
        """What the document says."""
        return self.claim.value or 0.0

    @property
    def agrees(self) -> bool | None:
        """True or false where something could be counted, else None."""
        if self.low is None or self.high is None:
            return None
        return self.claimed in self.accepted or self.low <= self.claimed <= self.high

    @property
    def expected(self) -> str:
        """The recount as people read it: 13, or 8–12."""
        return shown_range(self.low, self.high)


def shown_range(low: float | None, high: float | None) -> str:
    """A recount as people read it: 13, or 8–12; "" where nothing can be counted."""
    if low is None or high is None:
        return ""
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def whole(claims: Iterable[ClaimRow]) -> list[ClaimRow]:
    """The claims that speak about the whole document."""
    return [c for c in claims if not c.scope and c.value is not None]


def recount(paper: Paper) -> list[Recount]:
    """Every claim of a paper with its recount, in the order of the text."""
    stated = {c.metric for c in whole(paper.claims)}
    counts = totals(paper)
    return [_recounted(paper, claim, stated, counts) for claim in paper.claims if claim.value is not None]


def recount_rows(paper: Paper, recounts: Iterable[Recount]) -> Iterator[RecountRow]:
    """The rows of a paper's recounts, in the order of its claims."""
    numbers = {id(claim): number for number, claim in enumerate(paper.claims, 1)}
    for one in recounts:
        yield RecountRow(
            doc_id=paper.doc_id,
            seq=numbers[id(one.claim)],
            metric=one.claim.metric,
            claimed=one.claim.value,
            low=one.low,
            high=one.high,
            agrees=one.agrees,
            verdict=one.verdict,
            rows="；".join(one.rows),
            left_over="；".join(one.left_over),
            formula=one.formula,
        )


def _recounted(paper: Paper, claim: ClaimRow, stated: set[str], counts: Mapping[str, int]) -> Recount:
    metric = claim.metric
    if claim.scope:
        return Recount(claim)
    if metric in TOTALS:
        return _total(paper, claim, metric, stated, counts)
    if metric in tuple(Status) or metric == "long_term":
        return _status(paper, claim, metric, stated)
    if metric in RULES:
        return _rules(paper, claim, metric)
    if metric in SUMS:
        return _sums(paper, claim)
    if metric in PEOPLE:
        return _people(paper, claim)
    return Recount(claim)


def _total(paper: Paper, claim: ClaimRow, metric: str, stated: set[str], counts: Mapping[str, int]) -> Recount:
    problems = tuple(p.problem_id for p in paper.problems)
    if metric == "advice":
        if paper.kind != Kind.FEEDBACK or not paper.advice:
            return Recount(claim)  # a total about another document
        return _counted(claim, [len(paper.advice)], tuple(str(a.seq) for a in paper.advice))
    readings = {"tasks": ["problems"], "subproblems": ["problems"]}.get(metric, [metric])
    if metric == "tasks" and "problems" in stated:  # 12 problems broken down into 13 tasks and 33 measures
        return Recount(claim, (), float(counts["problems"]), float(max(counts["problems"], counts["measures"])), True)
    if metric == "problems" and stated & {"tasks", "subproblems"}:
        readings.append("categories")
    known = [counts[r] for r in readings if counts[r]]
    if not known or not problems:
        return Recount(claim)
    # problems without a heading of this sort may count as one of their own
    alone = {"categories": counts["alone"], "aspects": min(counts["loose"], 1)}.get(metric, 0)
    return _counted(claim, known, problems if "problems" in readings else (), known[0] + alone)


def _counted(claim: ClaimRow, accepted: Sequence[int], rows: tuple[str, ...], high: int | None = None) -> Recount:
    top = accepted[0] if high is None else high
    return Recount(claim, tuple(map(float, accepted)), float(accepted[0]), float(top), True, rows)


def totals(paper: Paper) -> dict[str, int]:
    """How many of each a paper holds; `alone`: problems without a category, `loose`: without an aspect."""
    aspects = {(p.school, p.aspect) for p in paper.problems if p.aspect}
    grouped = [p for p in paper.problems if p.category]
    groups = {(p.school, p.aspect, p.category) for p in grouped}
    loose = sum(not p.aspect for p in paper.problems)
    return {
        "aspects": len(aspects),
        "categories": len(groups),
        "problems": len(paper.problems),
        "measures": len(paper.measures),
        "alone": len(paper.problems) - len(grouped),
        "loose": loose,
    }


def statuses(paper: Paper) -> Counter[str]:
    """How many problems have each status; "" counts those that state none."""
    return Counter(p.status or "" for p in paper.problems)


def _status(paper: Paper, claim: ClaimRow, metric: str, stated: set[str]) -> Recount:
    counts = statuses(paper)
    if not paper.problems or counts[""] == len(paper.problems):
        return Recount(claim)  # no problem states a status: nothing to count
    if metric == "long_term":
        within = claim.part_of or None  # 已完成2个，其中需长期坚持1个
        rows = tuple(p.problem_id for p in paper.problems if p.long_term and within in (None, p.status))
        return _counted(claim, [len(rows)], rows, len(rows) + counts[""]) if rows else Recount(claim)
    wanted = (metric,)
    accepted = [counts[metric]]
    if metric == "not_done":  # whatever is not finished
        accepted.append(counts["not_done"] + counts["in_progress"])
        accepted.append(accepted[-1] + counts["basically_done"])
    if metric == "done" and "long_term" in stated and not claim.part_of and _disjoint(paper):
        accepted.append(sum(p.status == Status.DONE and not p.long_term for p in paper.problems))
    rows = tuple(p.problem_id for p in paper.problems if p.status in wanted)
    unsaid = tuple(p.problem_id for p in paper.problems if not p.status)
    found = _counted(claim, accepted, rows, counts[metric] + counts[""])
    return Recount(claim, found.accepted, found.low, found.high, True, rows, unsaid)


def _disjoint(paper: Paper) -> bool:
    """Whether long_term stands beside done (and is not a part of it), so that only all buckets make the total."""
    claims = whole(paper.claims)
    if any(c.metric == "long_term" and c.part_of for c in claims):
        return False
    first = first_values(claims)
    parts = sum(first.get(m, 0.0) for m in Status)
    return any(parts + first.get("long_term", 0.0) == first[t] and parts != first[t] for t in WHOLE if t in first)


def first_values(claims: Iterable[ClaimRow]) -> dict[str, float]:
    """The first value that is stated for each metric."""
    first: dict[str, float] = {}
    for claim in claims:
        first.setdefault(claim.metric, claim.value or 0.0)
    return first


def _rules(paper: Paper, claim: ClaimRow, metric: str) -> Recount:
    """Rules that measures name: at least the distinct titles, two in a row as one; at most every mention."""
    own = [r for r in paper.references if r.action in RULES[metric]]
    inside = sorted((r for r in own if r.problem_id), key=place)
    outside = tuple(dict.fromkeys(r.title for r in own if not r.problem_id))
    titles = tuple(dict.fromkeys(r.title for r in inside))
    joined = sum(_adjacent(a, b) for a, b in pairwise(inside) if a.title != b.title)
    return Recount(claim, (), float(max(len(titles) - joined, 0)), float(len(inside)), False, titles, outside)


def _adjacent(one: ReferenceRow, other: ReferenceRow) -> bool:
    """《A》和《B》: one act, perhaps counted as one."""
    gap = (other.start or 0) - (one.end or 0)
    return place(one)[0] == place(other)[0] and 0 <= gap <= 1


def _sums(paper: Paper, claim: ClaimRow) -> Recount:
    """The sums in problems' answers that add up to the claim, else all that could; never a verdict."""
    inside = [(a.problem_id, a.value or 0.0, a.text) for a in paper.amounts if a.problem_id]
    distinct = list(dict.fromkeys(inside))
    claimed = claim.value or 0.0
    chosen = _adding_up([value for _, value, _ in distinct], claimed)
    if chosen is None:
        return Recount(claim, (), None, None, False, (), tuple(text for _, _, text in distinct), "")
    rows = tuple(f"{distinct[i][0]}：{distinct[i][2]}" for i in chosen)
    formula = "＋".join(f"{distinct[i][1]:g}" for i in chosen)
    return Recount(claim, (claimed,), claimed, claimed, False, rows, (), formula)


def _people(paper: Paper, claim: ClaimRow) -> Recount:
    """Measures that speak of the same (提醒谈话): as many people as measures, or as the numbers in them say."""
    phrase = _COUNTING.sub("", claim.text)[-4:]
    found = [m for m in paper.measures if phrase in m.text] if len(phrase) >= 2 else []
    if not found:
        return Recount(claim)
    persons = [_persons(m.text, phrase) for m in found]
    rows = tuple(f"{m.problem_id}：{m.text}" for m in found)
    return Recount(claim, (), float(len(found)), float(max(sum(persons), len(found))), False, rows)


def _persons(text: str, phrase: str) -> int:
    """How many people a measure speaks of: the number after the phrase, else before it, else the names."""
    at = text.index(phrase)
    after = _PERSONS.match(text, at + len(phrase))
    clause = re.split(r"[，。；,;]", text[:at])[-1]
    before = _PERSONS.findall(clause)
    if after or before:
        return int(values.number(after[1] if after else before[-1]) or 1)
    return 1 + clause.count("、")


def _adding_up(figures: Sequence[float], wanted: float) -> tuple[int, ...] | None:
    """Indices of at most four sums that add up to the wanted one, the fewest first."""
    cents = [round(v * 100) for v in figures[:60]]
    target = round(wanted * 100)
    reach: dict[int, tuple[int, ...]] = {0: ()}
    for i, value in enumerate(cents):
        for total, used in list(reach.items()):
            new = total + value
            if value > 0 and new <= target and len(used) < 4 and (new not in reach or len(used) + 1 < len(reach[new])):
                reach[new] = (*used, i)
        if len(reach) > 20_000:
            break
    found = reach.get(target)
    return found or None
