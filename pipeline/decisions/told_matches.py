"""Decisions about which problem answers which, out of the store: found again by words, never by a number alone."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.core.reading_rows import ToldLinkRow
from pipeline.core.rows import ProblemRow, Tables
from pipeline.decisions.columns import stored_text

LINKS, ANSWER = "links", "answer"  # the table and the field in the store
NO_ANSWER = "none"  # what it holds where a paper answers a problem nowhere
_TO = ">"


def link_row(source: str, paper: str) -> str:
    """How the store names the match of a problem with a paper."""
    return f"{source}{_TO}{paper}"


def told_links(
    decisions: Iterable[tuple[str, str, str, str]], read: Tables, corrected: Tables
) -> tuple[ToldLinkRow, ...]:
    """Rows of (row, document of the problem, its words, words of the answer) as links between problems as they are now.

    The words are those that were read or those that people made of them; what is no longer there is left out.
    """
    by_words = {(row.doc_id, stored_text(row.problem)): row for tables in (read, corrected) for row in tables.problems}

    def found(doc_id: str, words: str) -> ProblemRow | None:
        return by_words.get((doc_id, words))

    out = []
    for name, doc_id, words, answer in decisions:
        paper = name.rpartition(_TO)[2]
        source = found(doc_id, words)
        target = found(paper, answer)
        if source is not None and (target is not None or answer == NO_ANSWER):
            out.append(ToldLinkRow(source=source.problem_id, paper=paper, answer=target.problem_id if target else ""))
    return tuple(out)
