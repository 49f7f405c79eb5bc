"""One document with its rows, as the checks and comparisons see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.reading_rows import ReadingRow
from pipeline.core.rows import (
    AdviceRow,
    AmountRow,
    ClaimRow,
    DocumentRow,
    MeasureRow,
    PassageRow,
    ProblemRow,
    ReferenceRow,
    Tables,
    by_document,
    by_problem,
)
from pipeline.core.text import file_name
from pipeline.core.vocabulary import CASE_KINDS, READ, Kind
from pipeline.reconcile.aliases import Aliases


@dataclass(frozen=True, slots=True)
class Paper:
    """One document with its rows, in reading order."""

    row: DocumentRow
    unit: str  # comparable form of the unit's name, "" when unknown
    problems: Sequence[ProblemRow] = ()
    measures: Sequence[MeasureRow] = ()
    claims: Sequence[ClaimRow] = ()
    references: Sequence[ReferenceRow] = ()
    amounts: Sequence[AmountRow] = ()
    advice: Sequence[AdviceRow] = ()
    passages: Sequence[PassageRow] = ()
    by_problem: Mapping[str, Sequence[MeasureRow]] = field(default_factory=dict)  # measures by problem_id
    readings: Sequence[ReadingRow] = ()  # the chosen one, and others where it is in doubt
    given: frozenset[str] = frozenset()  # problems of a joint paper that are followed in the cases of other units
    part: bool = False  # what a joint paper says of one unit: the paper as a whole stands in another case

    @property
    def doc_id(self) -> str:
        """The document's id."""
        return self.row.doc_id

    @property
    def file_name(self) -> str:
        """The name of its file without the folders."""
        return file_name(self.row.file or self.row.doc_id)

    @property
    def followed(self) -> list[ProblemRow]:
        """Its problems that the paper's own case is about."""
        return [row for row in self.problems if row.problem_id not in self.given]

    @property
    def kind(self) -> Kind:
        """What it is; `other` where nobody said."""
        return self.row.kind or Kind.OTHER

    @property
    def date(self) -> str:
        """When the document was issued; "" when it does not say."""
        return self.row.issued_date

    def measures_of(self, problem: ProblemRow) -> Sequence[MeasureRow]:
        """The measures under one problem."""
        return self.by_problem.get(problem.problem_id, ())

    def answer(self, problem: ProblemRow) -> str:
        """All text under a problem: its rectification text, else its measures."""
        return problem.rectification or "\n".join(m.text for m in self.measures_of(problem))


def papers_of(tables: Tables, aliases: Aliases) -> list[Paper]:
    """Every document of a kind that takes part in a case, with its rows."""
    problems, measures, claims = (
        by_document(tables.problems),
        by_document(tables.measures),
        by_document(tables.claims),
    )
    references, amounts = by_document(tables.references), by_document(tables.amounts)
    advice, passages = by_document(tables.advice), by_document(tables.passages)
    readings = by_document(tables.readings)
    papers = []
    for row in tables.documents:
        if row.state not in READ or row.kind not in CASE_KINDS:
            continue
        name, own = row.doc_id, measures.get(row.doc_id, [])
        papers.append(
            Paper(
                row,
                aliases.unit(row.unit),
                problems.get(name, ()),
                own,
                claims.get(name, ()),
                references.get(name, ()),
                amounts.get(name, ()),
                advice.get(name, ()),
                passages.get(name, ()),
                by_problem(own),
                readings.get(name, ()),
            )
        )
    return papers
