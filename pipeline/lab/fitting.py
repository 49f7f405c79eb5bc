"""Fitting the weights of the evidence: what `rules/weights.yaml` holds is made here, never typed.

In: the papers with known roles (`tests/corpus`, `tests/cases`) and the rules.  Out: the text of `weights.yaml`.  Papers
are also shown without part of their evidence, or cut down to few problems, so that no single clue is relied upon.
Equal papers and rules give an equal file.  Needs the extra `fit` (python-crfsuite); a run never does.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.core.errors import InputError
from pipeline.core.files import replace_file
from pipeline.core.model import Document
from pipeline.extract.assemble import GROUP, GROUP_STATUS, KEYED, OTHER, PROBLEM
from pipeline.extract.atoms import Atoms, cut
from pipeline.extract.evidence import evidence
from pipeline.extract.weights import ROLE_OF, states_of
from pipeline.lab import annotated
from pipeline.lab.gold_roles import ROLES, Stated, from_golden, from_paper, gold_roles
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules, load_rules

AtomNames = Sequence[frozenset[str]]  # the evidence of each atom of one paper
Fitted = Mapping[str, Mapping[str, Mapping[str, float]]]  # as weights.yaml holds it: part → name → role → weight

FILE = "weights.yaml"
SPARSE, SMALL = 1.0, 0.3  # weights of the sums of |w| and w² in what is minimised: the first makes most of them 0
ROUNDS = 70  # of the minimiser
NEVER = -20.0  # weight of any step to a role that no paper has
LEAST = 0.02  # a smaller weight is left out of the file
# names of evidence that speak of one thing: what a copy of a paper loses together, and what --report leaves out
GROUPS: Mapping[str, tuple[str, ...]] = {
    "编号与层次": ("label", "nest", "under", "place.before_labels", "place.behind_labels"),
    "整改标志语": ("rule.rectification", "rule.effect", "rule.part", "key.often", "key.seldom"),
    "状态用语": ("status", "rule.status"),
    "问题的框式": ("rule.frame", "word.problem_end"),
    "一般用词": ("word.",),
    "责任栏目": ("rule.responsibility",),
    "版式": ("style", "align", "block"),
    "同类各处": ("set.", "value.", "its."),
    "题名与开头": ("paper.",),
    "长短与句读": ("length", "stop", "has."),
}
# lost by copies; of the labels a copy loses one scheme
_DROPPED = ("整改标志语", "状态用语", "问题的框式", "一般用词", "责任栏目", "版式")
_SIGN = re.compile(r"(?:[-+]\d:[=/]|\^:)")
_WRITER = re.compile(r"[a-z](?:\d(?=-))?")
_FEWEST = 5  # problems of a paper that is worth cutting down
_HEADING = (GROUP, GROUP_STATUS, KEYED)
_REMARK = (
    "# 由 zhenggai rules fit 生成（judge 的 read、unread 由 rules calibrate），不要手工改动。"
    "follows：一种角色后面接另一种角色的分量；evidence：每种迹象对各角色的分量（正数支持，负数反对）。\n"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A paper with the true role of each of its atoms; `writer` is the set of papers that one hand wrote.

    `problems` are the blocks and places in which its problems begin, in tables too.
    """

    name: str
    writer: str
    document: Document
    atoms: Atoms
    roles: tuple[str, ...]
    problems: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A paper as the fit sees it: evidence and true roles."""

    writer: str
    names: AtomNames
    roles: tuple[str, ...]


# --- papers --------------------------------------------------------------------------------------------------------


def samples(folder: Path, rules: Rules) -> tuple[list[Sample], list[str]]:
    """All papers below `folder` (corpus/*.ann.txt, cases/*/rows.golden) by name, and the names of those left out.

    A paper is left out when a tag of its source is not found again in the document.  Raises InputError where there
    are no papers, or one is wrong.
    """
    found, missed = [], []
    sources = sorted((folder / "corpus").glob("*.ann.txt"))
    for path in sources:
        paper = annotated.read(path)
        document = made(paper)
        stated = from_paper(document, paper)
        if stated is None:
            missed.append(paper.name)
        else:
            found.append(_sample(paper.name, document, stated, rules))
    annotated_too = {path.name.removesuffix(".ann.txt") for path in sources}
    for golden in sorted((folder / "cases").glob("*/rows.golden")):
        if golden.parent.name not in annotated_too:
            found += _of_case(golden, rules)
    if not found:
        raise InputError(str(folder), "没有找到标注过的样本", "请在源码文件夹中运行")
    return found, missed


def made(paper: annotated.AnnotatedPaper) -> Document:
    """The document of an annotated paper in the first of its formats."""
    form = paper.meta.get("formats", "docx").split(",")[0].strip()
    if form == "txt":
        data = annotated.as_txt(paper).encode()
    else:
        data = annotated.as_html(paper).encode() if form == "html" else annotated.as_docx(paper)
    return gate.read_bytes(data, f"{paper.name}.{form}")


def _of_case(golden: Path, rules: Rules) -> Iterator[Sample]:
    told = golden.read_text(encoding="utf-8")
    for path in sorted(golden.parent.iterdir()):
        if path == golden:
            continue
        document = gate.read(path, path.name)
        identity = re.search(rf"^documents \d+: doc_id=(\w+) \| file={re.escape(path.name)} ", told, re.MULTILINE)
        if identity is not None:
            yield _sample(path.name, document, from_golden(golden, identity[1]), rules)


def writer_of(name: str) -> str:
    """The writer of a paper by its name: a letter, and a digit in front of a dash."""
    found = _WRITER.match(name)
    return found[0] if found else name


def _sample(name: str, document: Document, stated: Sequence[Stated], rules: Rules) -> Sample:
    atoms = cut(document, rules)
    problems = frozenset((one.span.block, one.span.start) for one in stated if one.role == PROBLEM)
    return Sample(name, writer_of(name), document, atoms, gold_roles(atoms, stated, rules), problems)


# --- copies that lack something ------------------------------------------------------------------------------------


def shown(sample: Sample, rules: Rules, copies: bool = True) -> Iterator[Lesson]:
    """A paper as it stands, and its copies: without the labels of one scheme, without some words, cut down twice."""
    whole = evidence(sample.document, sample.atoms, rules)
    yield Lesson(sample.writer, whole, sample.roles)
    if not copies:
        return
    chance = random.Random(sample.name)  # noqa: S311 (which copies are made, no secret)
    schemes = sorted({atom.mark.scheme for atom in sample.atoms.items if atom.mark is not None})
    if schemes:
        bare = without_scheme(sample.atoms, chance.choice(schemes))
        yield Lesson(sample.writer, evidence(sample.document, bare, rules), sample.roles)
    lost = chance.sample(_DROPPED, chance.choice((1, 1, 2)))
    yield Lesson(sample.writer, without_groups(whole, lost), sample.roles)
    for _ in range(2):
        small = crop(sample, rules, chance)
        if small is not None:
            yield Lesson(small.writer, evidence(small.document, small.atoms, rules), small.roles)


def without_scheme(atoms: Atoms, scheme: str) -> Atoms:
    """The atoms as if the labels of one scheme had not been written."""
    items = (replace(atom, mark=None) if atom.mark is not None and atom.mark.scheme == scheme else atom
             for atom in atoms.items)  # fmt: skip
    return replace(atoms, items=tuple(items))


def without_groups(names: AtomNames, groups: Sequence[str]) -> AtomNames:
    """The evidence without the names of some `GROUPS`, the neighbours' among them."""
    prefixes = tuple(prefix for group in groups for prefix in GROUPS[group])
    return [frozenset(name for name in held if not _SIGN.sub("", name, count=1).startswith(prefixes)) for held in names]


