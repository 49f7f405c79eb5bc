"""Automatic numbers as Word shows them: list definitions and a paragraph's place in, the label out.

`Lists` knows the definitions (numbering.xml), `Counters` counts the paragraphs of one story; body, each
text box and each kind of note count for themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from pipeline.core import limits
from pipeline.readers.docx.names import VAL, W
from pipeline.readers.docx.number_formats import format_number
from pipeline.readers.docx.styles import Style, Styles, is_on, whole
from pipeline.readers.docx.symbols import visible

PLACE = re.compile(r"%([1-9])")
LIST_ID, ABSTRACT_ID, LEVEL_PLACE = W + "numId", W + "abstractNumId", W + "ilvl"
LAST_LEVEL = limits.LIST_LEVELS - 1


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    start: int = 1
    format: str = "decimal"
    pattern: str = ""  # the sample of a custom format
    text: str = ""
    restart: int | None = None  # None: after any higher level; 0: never; n: after level n and above
    legal: bool = False  # the numbers of all levels in digits
    spaced: bool = True  # a tab or a space follows the label
    style: str = ""  # the paragraph style that this level belongs to


@dataclass(frozen=True, slots=True)
class NumberedList:
    """A list as paragraphs refer to it: lists with the same `key` count together."""

    number: str
    key: str
    levels: dict[int, Level]
    starts: dict[int, int]  # levels that this list restarts, with their first value

    def level_for(self, styles: tuple[str, ...]) -> int | None:
        """The level that is linked to the nearest of these styles."""
        linked = {level.style: place for place, level in self.levels.items() if level.style}
        return next((linked[style] for style in styles if style in linked), None)

    def start(self, place: int) -> int:
        level = self.levels.get(place)
        return self.starts.get(place, level.start if level else 1)


class Lists:
    """The list definitions of one document, resolved when first used."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self.styles = styles
        self.resolved: dict[str, NumberedList | None] = {}
        self.levels: dict[str, dict[int, Level]] = {}
        children = root.iterchildren(W + "num", W + "abstractNum") if root is not None else ()
        self.numbers: dict[str, etree._Element] = {}
        self.abstracts: dict[str, etree._Element] = {}
        for element in children:
            if element.tag == W + "num":
                self.numbers.setdefault(element.get(LIST_ID) or "", element)
            else:
                self.abstracts.setdefault(element.get(ABSTRACT_ID) or "", element)

    def find(self, number: str) -> NumberedList | None:
        if number not in self.resolved:
            self.resolved[number] = self._resolve(number)
        return self.resolved[number]

    def place(self, style: Style, number: str | None, level: int | None) -> tuple[NumberedList, int] | None:
        """The list and level of a paragraph, from its own properties and its style; None: not numbered."""
        identifier = number if number is not None else style.number
        if identifier is None or identifier == "0":
            return None
        found = self.find(identifier)
        if found is None:
            return None
        if level is None and number is None:
            level = found.level_for(style.numbered_by)
        if level is None:
            level = style.list_level or 0
        return found, level

    def _resolve(self, number: str) -> NumberedList | None:
        element = self.numbers.get(number)
        if element is None:
            return None
        key, abstract = self._abstract(element)
        if abstract is None:
            return None
        if key not in self.levels:
            self.levels[key] = dict(map(read_level, abstract.iterchildren(W + "lvl")))
        levels = dict(self.levels[key])
        starts: dict[int, int] = {}
        for override in element.iterchildren(W + "lvlOverride"):
            place = whole(override.get(LEVEL_PLACE), 0, 0, LAST_LEVEL)
            for own in override.iterchildren(W + "lvl"):
                levels[place] = read_level(own)[1]
            for start in override.iterchildren(W + "startOverride"):
                starts[place] = whole(start.get(VAL), 1, 0, limits.LIST_NUMBER)
        return NumberedList(number, key, levels, starts)

    def _abstract(self, element: etree._Element) -> tuple[str, etree._Element | None]:
        """The definition that a list uses; links to numbering styles are followed, each once."""
        seen: set[str] = set()
        while True:
            reference = element.find(ABSTRACT_ID)
            key = (reference.get(VAL) or "") if reference is not None else ""
            abstract = self.abstracts.get(key)
            link = abstract.find(W + "numStyleLink") if abstract is not None else None
            if link is None or key in seen:
                return key, abstract
            seen.add(key)
            target = self.numbers.get(self.styles.list_of(link.get(VAL) or "") or "")
            if target is None:
                return key, abstract
            element = target


