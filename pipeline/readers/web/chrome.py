"""What a web page puts around an article goes out of the blocks and into metadata and `omitted`.

In: blocks in reading order.  Out: the article's blocks, what was left out, the page's metadata.
One idea: a line is chrome when nothing of it is left after the page's own words, names and values
are taken from its front one after the other; the same scan frees a first sentence that chrome is
glued to.  The words are in rules/chrome.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.core.model import Block, Omitted
from pipeline.ruleset.layers import load, readers_folder
from pipeline.ruleset.shape import items, mapping, pattern, record, text

EDGE = 40  # blocks at either end of a page that are looked at for lines of chrome
TAIL_SHARE = 0.35  # a closing heading (相关阅读) may cut off at most this share of the text
LONGEST = 320  # characters of a line of chrome; longer ones are text
GLUED = 2  # marks of a page at the front of a sentence from which on they are cut off
_GAP = re.compile(r"[\s　|｜·•,，;；、/【】\[\]（）()<>《》»>＞：:]*")
_STEP = re.compile(r"[>»›＞→·]|－>|->")  # between the steps of a breadcrumb
_VALUE_END = r"(?=[\s　|｜【\[]|$|{keys})"


@dataclass(frozen=True, slots=True)
class Chrome:
    """The compiled rules."""

    fields: tuple[tuple[str, re.Pattern[str]], ...]  # metadata name, pattern with group `value`
    weak: tuple[tuple[str, re.Pattern[str]], ...]
    words: re.Pattern[str]
    breadcrumbs: re.Pattern[str]
    lines: re.Pattern[str]
    ends: re.Pattern[str]
    keys: Mapping[str, str]  # 发布时间 → published
    containers: frozenset[str]
    stamp: re.Pattern[str]  # a date at the front of a line, with the time of day beside it
    date: re.Pattern[str]  # year, month and day of a date


@dataclass(frozen=True, slots=True)
class Scan:
    """How far the front of a line is chrome, how many marks that took, and the values it names."""

    end: int
    marks: int
    metadata: tuple[tuple[str, str], ...]


_NAMED = mapping(items(text, 1), ("published", "source", "docno", "title", "index", "author", "views"))
_SHAPES = {
    "metadata": _NAMED,
    "weak_metadata": _NAMED,
    "words": items(text, 1),
    "patterns": items(pattern),
    "breadcrumbs": items(pattern, 1),
    "lines": items(pattern, 1),
    "ends": items(pattern, 1),
    "containers": items(text),
    "moment": pattern,
    "date": pattern,
    "times": pattern,
}


def rules() -> Chrome:
    """The rules of rules/chrome.yaml."""
    return _rules(readers_folder())


@lru_cache(maxsize=2)
def _rules(folder: Path) -> Chrome:
    source = load(folder, "chrome.yaml", record(_SHAPES, tuple(_SHAPES)))
    fields, weak = source["metadata"], source["weak_metadata"]
    values = rf"{source['moment']}|{source['times']}"
    keys = {word: name for group in (fields, weak) for name, words in group.items() for word in words}
    ordered = sorted(keys, key=len, reverse=True)
    words = sorted(source["words"], key=len, reverse=True)
    return Chrome(
        fields=tuple((name, _field(words, ordered, values)) for name, words in fields.items()),
        weak=tuple((name, _field(words, ordered, values)) for name, words in weak.items()),
        words=re.compile("|".join([*source["patterns"], *map(re.escape, words)]), re.IGNORECASE),
        breadcrumbs=re.compile("|".join(source["breadcrumbs"])),
        lines=re.compile("|".join(f"(?:{line})" for line in source["lines"]), re.IGNORECASE),
        ends=re.compile("|".join(f"(?:{line})" for line in source["ends"])),
        keys=keys,
        containers=frozenset(source["containers"]),
        stamp=re.compile(rf"\s*{source['moment']}"),
        date=re.compile(source["date"]),
    )


def _field(words: Iterable[str], keys: Iterable[str], values: str) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    end = _VALUE_END.replace("{keys}", "|".join(map(re.escape, keys)))
    value = rf"{values}|[^\s　|｜。，；]{{0,40}}?{end}"
    return re.compile(rf"(?:{names})\s?[：:]\s*(?P<value>{value})")


def scan(text: str) -> Scan:
    """The chrome at the front of a line."""
    chrome, at, marks = rules(), 0, 0
    metadata: list[tuple[str, str]] = []
    if dated := _leading_date(chrome, text):
        marks, at = 1, dated.end()
        metadata.append(("published", dated.group()))
    while at < len(text) and at < LONGEST:
        gap = _GAP.match(text, at)
        start = gap.end() if gap else at
        found = _next(chrome, text, start, strong=marks > 0)
        if found is None:
            break
        name, value, end = found
        if end <= start:
            break
        marks, at = marks + 1, end
        if name:
            metadata.append((name, value))
    gap = _GAP.match(text, at)
    return Scan(gap.end() if gap and marks else at, marks, tuple(metadata))


def _leading_date(chrome: Chrome, text: str) -> re.Match[str] | None:
    """A date at the front that another mark of a page follows: alone it is the article's own date line."""
    found = chrome.stamp.match(text)
    gap = _GAP.match(text, found.end()) if found else None
    return found if gap and _next(chrome, text, gap.end(), strong=False) else None


def _next(chrome: Chrome, text: str, start: int, *, strong: bool) -> tuple[str, str, int] | None:
    for name, words in chrome.fields + (chrome.weak if strong else ()):
        if found := words.match(text, start):
            return name, found["value"].strip(), found.end()
    if (found := chrome.words.match(text, start)) and found.end() > start:
        return "", "", found.end()
    if strong and (found := chrome.date.match(text, start)):
        return "published", found.group(), found.end()
    return None


