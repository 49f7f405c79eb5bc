"""Forms and cards → records: names stand beside their values, and a problem's name begins the next record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from pipeline.core.model import Document, Span
from pipeline.extract.proposers.proposal import NamedCell, Record
from pipeline.extract.proposers.roles import ANSWERS, GROUPS
from pipeline.extract.proposers.table_grid import Grid, rows_of
from pipeline.extract.proposers.table_names import Names, name_of

_PAIR = 2
_SAYS = 4  # what speaks for a field's role, at least
_BEFORE = (*GROUPS, "seq", "ref")  # what may stand in front of the problem that it belongs to


class Form:
    """The names and values of one table."""

    def __init__(self, document: Document, views: Sequence[str], grid: Grid, names: Names) -> None:
        self.document, self.views, self.grid, self.names = document, views, grid, names
        self.table = document.blocks[next(iter(grid.values()))].table
        self.lines = [self._own(cells) for cells in rows_of(grid).values()]
        self.pairs = [list(self._pairs(cells)) for cells in self.lines]

    def believed(self) -> bool:
        """Whether most rows are names with one value each, and a problem is among them."""
        lines = [(cells, pairs) for cells, pairs in zip(self.lines, self.pairs, strict=True) if len(cells) > 1]
        alone = [self._alone(cells, pairs) for cells, pairs in lines if pairs]
        roles = {entry.role for entry in self.entries}
        return 2 * len(alone) >= len(lines) > 0 and 2 * sum(alone) >= len(alone) > 0 and {"problem"} < roles

    def _alone(self, cells: Sequence[int], pairs: Sequence[tuple[int, int]]) -> bool:
        """Whether a row holds names with one value each, and nothing else but names over them."""
        taken = {block for pair in pairs for block in pair}
        return all(
            self.names.heads(self.views[block]) or not self.views[block].strip()
            for block in cells
            if block not in taken
        )

    @cached_property
    def entries(self) -> list[NamedCell]:
        """All names that weigh for a role with their filled values, in reading order."""
        found = []
        for name, value in (pair for pairs in self.pairs for pair in pairs if self.views[pair[1]].strip()):
            role, rule = self._role(name, value)
            found.append(NamedCell(role, name_of(self.views[name]), rule, Span(value, 0, len(self.views[value]))))
        return found

    def records(self, alone: bool) -> list[Record]:
        """One record for each problem; `alone`: the paper has no further form, so what stands before is its head."""
        entries = self.entries
        starts = [k for k, entry in enumerate(entries) if entry.role == "problem"]
        found = []
        for number, start in enumerate(starts):
            begin = start
            while begin > 0 and entries[begin - 1].role in _BEFORE:
                begin -= 1
            if len(starts) == 1:
                begin = 0 if not alone else begin
            end = starts[number + 1] if number + 1 < len(starts) else len(entries)
            while number + 1 < len(starts) and end > start + 1 and entries[end - 1].role in _BEFORE:
                end -= 1
            found.append(Record(tuple(entries[begin:end]), self.table))
        return found

    def answered(self) -> bool:
        """Whether something besides the problem is said that only an answer or a duty says."""
        return bool({entry.role for entry in self.entries} & {*ANSWERS, "advice"})

    def _own(self, cells: Sequence[tuple[int, int]]) -> list[int]:
        """A row's cells, those once that a merged cell covers to the right."""
        own: list[int] = []
        for _, block in cells:
            if self.document.blocks[block].merged and own and self.views[own[-1]] == self.views[block]:
                continue
            own.append(block)
        return own

    def _pairs(self, cells: Sequence[int]) -> Iterator[tuple[int, int]]:
        at = 0
        if len(cells) > _PAIR and all(self.names.heads(self.views[block]) for block in cells):
            return  # headings of columns
        while at + 1 < len(cells):
            named = [self.names.heads(self.views[block]) for block in cells[at : at + 3]]
            if not named[0] or ((len(cells) - at) % 2 and named[1:] == [True, False]):
                at += 1  # text, or a name over several names
            else:
                yield cells[at], cells[at + 1]
                at += 2

    def _role(self, name: int, value: int) -> tuple[str, str]:
        """The role of a field by its name; the value says which where the name leaves a choice."""
        sums = self.names.weights(self.views[name])
        content = self.names.values(self.views[value]) if len(sums) > 1 else {}
        role, weight = max(
            ((role, weight + content.get(role, 0) / 2) for role, weight in sums.items()),
            key=lambda item: item[1],
            default=("other", 0.0),
        )
        return (role, self.names.rule(self.views[name], role)) if weight >= _SAYS else ("other", "column.other")
