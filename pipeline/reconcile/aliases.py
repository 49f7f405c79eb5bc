"""How names of units and inspectors are made comparable: `rules/aliases.yaml` in, one frozen `Aliases` out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.ruleset.layers import load
from pipeline.ruleset.shape import items, mapping, pattern, record, text
from pipeline.ruleset.yaml_file import Entry

_SHORTEST = 4  # characters of a name that can stand for a longer one


@dataclass(frozen=True, slots=True)
class Aliases:
    """How names of units are made comparable (`rules/aliases.yaml`)."""

    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    abbreviations: Mapping[str, str]
    generic: tuple[str, ...]
    group: re.Pattern[str]
    levels: tuple[str, ...]
    short_forms: Mapping[str, str]
    folder_name: re.Pattern[str]
    paper_folder: re.Pattern[str]
    renamed: Mapping[str, str]

    def inspector(self, name: str) -> str:
        """中共X县委第三巡察组 = 县委第三巡察组 = 县委巡察三组; empty when it names no numbered group."""
        match = self.group.search(unicodedata.normalize("NFKC", name))
        if match is None:
            return ""
        return (match["name"] or match["name2"]) + (match["number"] or match["number2"])

    def unit(self, name: str) -> str:
        """中共X委员会 = X党委 = X; a former name becomes the present one."""
        plain = "".join(char for char in unicodedata.normalize("NFKC", name) if char.isalnum())
        plain = self._stripped(plain)
        for long, short in self.abbreviations.items():
            plain = plain.replace(long, short)
        return self.renamed.get(plain, plain)

    def means(self, name: str, full: str) -> bool:
        """Whether a comparable name is the other one or a shorter way of writing it: without its place (城关小学), or
        without the level of a place (青柏一中)."""
        if name == full or not name or len(name) >= len(full):
            return name == full
        name, full = self._shortened(name), self._shortened(full)
        if self._without_levels(name) == self._without_levels(full):
            return True
        place = full.removesuffix(name)
        if place == full or len(name) + name.startswith(self.levels) < _SHORTEST:
            return False
        return place.endswith(self.levels) or name.startswith(self.levels) or len(name) > _SHORTEST

    def folder(self, name: str) -> str:
        """The unit that a folder is called after (04 青柏县城关小学), in comparable form; "" where it is of none."""
        match = self.folder_name.search(unicodedata.normalize("NFKC", name))
        return self.unit(match["name"]) if match else ""

    def _shortened(self, name: str) -> str:
        for long, short in self.short_forms.items():
            name = name.replace(long, short)
        return name

    def _without_levels(self, name: str) -> str:
        """A name without the levels of its places; its last character, which may look like one, stays."""
        return "".join(char for char in name[:-1] if char not in self.levels) + name[-1:]

    def _stripped(self, name: str) -> str:
        for prefix in self.prefixes:
            name = name.removeprefix(prefix)
        for _ in range(2):  # 党支部 after 中学党委 and the like
            suffix = next((end for end in self.suffixes if name.endswith(end) and len(name) > len(end) + 1), "")
            name = name.removesuffix(suffix)
        return name


_WORDS = items(text)
_SHAPE = record(
    {
        "party_prefixes": _WORDS,
        "party_suffixes": _WORDS,
        "generic_short_names": _WORDS,
        "inspector": pattern,
        "levels": items(text, 1),
        "short_forms": mapping(text),
        "folder_unit": pattern,
        "paper_folder": pattern,
        "abbreviations": mapping(text),
        "aliases": items(record({"name": text, "also": items(text, 1)}, ("name", "also"))),
    },
    (
        "party_prefixes",
        "party_suffixes",
        "generic_short_names",
        "inspector",
        "levels",
        "short_forms",
        "folder_unit",
        "paper_folder",
        "abbreviations",
        "aliases",
    ),
)


def load_aliases(rules_folder: Path) -> Aliases:
    """`aliases.yaml`.  Raises RuleError at its line."""
    content: Entry = load(rules_folder, "aliases.yaml", _SHAPE)
    short = {long: str(name) for long, name in content["abbreviations"].items()}
    bare = Aliases(
        _words(content["party_prefixes"]),
        _words(content["party_suffixes"]),
        short,
        _words(content["generic_short_names"]),
        re.compile(content["inspector"]),
        _words(content["levels"]),
        {long: str(name) for long, name in content["short_forms"].items()},
        re.compile(content["folder_unit"]),
        re.compile(content["paper_folder"]),
        {},
    )
    renamed: dict[str, str] = {}
    for entry in content["aliases"]:
        renamed |= {bare.unit(str(old)): bare.unit(str(entry["name"])) for old in entry["also"]}
    return replace(bare, renamed=renamed)


def _words(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, words), key=len, reverse=True))
