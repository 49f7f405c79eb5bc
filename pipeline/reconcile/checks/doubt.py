"""The check of the reading itself: whether a paper may have been read wrongly, so that a person looks first."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.core.reading_rows import ReadingRow
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.recount import whole
from pipeline.reconcile.registry import Context, Defect, check

_METRICS = ("problems", "tasks")
_FEW = 2  # a stated total may differ by this much, or by `_SHARE` of it, before the reading itself is in doubt
_SHARE = 0.2


@check("structure_doubtful")
def structure_doubtful(paper: Paper, context: Context) -> Iterator[Defect]:
    """The signs of doubt outweigh the reading, or the paper's own total is far from what was read."""
    read = len(paper.problems)
    stated = [claim for claim in whole(paper.claims) if claim.metric in _METRICS and claim.value]
    far = [claim for claim in stated if abs((claim.value or 0.0) - read) > max(_FEW, _SHARE * (claim.value or 0.0))]
    if read and stated and len(far) == len(stated):
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
        yield Defect(
            paper,
            quote=paper.problems[0].problem if read else paper.row.title,
            paragraph=(paper.problems[0].paragraph or 0) if read else 0,
            words={"reason": _reason(paper), "signs": paper.row.doubts.replace(" ", "、")},
        )


def _reason(paper: Paper) -> str:
    return both_readings(paper) + ("；疑点：" if paper.row.doubts else "")


def both_readings(paper: Paper) -> str:
    """What the paper was read as, and as what it can be read besides."""
    chosen = f"读作{_told(len(paper.problems), len(paper.measures))}"
    other = next((one for one in paper.readings if not one.chosen), None)
    return chosen if other is None else f"{chosen}；另一种读法：{_told_of(other)}"


def _told_of(reading: ReadingRow) -> str:
    return _told(reading.problems, reading.measures)


def _told(problems: int, measures: int) -> str:
    return f"{problems}个问题" + (f"、{measures}条措施" if measures else "") if problems else "没有问题"