def is_chrome(text: str) -> bool:
    """Is the whole line part of the page and not of the article?"""
    line = text.strip()
    if not line or len(line) > LONGEST:
        return False
    seen = scan(line)
    if seen.marks and seen.end >= len(line):
        return True
    chrome = rules()
    return bool(chrome.lines.fullmatch(line) or chrome.breadcrumbs.fullmatch(line))


def published(value: str) -> str:
    """The ISO date in a value, "" when there is none."""
    found = rules().date.search(value)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""


def trim(blocks: list[Block], *, page: bool) -> tuple[list[Block], list[Omitted], dict[str, str]]:
    """Article, left out, metadata.

    `page` False (a Word or text file): only where two lines show a copied page, and only lines that are the page's
    own by their words; what merely stands before or after one may be the paper's.
    """
    drop = _edges(blocks) | _around(blocks) | _metadata_tables(blocks) if page else _own_lines(blocks)
    glued = {index: seen for index, seen in _glued(blocks) if index not in drop}
    if not page and len(drop) + len(glued) < 2:
        return blocks, [], {}
    kept: list[Block] = []
    omitted: list[Omitted] = []
    metadata: dict[str, str] = {}
    for index, block in enumerate(blocks):
        if index in drop:
            seen = scan(block.text.strip())
            omitted.append(Omitted("metadata" if seen.metadata else "chrome", block.text))
            _note(metadata, seen.metadata)
        elif index in glued:
            seen = glued[index]
            omitted.append(Omitted("metadata", block.text[: seen.end]))
            _note(metadata, seen.metadata)
            kept.append(replace(block, text=block.text[seen.end :]))
        else:
            kept.append(block)
    _note(metadata, _table_values(blocks, drop))
    return kept, omitted, metadata


def _note(metadata: dict[str, str], values: Iterable[tuple[str, str]]) -> None:
    for name, value in values:
        shown = published(value) if name == "published" else value
        if shown and name not in ("views", "index", "author"):
            metadata.setdefault(name, shown)


def _edges(blocks: list[Block]) -> set[int]:
    """Blocks near the edges that are chrome by their own words."""
    return {
        index
        for index, block in enumerate(blocks)
        if (index < EDGE or index >= len(blocks) - EDGE) and block.kind != "cell" and is_chrome(block.text)
    }


def _own_lines(blocks: list[Block]) -> set[int]:
    """The same outside of pages: a breadcrumb has its marks there (所在地：东街12号 is an address).

    The heading of related links is dropped only where no text follows it.
    """
    chrome = rules()
    drop = {
        index
        for index in _edges(blocks)
        if _STEP.search(blocks[index].text) or not chrome.breadcrumbs.fullmatch(blocks[index].text.strip())
    }
    for index in range(len(blocks) - 1, -1, -1):
        if blocks[index].kind != "cell" and chrome.ends.fullmatch(blocks[index].text.strip()):
            drop.add(index)
        if index not in drop:
            break
    return drop


def _around(blocks: list[Block]) -> set[int]:
    """What stands before a page's breadcrumb and after the line that ends the article."""
    chrome, count = rules(), len(blocks)
    total = sum(len(block.text) for block in blocks) or 1
    drop: set[int] = set()
    for index, block in enumerate(blocks[:EDGE]):
        if block.kind != "cell" and chrome.breadcrumbs.fullmatch(block.text.strip()) and _length(blocks[:index]) < 600:
            drop.update(range(index))
    after = 0
    for index in range(count - 1, -1, -1):
        after += len(blocks[index].text)
        if after > max(TAIL_SHARE * total, 200) or after >= total:
            break
        line = blocks[index].text.strip()
        if blocks[index].kind != "cell" and len(line) <= 120 and chrome.ends.fullmatch(line):
            drop.update(range(index, count))
    return drop


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _glued(blocks: list[Block]) -> Iterable[tuple[int, Scan]]:
    """First lines in which chrome stands before the sentence."""
    for index, block in enumerate(blocks[:EDGE]):
        if block.kind == "cell":
            continue
        seen = scan(block.text)
        if seen.marks >= GLUED and len(block.text) - seen.end >= 10:
            yield index, seen


def _metadata_tables(blocks: list[Block]) -> set[int]:
    """Cells of a table that names 索引号, 文号 …, each name before its value; a list with such headings is none."""
    keys = rules().keys
    tables: dict[int, list[int]] = {}
    for index, block in enumerate(blocks[: 2 * EDGE]):
        if block.kind == "cell":
            tables.setdefault(block.table, []).append(index)
    drop: set[int] = set()
    for places in tables.values():
        named = {(blocks[place].row, blocks[place].column) for place in places if _key(blocks[place].text) in keys}
        front = sum(column == 0 for _, column in named)
        beside = any((row, 0) in named and (row, 2) in named and (row, 1) not in named for row, _ in named)
        spoken = sum(scan(blocks[place].text.strip()).marks > 0 for place in places)  # name and value in one cell
        if len(places) <= EDGE and (front >= 2 or beside or spoken * 2 > len(places)):
            drop.update(places)
    return drop


def _key(text: str) -> str:
    return re.sub(r"[\s　：:]", "", text)


def _table_values(blocks: list[Block], drop: set[int]) -> Iterable[tuple[str, str]]:
    keys = rules().keys
    for index in sorted(drop):
        name = keys.get(_key(blocks[index].text)) if blocks[index].kind == "cell" else None
        if name and index + 1 in drop and blocks[index + 1].row == blocks[index].row:
            yield name, blocks[index + 1].text.strip()
