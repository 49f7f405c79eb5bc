"""What a decision is about, found in tables that may have been read from other files.

A paper is known by its bytes, then by its name, then as the one of the same unit, kind and round that says nearly the
same.  A row is known in it by its words, then by its number with nearly the same words, then by the nearest words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from pipeline.core.rows import DocumentRow, FindingRow, MeasureRow, Tables
from pipeline.core.vocabulary import READ
from pipeline.decisions.columns import ANCHORS, Decided, digest, positions, row_identity, stored_text
from pipeline.decisions.correction import ADD, Correction

ALIKE = 60  # likeness from which a row of the same number is still the same
NEAR, AHEAD = 80, 10  # likeness from which a row of another number is, and how far it must stand above the next
SHARE = 0.5  # of a paper's decisions whose rows another paper must have to be taken for the same


@dataclass(frozen=True, slots=True)
class RowFound:
    """Where the row of a decision stands in its table; `exact` when its words are those that were decided about."""

    at: int
    exact: bool


class RowPlaces:
    """The documents and rows of some tables, in which decisions look for what they are about."""

    def __init__(self, tables: Tables, names: Iterable[str], corrections: Sequence[Correction]) -> None:
        self.rows: dict[str, list[Decided]] = {name: list(tables.rows(name)) for name in names}  # type: ignore[arg-type]
        self._identities = {
            name: [row_identity(row, at) for at, row in positions(rows)] for name, rows in self.rows.items()
        }
        self._known = {
            name: {identity: at for at, identity in enumerate(own)} for name, own in self._identities.items()
        }
        self._own: dict[tuple[str, str], list[int]] = {}
        for name, rows in self.rows.items():
            for at, row in enumerate(rows):
                self._own.setdefault((name, row.doc_id), []).append(at)
        self._problems = {row.problem_id: row for row in tables.problems}
        self._documents = {row.doc_id: row for row in tables.documents}
        self._homes = self._found_documents(corrections)

    def document(self, correction: Correction) -> str | None:
        """The doc_id that a decision's paper has now; None when the paper is gone."""
        return self._homes.get(correction.doc_id)

    def identity(self, table: str, at: int) -> str:
        """The id of a row by its place."""
        return self._identities[table][at]

    def numbered(self, table: str, identity: str) -> Decided | None:
        """The row with an id."""
        at = self._known[table].get(identity)
        return None if at is None else self.rows[table][at]

    # --- documents -----------------------------------------------------------------------------------

    def _found_documents(self, corrections: Sequence[Correction]) -> dict[str, str]:
        """The document that each former doc_id is now."""
        groups: dict[str, list[Correction]] = {}
        for correction in corrections:
            groups.setdefault(correction.doc_id, []).append(correction)
        read = [row for row in self._documents.values() if row.state in READ]
        of_bytes = {row.sha256: row.doc_id for row in reversed(read) if row.sha256}
        of_name = {row.file: row.doc_id for row in self._documents.values()}
        homes: dict[str, str] = {}
        for doc_id, group in groups.items():
            named = doc_id if doc_id in self._documents else of_name.get(group[0].document)
            digests = {one.sha256 for one in group if one.sha256}
            same = next((of_bytes[one] for one in sorted(digests) if one in of_bytes), None)
            if named and (not digests or self._documents[named].sha256 in digests):
                homes[doc_id] = named
            elif home := same or named:
                homes[doc_id] = home
        for doc_id, group in groups.items():
            if doc_id not in homes and (near := self._nearest(group, read, set(homes.values()))):
                homes[doc_id] = near
        return homes

    def _nearest(self, group: Sequence[Correction], read: Sequence[DocumentRow], taken: set[str]) -> str | None:
        """The one paper of the same unit, kind and round that has the rows which were decided about."""
        first = max(group, key=lambda one: bool(one.sha256))
        if not first.unit or not first.kind:
            return None
        units = {first.unit, *(one.new for one in group if (one.table, one.field) == ("documents", "unit"))}
        scores = [
            (share, row.doc_id)
            for row in read
            if row.doc_id not in taken
            and row.unit in units
            and row.kind == first.kind
            and (not first.round or not row.round or row.round == first.round)
            and (share := self._share(group, row.doc_id)) >= SHARE
        ]
        scores.sort(reverse=True)
        return scores[0][1] if scores and (len(scores) == 1 or scores[0][0] > scores[1][0]) else None

    def _share(self, group: Sequence[Correction], doc_id: str) -> float:
        """The share of decisions whose rows a document has."""
        asked = [one for one in group if one.table in self.rows and one.table != "documents" and one.action != ADD]
        if not asked:
            return 1.0  # what was decided about the paper itself, or added to it
        return sum(self._row(one, doc_id) is not None for one in asked) / len(asked)

    # --- rows ----------------------------------------------------------------------------------------

    def row(self, correction: Correction) -> RowFound | None:
        """The row that a decision is about; None when it is gone."""
        doc_id = self.document(correction)
        return self._row(correction, doc_id) if doc_id else None

    def problem(self, correction: Correction) -> str | None:
        """The id of the problem under which a person added a measure; None when it is gone."""
        found = self.row(replace(correction, table="problems", row=correction.anchor, anchor=correction.problem))
        return self._identities["problems"][found.at] if found else None

    def moved(self, row: str, correction: Correction) -> str:
        """The id that a row of a decision's paper has where the paper is now."""
        return _moved(row, correction.doc_id, self.document(correction) or correction.doc_id)

    def _row(self, correction: Correction, doc_id: str) -> RowFound | None:
        table, column = correction.table, ANCHORS[correction.table]
        places = self._own.get((table, doc_id), [])
        if table == "documents":
            return RowFound(places[0], True) if places else None
        numbered = self._known[table].get(_moved(correction.row, correction.doc_id, doc_id))
        if numbered is not None and same_words(getattr(self.rows[table][numbered], column), correction.anchor):
            return RowFound(numbered, True)
        same = [at for at in places if same_words(getattr(self.rows[table][at], column), correction.anchor)]
        same = self._of_check(correction, same)
        if len(same) > 1:
            same = [at for at in same if self._of_problem(correction, at)] or same
        if len(same) == 1:
            return RowFound(same[0], True)
        if table == "findings":
            return self._finding(correction, places)
        if numbered is not None and self._likeness(correction, numbered) >= ALIKE:
            return RowFound(numbered, False)
        return self._nearest_row(correction, places)

    def _finding(self, correction: Correction, places: Sequence[int]) -> RowFound | None:
        """The only finding of the same check on the same problem, else the one in nearly the same words."""
        places = self._of_check(correction, places)
        own = [at for at in places if correction.owner and self._of_problem(correction, at)]
        return RowFound(own[0], False) if len(own) == 1 else self._nearest_row(correction, places)

    def _nearest_row(self, correction: Correction, places: Sequence[int]) -> RowFound | None:
        """The row whose words are clearly nearest."""
        scores = sorted(((self._likeness(correction, at), at) for at in places), reverse=True)
        if not scores or scores[0][0] < NEAR:
            return None
        ahead = len(scores) == 1 or scores[0][0] - scores[1][0] >= AHEAD
        return RowFound(scores[0][1], False) if ahead else None

    def _likeness(self, correction: Correction, at: int) -> float:
        words = getattr(self.rows[correction.table][at], ANCHORS[correction.table])
        return ratio(stored_text(words), correction.anchor)

    def _of_check(self, correction: Correction, places: Sequence[int]) -> list[int]:
        """Of findings those of the decision's check; of other rows all."""
        rows = self.rows[correction.table]
        return [at for at in places if not correction.check or getattr(rows[at], "check", "") == correction.check]

    def _of_problem(self, correction: Correction, at: int) -> bool:
        """Whether a row belongs to the problem that the decision's row belonged to."""
        owner = self._problems.get(getattr(self.rows[correction.table][at], "problem_id", ""))
        if owner is None:
            return False
        unchanged = self._documents[owner.doc_id].sha256 == correction.sha256  # then numbers are what they were
        same_number = owner.problem_id == _moved(correction.owner, correction.doc_id, owner.doc_id)
        return (unchanged and same_number) or ratio(owner.problem, correction.problem) >= ALIKE


