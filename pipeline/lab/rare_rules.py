"""Rules that match in hardly any paper: each may have been written for one paper only, and is worth a question.

In: the rules and the annotated papers.  Out: lines for a person; none of them is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from pipeline.core import values
from pipeline.lab import annotated
from pipeline.ruleset.rule import Rule, Rules

FEWEST = 3  # papers in which a rule should match


def rare_rules(rules: Rules, corpus: Path) -> list[str]:
    """A line for each rule that matches in fewer than `FEWEST` annotated papers; empty where there are none.

    A rule counts where its wording stands anywhere in a paper or it matches on one of its lines or cells.  A
    rule for a part of a line may hit more than is seen here: hence a question.
    """
    papers = [_lines(annotated.read(path)) for path in sorted(corpus.glob("*.ann.txt"))]
    if not papers:
        return []
    rare = [(rule, count) for rule in rules.all() if (count := _papers_with(rule, papers)) < FEWEST]
    seen = f"{len(papers)} 份样本中有"
    lines = [f"？ {rule.source} 规则 {rule.id}：{seen} {count} 份用到，是否只为个别文档而写" for rule, count in rare]
    return [*lines, f"{len(papers)} 份样本中，{len(rare)} 条规则用到的不足 {FEWEST} 份（不算有误）。"]


def _papers_with(rule: Rule, papers: Iterable[Sequence[str]]) -> int:
    """In how many papers a rule matches, counted up to `FEWEST`."""
    found = (1 for lines in papers if any(rule.search(line) is not None for line in lines)
             or rule.pattern.search("\n".join(lines)) is not None)  # fmt: skip
    return sum(islice(found, FEWEST))


def _lines(paper: annotated.AnnotatedPaper) -> list[str]:
    """The views of a paper's lines and cells, automatic numbers written out; in reading order, each once."""
    shown = zip(paper.lines, annotated.labels(paper), strict=True)
    pieces = (piece for line, label in shown for piece in (line.cells if line.row else [label + line.text]))
    return list(dict.fromkeys(values.view(piece) for piece in pieces if piece.strip()))
