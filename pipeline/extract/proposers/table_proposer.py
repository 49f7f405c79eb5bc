"""Tables, forms and cards → one proposal; lists of tasks and duties are joined to the problems that they number.

In: a document and the rules.  Out: `tables`: a proposal or None where no table states problems of ours; `join_lists`:
problems read elsewhere completed by the paper's lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.extract.found import Problem, fact, trimmed
from pipeline.extract.proposers.cells import Cells
from pipeline.extract.proposers.joined import join
from pipeline.extract.proposers.ledger import Ledger
from pipeline.extract.proposers.proposal import NamedCell, Proposal, Record
from pipeline.extract.proposers.roles import ANSWERS, Columns, read_columns
from pipeline.extract.proposers.table_form import Form
from pipeline.extract.proposers.table_grid import Grid, read_grids, rows_of, turned
from pipeline.extract.proposers.table_names import Names
from pipeline.ruleset.rule import Rules

_STATED = 5.0  # what must speak for the problems' column
_ACTED = 4.0  # what must speak for the column of measures where no heading names the problems


@dataclass(frozen=True)
class PaperTables:
    """All tables of one document, each read in the form that it has."""

    document: Document
    rules: Rules

    @cached_property
    def views(self) -> tuple[str, ...]:
        """The views of all blocks."""
        return tuple(values.view(block.text) for block in self.document.blocks)

    @cached_property
    def names(self) -> Names:
        """What the headings weigh."""
        return Names(self.rules)

    @cached_property
    def grids(self) -> dict[int, Grid]:
        """Table number → its grid."""
        return read_grids(self.document)

    @cached_property
    def forms(self) -> dict[int, Form]:
        """Tables of names and values that state a problem."""
        forms = {n: Form(self.document, self.views, grid, self.names) for n, grid in self.grids.items()}
        believed = {n: form for n, form in forms.items() if form.believed()}
        return {n: form for n, form in believed.items() if form.answered() or len(believed) > 1}

    @cached_property
    def columns(self) -> dict[int, tuple[Grid, Columns]]:
        """Tables of rows: number → the grid (turned where the headings stand in the first column) and its columns."""
        found: dict[int, tuple[Grid, Columns]] = {}
        before: tuple[Grid, Columns] | None = None
        for number, grid in self.grids.items():
            if number in self.forms:
                continue
            read = read_columns(self.document, grid, self.views, self.names)
            other = turned(grid)
            if read.first == 0 and len({r for r, _ in grid}) > 2:
                across = read_columns(self.document, other, self.views, self.names)
                if across.first > 0:
                    grid, read = other, across
            width = {c for _, c in grid}
            if read.first == 0 and before is not None and {c for _, c in before[0]} == width:
                read = replace(before[1], first=0)  # the table goes on behind a page break
            found[number] = (grid, read)
            before = (grid, read) if states_problems(read) else None
        return found

    @cached_property
    def ledgers(self) -> dict[int, Ledger]:
        """The tables whose rows state problems."""
        return {n: self._ledger(n) for n, (_, columns) in self.columns.items() if states_problems(columns)}

    @cached_property
    def lists(self) -> dict[int, Ledger]:
        """The tables whose rows may say more about problems that they number."""
        return {n: self._ledger(n) for n, (_, columns) in self.columns.items() if is_list(columns)}

    def _ledger(self, number: int) -> Ledger:
        grid, columns = self.columns[number]
        return Ledger(self.document, self.views, grid, columns, self.names)


def states_problems(columns: Columns) -> bool:
    """Whether the rows of a table are problems of ours: named so, or plainly problems beside plain measures."""
    roles = set(columns.roles.values())
    if "problem" not in roles or not roles & {"seq", "ref", "aspect", "category", *ANSWERS}:
        return False
    headed = columns.first > 0
    stated, acted = columns.weight("problem"), max(columns.weight("measures"), columns.weight("task"))
    if headed and columns.name_weight("problem") > 0:
        return stated >= _STATED
    named = max(columns.name_weight("measures"), columns.name_weight("progress")) if headed else _ACTED
    return stated >= _ACTED and acted >= _ACTED and named >= _ACTED


def is_list(columns: Columns) -> bool:
    """Whether the rows of a table name problems by number and say what is done, by whom or by when."""
    roles = set(columns.roles.values())
    return "problem" not in roles and bool(roles & {"ref", "seq"}) and bool(roles & set(ANSWERS)) and columns.first > 0


def tables(document: Document, rules: Rules) -> Proposal | None:
    """The problems that the document's tables, forms and cards state."""
    paper = PaperTables(document, rules)
    cells = Cells(document, paper.views, rules)
    ledgers, forms = paper.ledgers, paper.forms
    records = [record for number in sorted({*ledgers, *forms}) for record in _records(paper, cells, number)]
    problems = [cells.problem(record) for record in records]
    kept = [k for k, problem in enumerate(problems) if problem.problem is not None and problem.problem.text]
    if not kept:
        return None
    problems = [problems[k] for k in kept]
    lists = paper.lists
    for ledger in lists.values():
        join(cells, ledger.records(), problems, "ref" in ledger.columns.roles.values())
    for problem in problems:
        cells.duties(problem)
    used = {*ledgers, *forms, *lists}
    blocks = {block for number in used for block in paper.grids[number].values()}
    return Proposal(
        form="cards" if len(forms) > 1 else "form" if forms else "table",
        problems=problems,
        blocks=frozenset(blocks),
        tables=tuple(records[k].table for k in kept),
        named=_named(paper, cells, [*ledgers.values(), *lists.values()]),
        roles=_roles([*list(ledgers.values())[:1], *lists.values()], records[:1] if forms else []),
        headings=frozenset(_headings([*ledgers.values(), *lists.values()], list(forms.values()))),
        advice=[advice for form in forms.values() for advice in _advice(cells, form)],
    )


