"""What a person says about the reading of a paper → a correction that the next reading goes by.

The page sends what was selected and what stands before it as text; places are found here, in code points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.errors import InputError
from pipeline.core.rows import DocumentRow, Tables
from pipeline.decisions.columns import stored_text
from pipeline.decisions.directed import READING, ROLE, piece_row
from pipeline.decisions.merge import CHANGE, Correction
from pipeline.decisions.told_matches import ANSWER, LINKS, NO_ANSWER, link_row
from pipeline.ruleset.labels import Labels

Saying = Callable[[DocumentRow, Tables, Labels, tuple[str, str]], Correction]


@dataclass(frozen=True, slots=True)
class SelectedPiece:
    """A piece of a paragraph (from 1): the text before it, its own, and the label of what it is."""

    paragraph: int
    before: str
    text: str
    role: str


def match_said(tables: Tables, source: str, paper: str, answer: str, who: tuple[str, str]) -> Correction:
    """That a problem is this one of another paper, or ("") none of it.  Raises InputError when one is gone."""
    files = {row.doc_id: row.file for row in tables.documents}
    problems = {row.problem_id: row for row in tables.problems}
    own, other = problems.get(source), problems.get(answer)
    if own is None or paper not in files or (answer and (other is None or other.doc_id != paper)):
        raise InputError("", "这个问题已经不在结果里", "请刷新页面")
    new = stored_text(other.problem) if other else NO_ANSWER
    row = link_row(source, paper)
    return Correction(
        files[own.doc_id], own.doc_id, LINKS, row, stored_text(own.problem), CHANGE, ANSWER, "", new, *who
    )


def piece_said(piece: SelectedPiece) -> Saying:
    """What a piece of a paper is.  Raises InputError when the text is not there, or the label means nothing."""

    def said(row: DocumentRow, tables: Tables, labels: Labels, who: tuple[str, str]) -> Correction:
        text = next(
            (
                one.text
                for one in tables.paragraphs
                if (one.doc_id, one.paragraph) == (row.doc_id, piece.paragraph) and one.table is None
            ),
            "",
        )
        role = labels.code("piece_role", piece.role)
        if role is None or not piece.text.strip() or not text.startswith(piece.before + piece.text):
            raise InputError("", "选中的文字与原文对不上", "请刷新页面后再选")
        start, end = len(piece.before), len(piece.before) + len(piece.text)
        place = piece_row(row.doc_id, piece.paragraph, start, end)
        return Correction(row.file, row.doc_id, READING, place, piece.text, CHANGE, ROLE, "", role, *who)

    return said
