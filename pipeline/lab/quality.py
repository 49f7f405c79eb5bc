"""How right a reading is: the F1 of its values against those of the annotated paper that the document was made of."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.core.rows import Tables
from pipeline.lab import annotated

Token = tuple[str, ...]  # what a value is, and its words
_OF_PROBLEM = ("aspect", "category", "status", "lead", "dept", "person", "deadline")


def quality(read: Tables, paper: annotated.AnnotatedPaper) -> float:
    """From 0 to 1; 1 where nothing is to be found and nothing was."""
    true, given = Counter(_true(annotated.gold(paper))), Counter(_given(read))
    both = true.total() + given.total()
    return 2 * (true & given).total() / both if both else 1.0


def _true(gold: dict[str, Any]) -> Iterator[Token]:
    texts = {one["id"]: _plain(one["problem"]) for one in gold["problems"]}
    yield "kind", str(gold["meta"]["kind"]).split("|")[0]
    for one in gold["problems"]:
        yield "problem", texts[one["id"]]
        yield from ((name, texts[one["id"]], _plain(one[name])) for name in _OF_PROBLEM if one[name])
    for measure in gold["measures"]:
        yield "measure", texts.get(measure["problem"], ""), _plain(measure["text"])
    yield from (("claim", claim["metric"], f"{claim['value']:g}") for claim in gold["claims"])
    yield from (("advice", _plain(text)) for text in gold["advice"])


def _given(read: Tables) -> Iterator[Token]:
    texts = {row.problem_id: _plain(row.problem) for row in read.problems}
    yield "kind", str(read.documents[0].kind or "")
    for row in read.problems:
        yield "problem", texts[row.problem_id]
        yield from (
            (name, texts[row.problem_id], _plain(getattr(row, name))) for name in _OF_PROBLEM if getattr(row, name)
        )
    for measure in read.measures:
        yield "measure", texts.get(measure.problem_id, ""), _plain(measure.text)
    yield from (("claim", claim.metric, f"{claim.value:g}") for claim in read.claims if claim.value is not None)
    yield from (("advice", _plain(row.text)) for row in read.advice)


def _plain(text: object) -> str:
    """Only letters, digits and Chinese characters."""
    return "".join(char for char in unicodedata.normalize("NFKC", str(text)) if char.isalnum())
