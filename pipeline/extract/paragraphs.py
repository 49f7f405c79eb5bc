"""The blocks of a document as rows, each with the place where a person finds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.model import Block, Document
from pipeline.core.rows import ParagraphRow
from pipeline.extract.document import Extraction

HEADINGS = ("heading", "group")  # parts of passages under which others stand
SHOWN = 30  # characters of a heading
BETWEEN = " › "


def paragraph_rows(
    document: Document, identity: str, found: Extraction, owners: Mapping[int, Sequence[str]]
) -> Iterator[ParagraphRow]:
    """Every block in reading order; those of files without pages and sheets are placed by the headings above them.

    `owners` gives the problems whose words a block holds, by its number.
    """
    headings = {
        passage.span.block: (passage.level, passage.label + shortened(document.text(passage.span)))
        for passage in found.passages
        if passage.part in HEADINGS
    }
    above: list[tuple[int, str]] = []
    for number, block in enumerate(document.blocks):
        if number in headings:
            level, text = headings[number]
            above = [(other, words) for other, words in above if other < level]
        yield ParagraphRow(
            doc_id=identity,
            paragraph=number + 1,
            part="noise" if number in found.noise else block.part,
            place=block.place or BETWEEN.join([*(words for _, words in above), *_cell(block)]),
            label=block.label,
            table=_from_one(block.table),
            row=_from_one(block.row),
            column=_from_one(block.column),
            merged=block.merged,
            problems=";".join(owners.get(number, ())),
            text=block.text,
        )
        if number in headings:
            above.append((level, text))


def shortened(text: str) -> str:
    """A heading as a place shows it."""
    line = text.partition("\n")[0].rstrip("。：:")
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _cell(block: Block) -> list[str]:
    """The place of a cell as words, none for a paragraph."""
    return [f"表 {block.table + 1} 第 {block.row + 1} 行第 {block.column + 1} 列"] if block.table >= 0 else []


def _from_one(number: int) -> int | None:
    return number + 1 if number >= 0 else None