def crop(sample: Sample, rules: Rules, chance: random.Random) -> Sample | None:
    """The paper with only one to four of its problems, one behind the other; None where it can't be cut so.

    That is where it has few problems, several in one paragraph, or cuts into other atoms without the rest.
    """
    problems = [number for number, role in enumerate(sample.roles) if role == PROBLEM]
    items = sample.atoms.items
    if len(problems) < _FEWEST or len({items[number].block for number in problems}) < len(problems):
        return None
    count = chance.choice((1, 1, 2, 2, 3, 4))
    first = chance.randrange(len(problems) - count)
    begins, ends, opening = (items[_with_headings(sample.roles, problems[k])].block for k in (first, first + count, 0))
    closing = max(items[number].block for number, role in enumerate(sample.roles) if role != OTHER) + 1
    kept = [*range(min(opening, begins)), *range(begins, ends), *range(closing, len(sample.document.blocks))]
    document = replace(sample.document, blocks=tuple(sample.document.blocks[block] for block in kept))
    atoms = cut(document, rules)
    role_at = {(atom.block, atom.start, atom.end): role for atom, role in zip(items, sample.roles, strict=True)}
    roles = [role_at.get((kept[atom.block], atom.start, atom.end)) for atom in atoms.items]
    told = tuple(role for role in roles if role is not None)
    return Sample(sample.name, sample.writer, document, atoms, told) if len(told) == len(roles) else None


