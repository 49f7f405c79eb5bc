"""What each chapter of a document is: its problems, its work, its next steps, advice, demands.

In: the outline with its questions.  Out: a part for each root section.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.core.vocabulary import Kind
from pipeline.extract.outline import Section
from pipeline.extract.parts import BREAKS, Reading, names_aspect


def chapters(reading: Reading) -> dict[int, str]:
    """Root section index → its part.  Evidence below a chapter outweighs a title that only sounds like duty."""
    roots = list(reading.outline.roots)
    parts: dict[int, str] = {}
    for root in roots:
        named = root.mark.rule if root.mark.scheme in BREAKS else reading.part(root)
        if root.mark.scheme in BREAKS:
            parts[root.index] = root.mark.text
        elif reading.answers_by_number(root):
            parts[root.index] = "answers"
        elif root.mark.enumerator:
            parts[root.index] = "" if named == "problems" else named
        elif named in ("next_steps", "advice", "evaluation") or (named == "requirement" and not reading.strong(root)):
            parts[root.index] = named
        elif reading.strong(root):
            parts[root.index] = "problems"
        else:
            parts[root.index] = named
    if any(reading.strong(root) for root in roots if parts[root.index] == "problems"):
        for root in roots:  # beside answered problems, a chapter without any answer tells of the work
            if parts[root.index] == "problems" and not reading.strong(root) and not names_aspect(reading, root):
                parts[root.index] = "organisation"
    if reading.kind == Kind.FEEDBACK:  # chapters of one kind: where one holds problems, so do those without a title
        schemes = {root.mark.scheme for root in roots if parts[root.index] == "problems"}
        for root in roots:
            if parts[root.index] == "" and root.children and root.mark.scheme in schemes:
                parts[root.index] = "problems"
    if "problems" not in parts.values() or reading.kind == Kind.FEEDBACK:
        _by_elimination(reading, roots, parts)
    return parts


def _by_elimination(reading: Reading, roots: Sequence[Section], parts: dict[int, str]) -> None:
    """Without evidence or title, chapters that are nothing else hold the problems (feedback, plain lists)."""
    if any(part == "problems" for part in parts.values()):
        return
    for root in roots:
        if parts[root.index] == "" and not root.mark.enumerator and (root.children or reading.kind == Kind.FEEDBACK):
            parts[root.index] = "problems"