def same_words(value: object, anchor: str) -> bool:
    """Whether a row's words are the anchor; of a deleted row only their digest may be known."""
    return digest(value) == anchor if anchor.startswith("#") else stored_text(value) == anchor


def _moved(row: str, before: str, now: str) -> str:
    """The id that a row of one document has in another."""
    return f"{now}{row[len(before) :]}" if row.startswith(before) else row


def identified(corrections: Sequence[Correction], tables: Tables) -> list[Correction]:
    """The decisions, each saying what it is about as the tables say it from which it was made."""
    if all(one.sha256 for one in corrections):
        return list(corrections)
    places = RowPlaces(tables, ANCHORS, ())
    documents = {row.doc_id: row for row in tables.documents}
    problems = {row.problem_id: row.problem for row in tables.problems}
    return [one if one.sha256 else _identified(one, places, documents, problems) for one in corrections]


def _identified(
    correction: Correction, places: RowPlaces, documents: dict[str, DocumentRow], problems: dict[str, str]
) -> Correction:
    document = documents.get(correction.doc_id)
    if document is None:
        return correction
    told = replace(
        correction,
        sha256=document.sha256,
        kind=str(document.kind or ""),
        unit=document.unit,
        round=document.round,
    )
    if correction.table not in ANCHORS:
        return told
    if correction.action == ADD:
        return replace(told, owner=correction.anchor, problem=problems.get(correction.anchor, ""))
    row = places.numbered(correction.table, correction.row)
    if row is None:
        return told
    if correction.anchor.startswith("#"):
        told = replace(told, anchor=stored_text(getattr(row, ANCHORS[correction.table])))
    if isinstance(row, MeasureRow | FindingRow):
        told = replace(told, owner=row.problem_id, problem=problems.get(row.problem_id, ""))
    return replace(told, check=row.check) if isinstance(row, FindingRow) else told


def rebased(corrections: Sequence[Correction], tables: Tables) -> list[Correction]:
    """The decisions under the names that their papers and rows have in the tables now; those not found as they are."""
    places = RowPlaces(tables, ANCHORS, corrections)
    files = {row.doc_id: row.file for row in tables.documents}
    out = []
    for one in corrections:
        doc_id = places.document(one)
        if doc_id and doc_id != one.doc_id:
            row = _moved(one.row, one.doc_id, doc_id)
            anchor, after = _moved(one.anchor, one.doc_id, doc_id), _moved(one.after, one.doc_id, doc_id)
            if one.action != ADD and one.table in ANCHORS:
                found = places.row(one)
                at = None if found is None else found.at
                row = row if at is None else places.identity(one.table, at)
                anchor = one.anchor
            one = replace(one, doc_id=doc_id, document=files[doc_id], row=row, anchor=anchor, after=after)
        out.append(one)
    return out
