"""The check of the reading itself: whether a paper may have been read wrongly, so that a person looks first."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reconcile.cases import Paper
from pipeline.reconcile.recount import whole
from pipeline.reconcile.registry import Context, Defect, check

_METRICS = ("problems", "tasks")
_FEW = 2  # a stated total may differ by this much, or by `_SHARE` of it, before the reading itself is in doubt
_SHARE = 0.2


@check("structure_doubtful")
def structure_doubtful(paper: Paper, context: Context) -> Iterator[Defect]:
    """The reading stands hardly above another one, or the paper's own total is far from what was read."""
    read = len(paper.problems)
    stated = [claim for claim in whole(paper.claims) if claim.metric in _METRICS and claim.value]
    far = [claim for claim in stated if abs((claim.value or 0.0) - read) > max(_FEW, _SHARE * (claim.value or 0.0))]
    if stated and len(far) == len(stated):
        claim = far[0]
        yield Defect(
            paper,
            expected=str(read),
            actual=f"{claim.value:g}",
            quote=claim.text,
            paragraph=claim.paragraph or 0,
            words={"reason": f"材料自称{claim.value:g}项，读出{read}个问题"},
        )
        return
    sure = paper.row.confidence
    if sure is not None and sure < context.settings.profile.thresholds["sure"]:
        first = paper.problems[0]
        yield Defect(
            paper,
            quote=first.problem,
            paragraph=first.paragraph or 0,
            words={"reason": f"把握{sure:.2f}，还有别的读法"},
        )
