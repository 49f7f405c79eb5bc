"""What the fit is worth on hands that it has not seen, and what each group of evidence does for it.

In: the papers with known roles.  Out: lines for a person.  Every figure is by leave-one-writer-out: the papers of each
writer are read with weights fitted on all the others'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.extract.assemble import GROUP, MEASURE, PROBLEM, STATUS
from pipeline.extract.process import tabulate
from pipeline.extract.weights import Weights, best_path, emissions, weights_of
from pipeline.lab.fitting import GROUPS, AtomNames, Sample, fit, left_out, samples, shown, without_groups
from pipeline.ruleset.rule import Rules, load_rules

TOLD = {PROBLEM: "问题", MEASURE: "措施", STATUS: "状态", GROUP: "标题"}


@dataclass(frozen=True, slots=True)
class Score:
    """How atoms or places came out: right, given and true ones of each kind."""

    right: Counter[str]
    given: Counter[str]
    true: Counter[str]

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.given + other.given, self.true + other.true)

    def f1(self, kind: str) -> float:
        """F1 of one kind; 1 where there is none and none is given."""
        both = self.given[kind] + self.true[kind]
        return 2 * self.right[kind] / both if both else 1.0

    @property
    def accuracy(self) -> float:
        """The share of all that came out right."""
        return self.right.total() / self.true.total() if self.true.total() else 1.0


NOTHING = Score(Counter(), Counter(), Counter())


@dataclass(frozen=True, slots=True)
class WriterOutcome:
    """One writer's papers, read with weights that have not seen them; `without` by group of evidence."""

    writer: str
    papers: int
    atoms: Score
    problems: Score
    without: dict[str, Score]


def report(folder: Path, papers: Path) -> list[str]:
    """Figures of each writer and of each group of evidence.  Raises what `write_weights` raises but for writing."""
    rules = load_rules(folder)
    read, missed = samples(papers, rules)
    outcomes = list(left_out_by_writer(read, rules))
    return [*left_out(missed), *_by_writer(outcomes), "", *_by_group(outcomes)]


def left_out_by_writer(read: Sequence[Sample], rules: Rules) -> Iterator[WriterOutcome]:
    """For each writer in order: weights fitted on the others, and what they make of the writer's papers."""
    views = [(sample, list(shown(sample, rules))) for sample in read]
    for writer in sorted({sample.writer for sample in read}):
        fitted = fit([one for sample, copies in views if sample.writer != writer for one in copies])
        weights = weights_of(fitted)
        own = [(sample, copies[0].names) for sample, copies in views if sample.writer == writer]
        unseen = replace(rules, weights={**rules.weights, **fitted})
        yield WriterOutcome(
            writer, len(own), atom_score(own, weights), place_score((sample for sample, _ in own), unseen),
            {group: atom_score([(sample, without_groups(names, [group])) for sample, names in own], weights)
             for group in GROUPS},
        )  # fmt: skip


def atom_score(papers: Iterable[tuple[Sample, AtomNames]], weights: Weights) -> Score:
    """The roles of atoms by the best path, against the true ones."""
    score = NOTHING
    for sample, names in papers:
        path = best_path(emissions(names, weights), weights.follows)
        given = [weights.roles[role] for role in path]
        right = Counter(role for role, true in zip(given, sample.roles, strict=True) if role == true)
        score += Score(right, Counter(given), Counter(sample.roles))
    return score


def place_score(papers: Iterable[Sample], rules: Rules) -> Score:
    """The places in which problems begin, as the whole program reads them, against the true ones."""
    score = NOTHING
    for sample in papers:
        rows = tabulate(sample.document, rules).problems
        given = {(row.paragraph - 1, row.start) for row in rows if row.paragraph is not None}
        counts = (len(given & sample.problems), len(given), len(sample.problems))
        score += Score(*(Counter({PROBLEM: count}) for count in counts))
    return score


def _by_writer(outcomes: Sequence[WriterOutcome]) -> list[str]:
    lines = ["以下数字都是留一位作者：每位作者的文档，用其余作者的文档拟合的分量来读。",
             "各角色的 F1 按片段计；“读出问题”按整个程序读出的问题的位置计。",
             "\t".join(("作者", "份数", "片段正确率", *TOLD.values(), "读出问题"))]  # fmt: skip
    for one in outcomes:
        lines.append(_line(one.writer, one.papers, one.atoms, one.problems))
    atoms, problems = _sum(one.atoms for one in outcomes), _sum(one.problems for one in outcomes)
    return [*lines, _line("合计", sum(one.papers for one in outcomes), atoms, problems)]


def _line(name: str, papers: int, atoms: Score, problems: Score) -> str:
    figures = (atoms.accuracy, *map(atoms.f1, TOLD), problems.f1(PROBLEM))
    return f"{name}\t{papers}\t" + "\t".join(f"{figure:.3f}" for figure in figures)


def _by_group(outcomes: Sequence[WriterOutcome]) -> list[str]:
    whole = _sum(one.atoms for one in outcomes)
    lines = ["读的时候看不到一组迹象的代价（负数是变差多少）：", "\t".join(("迹象", "片段正确率", *TOLD.values()))]
    for group in GROUPS:
        less = _sum(one.without[group] for one in outcomes)
        costs = (less.accuracy - whole.accuracy, *(less.f1(role) - whole.f1(role) for role in TOLD))
        lines.append(f"{group}\t" + "\t".join(f"{cost:+.3f}" for cost in costs))
    return lines


def _sum(scores: Iterable[Score]) -> Score:
    return sum(scores, start=NOTHING)