def join_lists(document: Document, rules: Rules, problems: list[Problem]) -> frozenset[int]:
    """Completes problems read elsewhere by the document's lists; gives the blocks of those lists."""
    paper = PaperTables(document, rules)
    cells = Cells(document, paper.views, rules)
    lists = paper.lists
    for ledger in lists.values():
        join(cells, ledger.records(), problems, "ref" in ledger.columns.roles.values())
    return frozenset(block for number in lists for block in paper.grids[number].values())


def _records(paper: PaperTables, cells: Cells, number: int) -> list[Record]:
    if number not in paper.forms:
        return paper.ledgers[number].records()
    records = paper.forms[number].records(len(paper.forms) == 1)
    return split(cells, records[0]) if len(records) == 1 and len(paper.forms) == 1 else records


def split(cells: Cells, record: Record) -> list[Record]:
    """One record for each problem of a form that lists all of them in one cell; measures go by their numbers."""
    stated = next(entry for entry in record.entries if entry.role == "problem")
    pieces = _pieces(cells, stated.span)
    if len(pieces) < 2:
        return [record]
    found = []
    for number, (label, span) in enumerate(pieces):
        entries = [NamedCell("seq", "", stated.rule, label), replace(stated, span=span)]
        for entry in record.entries:
            if entry is stated or entry.role == "seq":
                continue
            parts = _pieces(cells, entry.span) if entry.role in ("measures", "task") else []
            alike = len(parts) == len(pieces)
            entries.append(replace(entry, span=parts[number][1]) if alike else entry)
        found.append(Record(tuple(entries), record.table))
    return found


def _pieces(cells: Cells, span: Span) -> list[tuple[Span, Span]]:
    """The labels and texts of a cell's list."""
    marks = cells.marks(span)
    ends = [*(mark.start for mark in marks[1:]), span.end]
    return (
        [
            (Span(span.block, m.start, m.end), trimmed(cells.document, Span(span.block, m.end, end)))
            for m, end in zip(marks, ends, strict=True)
        ]
        if marks
        else []
    )


def _advice(cells: Cells, form: Form) -> list[tuple[str, Fact]]:
    found: list[tuple[str, Fact]] = []
    for entry in form.entries:
        if entry.role == "advice":
            pieces = _pieces(cells, entry.span) or [(Span(entry.span.block, 0, 0), trimmed(cells.document, entry.span))]
            for label, span in pieces:
                found.append((cells.document.text(label).strip(), fact(cells.document, "advice", span, entry.rule)))
    return found


def _named(paper: PaperTables, cells: Cells, ledgers: Sequence[Ledger]) -> tuple[tuple[Span, str, str], ...]:
    return tuple(
        (Span(block, 0, len(paper.views[block])), ledger.columns.roles[column], rule)
        for ledger in ledgers
        for column, (block, rule) in sorted(ledger.columns.headings.items())
        if block >= 0
    )


def _headings(ledgers: Sequence[Ledger], forms: Sequence[Form]) -> Iterator[int]:
    for ledger in ledgers:
        for cells in list(rows_of(ledger.grid).values())[: ledger.columns.first]:
            yield from (block for _, block in cells)
    for form in forms:
        yield from (name for pairs in form.pairs for name, _ in pairs)


def _roles(ledgers: Sequence[Ledger], records: Sequence[Record]) -> tuple[str, ...]:
    """The roles of the first table's columns, or of a form's first problem, and of the lists that go with it."""
    columns = [columns.roles[c] for columns in (ledger.columns for ledger in ledgers) for c in sorted(columns.roles)]
    return tuple(dict.fromkeys([*columns, *(entry.role for record in records for entry in record.entries)]))