def read_level(element: etree._Element) -> tuple[int, Level]:
    """The place and the settings of a `w:lvl`."""
    values: dict[str, etree._Element] = {}
    for child in element.iter(
        W + "start",
        W + "numFmt",
        W + "lvlText",
        W + "lvlRestart",
        W + "isLgl",
        W + "suff",
        W + "pStyle",
        W + "rFonts",
        W + "lvlPicBulletId",
    ):  # not only children: a custom format stands in an alternative, the plain one after it
        values.setdefault(child.tag[len(W) :], child)

    def value(name: str, fallback: str = "") -> str:
        return (values[name].get(VAL) or fallback) if name in values else fallback

    number_format = value("numFmt", "decimal")
    text = value("lvlText")
    if number_format == "bullet":
        text = bullet(text, values.get("rFonts"), picture="lvlPicBulletId" in values)
    level = Level(
        start=whole(value("start", "0"), 0, 0, limits.LIST_NUMBER),
        format=number_format,
        pattern=(values["numFmt"].get(W + "format") or "") if "numFmt" in values else "",
        text=text[:200],
        restart=whole(value("lvlRestart"), 0, 0, limits.LIST_LEVELS) if "lvlRestart" in values else None,
        legal="isLgl" in values and is_on(values["isLgl"]),
        spaced=value("suff", "tab") != "nothing",
        style=value("pStyle"),
    )
    return whole(element.get(LEVEL_PLACE), 0, 0, LAST_LEVEL), level


def bullet(text: str, fonts: etree._Element | None, *, picture: bool) -> str:
    """The sign of a bulleted level; a picture is shown as a dot."""
    if picture:
        return "•"
    font = (fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or "") if fonts is not None else ""
    return "".join(visible(character, font) for character in text)


class Counters:
    """The counts of one story."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int | None]] = {}  # None: starts with the next paragraph
        self.met: dict[str, list[bool]] = {}
        self.started: set[tuple[str, int]] = set()  # lists whose own start was used

    def label(self, numbered: NumberedList, place: int) -> str:
        """Count one paragraph and give its label ("" for a level without a definition)."""
        level = numbered.levels.get(place)
        if level is None:
            return ""
        counts = self._count(numbered, place)
        if level.format == "bullet":
            return level.text.strip()
        if "%" not in level.text:
            return level.text.strip()

        def number(match: re.Match[str]) -> str:
            shown = int(match[1]) - 1
            definition = numbered.levels.get(shown)
            if shown > place or definition is None:
                return ""
            count = counts[shown]
            value = numbered.start(shown) if count is None else count
            legal = level.legal and definition.format not in ("decimalZero", "none", "bullet")
            return format_number(value, "decimal" if legal else definition.format, definition.pattern)

        return PLACE.sub(number, level.text).strip()

    def _count(self, numbered: NumberedList, place: int) -> list[int | None]:
        counts = self.counts.setdefault(numbered.key, [None] * limits.LIST_LEVELS)
        met = self.met.setdefault(numbered.key, [False] * limits.LIST_LEVELS)
        if not met[place]:  # levels above that were skipped count as begun, as in Word
            for above in range(place - 1, -1, -1):
                if met[above]:
                    break
                self._step(numbered, above, counts)
                met[above] = True
        self._step(numbered, place, counts)
        met[place] = True
        for deeper in range(place + 1, limits.LIST_LEVELS):
            level = numbered.levels.get(deeper)
            restart = level.restart if level else None
            if restart is None or restart > deeper or place < restart:
                counts[deeper] = None
        return counts

    def _step(self, numbered: NumberedList, place: int, counts: list[int | None]) -> None:
        own_start = (numbered.number, place)
        count = counts[place]
        if place in numbered.starts and own_start not in self.started:
            self.started.add(own_start)
            count = None
        counts[place] = numbered.start(place) if count is None else count + 1
