"""When a reading is to be doubted: the weights of the signs of doubt, fitted on readings of hands not seen before.

In: the annotated papers, whole and with part of their text lost.  Out: the entries `read` and `unread` under `judge` in
weights.yaml, or a report.  The papers of each writer are read with weights fitted on all the others'; a reading is
wrong when its F1 is below `WRONG`.  Equal papers and rules give equal weights.  Needs the extra `fit`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.core.files import replace_file
from pipeline.core.model import Block, Document
from pipeline.extract.atoms import KEY, cut
from pipeline.extract.document import Extraction, extract
from pipeline.extract.tabulate import build
from pipeline.lab import annotated
from pipeline.lab.fitting import fit, made, samples, shown, weights_text, writer_of
from pipeline.lab.quality import quality
from pipeline.ruleset.rule import Rules, load_rules

WRONG, RIGHT = 0.9, 0.97  # F1 below which a reading is wrong, and from which it is right
_BETWEEN = 0.3  # what a reading between the two weighs
_RIDGE = 10.0  # weight of the sum of squares of the standardised weights
_STEPS = 50
_OFTEN = 3
_DOUBTED = 0.35  # likelihood of being wrong from which the report counts a reading as doubted
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trial:
    """One reading by weights that have not seen its writer: the signs, whether it was read at all, its F1."""

    writer: str
    read: bool
    signs: Mapping[str, float]
    f1: float


def write_calibration(folder: Path, papers: Path, target: Path) -> list[str]:
    """Fit the signs' weights and write weights.yaml with them; gives lines for a person."""
    rules = load_rules(folder)
    found = list(trials(papers, rules))
    fitted = {name: calibrated([one for one in found if one.read == read]) for name, read in _PARTS}
    judge = {**rules.weights["judge"], **fitted}
    text = weights_text(judge, {name: rules.weights[name] for name in ("follows", "evidence")})
    return [*outcome(found), f"已写入 {replace_file(target, text.encode())}。"]


_PARTS = (("read", True), ("unread", False))


def report(folder: Path, papers: Path) -> list[str]:
    """How many wrong and right readings are doubted, by leave-one-writer-out twice: for the reading and the doubt."""
    return outcome(list(trials(papers, load_rules(folder))))


# --- readings ------------------------------------------------------------------------------------------------------


def trials(papers: Path, rules: Rules) -> Iterator[Trial]:
    """Each annotated paper and its copies, read with weights fitted on the other writers' papers."""
    sources = [annotated.read(path) for path in sorted((papers / "corpus").glob("*.ann.txt"))]
    lessons = [lesson for sample in samples(papers, rules)[0] for lesson in shown(sample, rules)]
    for writer in sorted({writer_of(paper.name) for paper in sources}):
        unseen = replace(rules, weights={**rules.weights, **fit([one for one in lessons if one.writer != writer])})
        for paper in sources:
            if writer_of(paper.name) == writer:
                for document in (whole := made(paper), *damaged(whole, rules)):
                    found = extract(document, unseen)
                    yield _trial(writer, document, found, paper)


def _trial(writer: str, document: Document, found: Extraction, paper: annotated.AnnotatedPaper) -> Trial:
    """One reading and how right it is; where nothing was read, whether there was nothing to read."""
    read = found.verdict is not None
    f1 = quality(build(document, found), paper) if read else float(not annotated.gold(paper)["problems"])
    return Trial(writer, read, found.doubt.signs, f1)


def damaged(document: Document, rules: Rules) -> Iterator[Document]:
    """Copies that are harder to read: without the labels of a scheme, without a key, without both, in one paragraph."""
    chance = random.Random(document.name)  # noqa: S311 (which copies are made, no secret)
    atoms = cut(document, rules).items
    schemes = Counter(atom.mark.scheme for atom in atoms if atom.mark is not None and atom.mark.end > atom.mark.start)
    keys = Counter(atom.key for atom in atoms if atom.form == KEY)
    scheme = chance.choice(sorted(name for name, times in schemes.items() if times >= _OFTEN) or [""])
    key = chance.choice(sorted(name for name, times in keys.items() if times >= _OFTEN) or [""])
    labels = [(a.block, a.mark.start, a.mark.end) for a in atoms if a.mark is not None and a.mark.scheme == scheme]
    named = [(a.block, a.start, a.end) for a in atoms if a.form == KEY and a.key == key]
    for lost in (labels, named, [*labels, *named]):
        if lost:
            yield _without(document, lost)
    yield replace(document, blocks=tuple(_run_together(document.blocks)))


