"""What single lines say about paragraphs: labels, field names, sentence ends (rules/reading.yaml).

In: a line.  Out: yes or no; and wrapped lines of a text file joined to paragraphs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.ruleset.layers import load, readers_folder
from pipeline.ruleset.shape import items, pattern, record, text

# A file counts as wrapped when so many of its lines end at the same width
WRAPPED_SHARE = 0.3
WRAPPED_LINES = 8
NARROWEST, WIDEST = 20, 240
RAGGED = 4  # columns or characters that a wrapped line may be short of the width
INDENT = re.compile(r"^(?:　{2}|[  ]{4}|\t)")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The compiled rules."""

    label: re.Pattern[str]
    running: re.Pattern[str]
    field: re.Pattern[str]
    end: str
    middle: str
    counter: re.Pattern[str]
    page_number: re.Pattern[str]
    heading_style: re.Pattern[str]
    mojibake: re.Pattern[str]


_KEYS = {
    "labels": items(pattern, 1),
    "running_labels": items(pattern, 1),
    "field": pattern,
    "sentence_end": text,
    "sentence_middle": text,
    "counter": pattern,
    "page_numbers": items(pattern, 1),
    "heading_style": pattern,
    "mojibake": items(pattern, 1),
}


def shapes() -> Shapes:
    """The rules of rules/reading.yaml."""
    return _shapes(readers_folder())


@lru_cache(maxsize=2)
def _shapes(folder: Path) -> Shapes:
    source = load(folder, "reading.yaml", record(_KEYS, tuple(_KEYS)))
    return Shapes(
        label=re.compile("|".join(f"(?:{item})" for item in source["labels"])),
        running=re.compile("|".join(f"(?:{item})" for item in source["running_labels"])),
        field=re.compile(source["field"]),
        end=source["sentence_end"],
        middle=source["sentence_middle"],
        counter=re.compile(source["counter"]),
        page_number=re.compile("|".join(f"(?:{item})" for item in source["page_numbers"]), re.IGNORECASE),
        heading_style=re.compile(source["heading_style"]),
        mojibake=re.compile("|".join(source["mojibake"])),
    )


def starts_item(line: str, *, running: bool = True) -> bool:
    """Does a number or a field's name stand at the front?  `running`: 一是 counts too."""
    known, text = shapes(), line.lstrip()
    return bool(known.label.match(text) or known.field.match(text) or (running and known.running.match(text)))


def ends_sentence(line: str) -> bool:
    """Does the line end as a paragraph may end?"""
    return line.rstrip()[-1:] in shapes().end


def ends_within(line: str) -> bool:
    """Does the line end as no paragraph ends?"""
    return line.rstrip()[-1:] in shapes().middle


def is_page_number(line: str) -> bool:
    """Is the line nothing but a page's number?"""
    return bool(shapes().page_number.fullmatch(line.strip()))


def columns(text: str) -> int:
    """Width in half-width columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def join(first: str, second: str) -> str:
    """Two pieces of one paragraph; a blank only between two Latin words."""
    left, right = first.rstrip(), second.lstrip()
    words = left[-1:].isascii() and left[-1:].isalpha() and right[:1].isascii() and right[:1].isalpha()
    return f"{left} {right}" if words else left + right


@dataclass(frozen=True, slots=True)
class Wrap:
    """How a file's lines were broken: where, by which measure, and whether paragraphs begin set in."""

    width: int
    measure: Callable[[str], int]
    indented: bool


def wrap(lines: list[str]) -> Wrap | None:
    """How a program broke the lines of a file; None when it did not: some broke by columns, some by characters."""
    filled = [line.rstrip() for line in lines if line.strip()]
    if len(filled) < WRAPPED_LINES:
        return None
    measures: tuple[Callable[[str], int], ...] = (columns, len)
    found = [(share, width, measure) for measure in measures for share, width in [_usual_width(filled, measure)]]
    share, width, measure = max(found, key=lambda one: one[0])
    if share < WRAPPED_SHARE:
        return None
    indented = sum(bool(INDENT.match(line)) for line in filled) >= max(2, len(filled) // 20)
    return Wrap(width, measure, indented)


def _usual_width(lines: list[str], measure: Callable[[str], int]) -> tuple[float, int]:
    """Share of the lines that end at the same width, and that width; 0 when others are longer."""
    widths = [measure(line) for line in lines]
    counts = Counter(width for width in widths if NARROWEST <= width <= WIDEST)
    near = {width: sum(counts[width - less] for less in range(RAGGED + 1)) for width in counts}
    if not near:
        return 0.0, 0
    width = max(near, key=lambda one: (near[one], one))
    longer = sum(other > width + 2 for other in widths)
    full = [line for line, other in zip(lines, widths, strict=True) if width - RAGGED <= other <= width]
    broken = sum(not ends_sentence(line) for line in full) * 2 >= len(full)  # most end in the middle of a sentence
    return (len(full) / len(lines) if broken and longer <= 0.02 * len(lines) else 0.0), width


def unwrap(lines: list[str]) -> list[str]:
    """Lines with those that a program had broken put together again."""
    how = wrap(lines)
    joined: list[str] = []
    previous = ""
    for line in lines:
        if joined and (_torn(previous, line) or (how is not None and _continues(previous, line, how))):
            # in the middle of a word too
            cut = how is None or how.measure(previous.rstrip()) >= how.width
            joined[-1] = joined[-1].rstrip() + line.lstrip() if cut else join(joined[-1], line)
        else:
            joined.append(line)
        previous = line
    return joined


def _torn(previous: str, line: str) -> bool:
    """A line that ends with a number whose counter begins the next one, both too long to be a table's."""
    return (
        len(previous.rstrip()) >= NARROWEST
        and previous.rstrip()[-1].isdigit()
        and shapes().counter.match(line.lstrip()) is not None
    )


def _continues(previous: str, line: str, how: Wrap) -> bool:
    if not previous.strip() or not line.strip() or INDENT.match(line) or starts_item(line, running=not how.indented):
        return False
    if how.measure(previous.rstrip()) < how.width - RAGGED:
        return False
    return how.indented or not ends_sentence(previous)