def _with_headings(roles: Sequence[str], problem: int) -> int:
    """The first of the headings that stand right above a problem."""
    at = problem
    while at > 0 and roles[at - 1] in _HEADING:
        at -= 1
    return at


# --- the fit -------------------------------------------------------------------------------------------------------


def fit(papers: Sequence[Lesson], rounds: int = ROUNDS) -> dict[str, dict[str, dict[str, float]]]:
    """Weights under which the true roles are the likeliest: `follows` and `evidence` of weights.yaml.

    Raises InputError where the extra is not installed.
    """
    crfsuite = _crfsuite()
    trainer = crfsuite.Trainer(verbose=False)
    for paper in papers:
        trainer.append([sorted(names) for names in paper.names], states_of(paper.roles))
    trainer.set_params({"c1": SPARSE, "c2": SMALL, "max_iterations": rounds, "feature.possible_transitions": True})
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model")
        trainer.train(model)
        tagger = crfsuite.Tagger()
        tagger.open(model)
        info = tagger.info()
        tagger.close()
    states = sorted({*ROLES, *ROLE_OF} - {OTHER})
    unseen = {state: NEVER for state in states if state not in info.labels}
    follows = {state: dict(unseen) for state in states}
    for (before, behind), weight in info.transitions.items():
        if abs(weight) >= LEAST:
            follows[before][behind] = round(weight, 2)
    found: dict[str, dict[str, float]] = {}
    for (name, role), weight in sorted(info.state_features.items()):
        if abs(weight) >= LEAST:
            found.setdefault(name, {})[role] = round(weight, 2)
    return {"follows": follows, "evidence": found}


def _crfsuite() -> Any:
    try:
        import pycrfsuite
    except ImportError as error:
        raise InputError(
            "",
            "拟合迹象的分量需要 python-crfsuite，这里没有安装",
            "请运行 pip install 'zhenggai[fit]' 后再试；处理文档用不到它",
        ) from error
    return pycrfsuite


def weights_text(judge: Mapping[str, Mapping[str, float]], fitted: Fitted) -> str:
    """The text of weights.yaml: the judge's factors as they are given, then what was fitted."""
    lines = ["judge:", *(f"  {name}: {_line(given.items())}" for name, given in judge.items())]
    for part in ("follows", "evidence"):
        mark = "'" if part == "evidence" else ""
        lines.append(f"{part}:")
        lines += [
            f"  {mark}{name}{mark}: {_line(sorted(given.items(), key=lambda one: (-abs(one[1]), one[0])))}"
            for name, given in fitted[part].items()
        ]
    return _REMARK + "\n".join(lines) + "\n"


def _line(given: Any) -> str:
    return "{" + ", ".join(f"{name}: {weight:g}" for name, weight in given) + "}"


def write_weights(folder: Path, papers: Path, target: Path) -> list[str]:
    """Fit the weights of a folder of rules on the papers below another, and write them; gives lines for a person.

    Raises InputError without papers or the extra, RuleError for wrong rules, OutputError where it can't be written.
    """
    _crfsuite()  # said before the papers are read
    rules = load_rules(folder)
    read, missed = samples(papers, rules)
    fitted = fit([one for sample in read for one in shown(sample, rules)])
    written = replace_file(target, weights_text(rules.weights["judge"], fitted).encode())
    count = sum(map(len, fitted["evidence"].values()))
    return [
        *left_out(missed),
        f"用 {len(read)} 份样本拟合，{len(fitted['evidence'])} 种迹象有 {count} 个分量，已写入 {written}。",
    ]


def left_out(missed: Sequence[str]) -> list[str]:
    """A line for each paper that could not be used."""
    return [f"- {name}：标注的文字在文档里没有找到，未用" for name in missed]