def _without(document: Document, places: Sequence[tuple[int, int, int]]) -> Document:
    blocks = list(document.blocks)
    for block, start, end in sorted(places, reverse=True):
        text = blocks[block].text
        blocks[block] = replace(blocks[block], text=text[:start] + text[end:])
    return replace(document, blocks=tuple(blocks))


def _run_together(blocks: Sequence[Block]) -> Iterator[Block]:
    """The paragraphs between headings and tables as one."""
    running: Block | None = None
    for block in blocks:
        plain = block.kind == "paragraph" and not block.align and not block.label
        if running is not None and plain:
            running = replace(running, text=running.text + block.text)
            continue
        if running is not None:
            yield running
        running = block if plain else None
        if running is None:
            yield block
    if running is not None:
        yield running


# --- the fit -------------------------------------------------------------------------------------------------------


def calibrated(found: Sequence[Trial]) -> dict[str, float]:
    """Weight of each sign, and `bias`: the log odds that a reading is wrong (ridge regression, Newton's steps)."""
    names = sorted({name for trial in found for name in trial.signs})
    signs = np.array([[trial.signs.get(name, 0.0) for name in names] for trial in found])
    middle, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    weights = _ridge((signs - middle) / spread, found) / np.append(spread, 1.0)
    bias = weights[-1] - float(weights[:-1] @ middle)
    pairs = [*zip(names, weights[:-1], strict=True), ("bias", bias)]
    return {name: round(float(weight), 2) for name, weight in pairs}


def _ridge(signs: Numbers, found: Sequence[Trial]) -> Numbers:
    wrong = np.array([float(trial.f1 < WRONG) for trial in found])
    right = np.array([float(trial.f1 >= RIGHT) for trial in found])
    # damaged copies are read wrongly more often than papers are: both classes weigh alike
    counts = wrong * right.sum() / max(1.0, wrong.sum()) + right + _BETWEEN * (1 - wrong - right)
    design = np.hstack([signs, np.ones((len(signs), 1))])
    ridge = np.eye(design.shape[1]) * _RIDGE
    ridge[-1, -1] = 0.01
    weights: Numbers = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (counts * (likely - wrong)) + ridge @ weights
        curve = (design.T * (counts * likely * (1 - likely))) @ design + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def outcome(found: Sequence[Trial]) -> list[str]:
    """Lines for a person: of wrong and of right readings, how many are doubted, each writer's by the others' fit."""
    lines = [f"F1 低于 {WRONG} 的读法算读错，{RIGHT} 以上算读对；每位作者的文档由其余作者的文档拟合。"]
    every: Counter[str] = Counter()
    for writer in sorted({trial.writer for trial in found}):
        counts: Counter[str] = Counter()
        for _, read in _PARTS:
            own = [one for one in found if one.writer == writer and one.read == read]
            others = [one for one in found if one.writer != writer and one.read == read]
            weights = calibrated(others) if own and others else {"bias": 0.0}
            for one in own:
                counts.update(_judged(one, weights))
        lines.append(_line(writer, counts))
        every += counts
    return [*lines, _line("合计", every)]


def _judged(trial: Trial, weights: Mapping[str, float]) -> Iterator[str]:
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in trial.signs.items())
    name = "wrong" if trial.f1 < WRONG else "right" if trial.f1 >= RIGHT else "between"
    yield name
    if 1 / (1 + np.exp(-odds)) > _DOUBTED:
        yield f"{name} doubted"


_TOLD = {"wrong": "读错", "right": "读对"}


def _line(name: str, counts: Counter[str]) -> str:
    told = [f"{said} {counts[one]:>3}，其中存疑 {_share(counts, one)}" for one, said in _TOLD.items()]
    return f"{name:<4} " + "；".join(told)


def _share(counts: Counter[str], name: str) -> str:
    return f"{counts[f'{name} doubted'] / counts[name]:.0%}" if counts[name] else "—"
