"""Tables with a row for each problem → records; rows that go on, group, sum up or repeat headings are told apart."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.core.model import Document, Span
from pipeline.extract.proposers.proposal import NamedCell, Record
from pipeline.extract.proposers.roles import ANSWERS, GROUPS, Columns
from pipeline.extract.proposers.table_grid import Grid, rows_of, texts_of
from pipeline.extract.proposers.table_names import Names, name_of

_WIDE = 3  # a table of as many columns has rows of one cell that head the rows below


class Ledger:
    """Reads the rows of one table whose columns are known."""

    def __init__(self, document: Document, views: Sequence[str], grid: Grid, columns: Columns, names: Names) -> None:
        self.document, self.views, self.grid, self.columns = document, views, grid, columns
        self.names, self.rules = names, names.rules
        self.table = document.blocks[next(iter(grid.values()))].table
        self.states = "problem" in columns.roles.values()

    def records(self) -> list[Record]:
        """One record for each problem, or for each row where the table states none."""
        found: list[list[NamedCell]] = []
        carried: dict[str, NamedCell] = {}
        headed: NamedCell | None = None
        for cells in list(rows_of(self.grid).values())[self.columns.first :]:
            texts = texts_of(cells, self.views)
            if not texts or self._apart(cells, texts):
                continue
            entries = [self._entry(column, block) for column, block in cells]
            filled = [entry for entry in entries if self._text(entry)]
            if self._heads(cells, filled, bool(found)):
                headed = NamedCell("aspect", "", "column.heading_row", filled[0].span)
                continue
            if self._goes_on(filled, found):
                if found:
                    found[-1] += [entry for entry in filled if not self.document.blocks[entry.span.block].merged]
                continue
            key = next(e for e in filled if e.role == "problem") if self.states else None
            if key is not None and (self.rules.at("nothing", self._text(key)) or len(filled) < 2 <= len(entries)):
                continue
            for entry in filled:
                if entry.role in GROUPS:
                    carried[entry.role] = entry
            has = {entry.role for entry in filled}
            groups = [entry for role, entry in carried.items() if role not in has]
            if headed is not None:  # 一、…方面 over the rows says more than a column 类型
                groups = [headed, *(entry for entry in groups if entry.role != "aspect")]
                filled = [entry for entry in filled if entry.role != "aspect"]
            found.append([*groups, *filled])
        return [Record(tuple(entries), self.table) for entries in found]

    def _entry(self, column: int, block: int) -> NamedCell:
        heading, rule = self.columns.headings[column]
        name = name_of(self.views[heading]) if heading >= 0 else ""
        return NamedCell(self.columns.roles[column], name, rule, Span(block, 0, len(self.views[block])))

    def _text(self, entry: NamedCell) -> str:
        return self.views[entry.span.block].strip()

    def _apart(self, cells: Sequence[tuple[int, int]], texts: Sequence[str]) -> bool:
        """A row of sums, of a note under the table, or the headings once more on a new page."""
        if any(self.rules.at("total_row", self.views[block]) for _, block in cells[:2]):
            return True
        if len(texts) == 1:
            return self.rules.at("table_note", texts[0]) is not None
        heads = {c: self.views[block].strip() for c, (block, _) in self.columns.headings.items() if block >= 0}
        repeated = [heads.get(c) == self.views[b].strip() for c, b in cells if self.views[b].strip()]
        return 2 * sum(repeated) > len(repeated) or (
            len(texts) > 2 and sum(map(self.names.heads, texts)) > 0.8 * len(texts)
        )

    def _heads(self, cells: Sequence[tuple[int, int]], filled: Sequence[NamedCell], begun: bool) -> bool:
        """A row of one text over the whole width (一、…方面（4个）) names the aspect of the rows below."""
        if len({self._text(entry) for entry in filled}) != 1 or len(self.columns.roles) < _WIDE:
            return False
        if filled[0].role in ("seq", "ref"):  # a row of which nothing but the number is filled in
            return not self._text(filled[0]).strip("、.．）)（(").isdigit()
        alone = len(filled) == 1 and filled[0].span.block != cells[0][1]
        return not (alone and (filled[0].role in ANSWERS or filled[0].role in ("problem", "remark")) and begun)

    def _goes_on(self, filled: Sequence[NamedCell], found: Sequence[Sequence[NamedCell]]) -> bool:
        """A further row of the problem above: nothing new where problems stand, or a merged cell carried down."""
        role = "problem" if self.states else "seq" if "seq" in self.columns.roles.values() else "ref"
        entry = next((e for e in filled if e.role == role), None)
        if entry is None:
            return self.states or role in self.columns.roles.values()
        above = [e for e in found[-1] if e.role == role] if found else []
        same = bool(above) and self._text(above[0]) == self._text(entry)
        return same and self.document.blocks[entry.span.block].merged
