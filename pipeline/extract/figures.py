"""Tables of figures (指标｜数量): each number that a name beside or above it explains is a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.core import values
from pipeline.core.model import Document, Span
from pipeline.extract.claims import Claim
from pipeline.extract.found import fact
from pipeline.extract.proposers.table_grid import Grid
from pipeline.ruleset.rule import Hit, Rules


def read_figures(document: Document, views: Sequence[str], grids: Mapping[int, Grid], rules: Rules) -> Iterator[Claim]:
    """Claims of tables, in reading order.

    The name left of a number is believed before the one above it; what the other one says, unless it only says
    “how many” (数量, 合计), is the part that the number speaks about (a school, an aspect).
    """
    for number in sorted(grids):
        above: dict[int, str] = {}  # the last name in each column
        left, last_row = "", -1
        for (row, column), block in sorted(grids[number].items()):
            left = left if row == last_row else ""
            last_row = row
            figure = rules.at("figure_number", views[block])
            if figure is None:
                name = views[block].strip()
                if name:
                    left = above[column] = name
                continue
            if document.blocks[block].merged:
                continue
            over = above.get(column, "")
            claim = _claim(document, block, figure, left, over, rules) or _claim(
                document, block, figure, over, left, rules
            )
            if claim is not None:
                yield claim


def _claim(document: Document, block: int, figure: Hit, name: str, other: str, rules: Rules) -> Claim | None:
    named = rules.at("figure_name", name)
    if named is None:
        return None
    unit = figure.groups.get("unit") or named.groups.get("unit") or ""
    part = rules.at("figure_part", named.value)
    hit = part or rules.at("figure", named.value)
    if hit is None:
        return None
    scope = "" if rules.at("figure_plain", other) is not None else other
    value = _value(figure.value, unit, bool(hit.rule.options.get("money")))
    if value is None:
        return None
    metric = hit.rule.value
    if hit.rule.options.get("money"):
        unit = "元"
    if metric == "rate":
        unit = "%"
    place = Span(block, figure.start, figure.end)
    found = fact(document, "claim", place, hit.rule.id, value)
    return Claim(metric, found, unit, metric if part is not None else "", named.value if part is not None else scope)


def _value(text: str, unit: str, money: bool) -> float | None:
    """The number; sums in yuan, which a number without 元 in its cell or name does not state."""
    if money:
        return values.money(text + unit) if values.in_yuan(unit) else None
    return values.number(text)
