"""What single lines say about paragraphs: labels, field names, sentence ends (rules/reading.yaml).

In: a line.  Out: yes or no; and wrapped lines of a text file joined to paragraphs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from pipeline.yaml_file import read_yaml, rules_folder

# A file counts as wrapped when so many of its lines end at the same width (half-width columns)
WRAPPED_SHARE = 0.4
WRAPPED_LINES = 8
NARROWEST, WIDEST = 30, 240
RAGGED = 4  # columns that a wrapped line may be short of the width: punctuation that may not start a line
INDENT = re.compile(r"^(?:　{2}|[  ]{4}|\t)")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The compiled rules."""

    label: re.Pattern[str]
    running: re.Pattern[str]
    field: re.Pattern[str]
    end: str
    middle: str
    page_number: re.Pattern[str]


@lru_cache(maxsize=1)
def shapes() -> Shapes:
    """The rules of rules/reading.yaml."""
    source = read_yaml(rules_folder() / "reading.yaml")
    return Shapes(
        label=re.compile("|".join(f"(?:{item})" for item in source["labels"])),
        running=re.compile("|".join(f"(?:{item})" for item in source["running_labels"])),
        field=re.compile(source["field"]),
        end=source["sentence_end"],
        middle=source["sentence_middle"],
        page_number=re.compile("|".join(f"(?:{item})" for item in source["page_numbers"]), re.IGNORECASE),
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


def wrap_width(lines: list[str]) -> int:
    """The column at which a file's lines were broken by a program, 0 when they were not."""
    widths = [columns(line.rstrip()) for line in lines if line.strip()]
    if len(widths) < WRAPPED_LINES:
        return 0
    counts = Counter(width for width in widths if NARROWEST <= width <= WIDEST)
    near = {width: sum(counts[width - less] for less in range(RAGGED + 1)) for width in counts}
    if not near:
        return 0
    width = max(near, key=lambda one: (near[one], one))
    longer = sum(count for other, count in counts.items() if other > width + 2) + sum(one > WIDEST for one in widths)
    full = near[width] >= WRAPPED_SHARE * len(widths) and longer <= 0.02 * len(widths)
    return width if full else 0


def unwrap(lines: list[str]) -> list[str]:
    """Lines with those that a program had broken put together again."""
    width = wrap_width(lines)
    if not width:
        return lines
    indented = sum(bool(INDENT.match(line)) for line in lines) >= max(2, len(lines) // 20)
    joined: list[str] = []
    previous = ""
    for line in lines:
        if joined and _continues(previous, line, width, indented=indented):
            joined[-1] = join(joined[-1], line)
        else:
            joined.append(line)
        previous = line
    return joined


def _continues(previous: str, line: str, width: int, *, indented: bool) -> bool:
    if not previous.strip() or not line.strip() or columns(previous.rstrip()) < width - RAGGED or starts_item(line):
        return False
    if INDENT.match(line):
        return False
    return indented or not ends_sentence(previous)
