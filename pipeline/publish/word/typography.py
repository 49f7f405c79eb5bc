"""Text as it goes on the page: full-width punctuation, widths in characters, balanced title lines, safe names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, combinations, pairwise

from pipeline.core.values import ENCLOSED, FIRST_TEN, iso_date, numeral
from pipeline.core.values import chinese_date as chinese_date
from pipeline.publish.word.layout import Layout

_WIDE = str.maketrans(",;:!?()", "，；：！？（）")
# addresses, mail, times and numbers keep their punctuation
_PROTECTED = re.compile(
    r"(?:https?://|www\.)[!-~]{1,400}|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}|\d{1,2}:\d{2}(?::\d{2})?"
    r"|\d[\d,]{0,30}\d(?:\.\d{1,20})?"
)
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…〔〕]")
MANY_PLACES = 24  # where a title may be broken; from there on only places at the profile's words are tried first
LONGEST_TITLE = 200  # characters; what is longer is no title, and stays in one piece


def full_width(text: str) -> str:
    """Half-width punctuation beside Chinese made full-width; never in numbers, times, addresses or mail."""
    if not any(character in ',;:!?()".' for character in text):
        return text
    out, at = [], 0
    for kept in _PROTECTED.finditer(text):
        out += [_widen(text, at, kept.start()), kept.group()]
        at = kept.end()
    out.append(_widen(text, at, len(text)))
    return _quotes("".join(out))


def _widen(text: str, start: int, end: int) -> str:
    return "".join(_wide_at(text, at) if text[at] in ",;:!?()." else text[at] for at in range(start, end))


def _wide_at(text: str, at: int) -> str:
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    character = text[at]
    if character == ".":
        ends = not after or _CHINESE.match(after)
        return "。" if before and _CHINESE.match(before) and before not in FIRST_TEN + "）》" and ends else "."
    if _CHINESE.match(before or " ") or _CHINESE.match(after or " "):
        return character.translate(_WIDE)
    if character in "()" and _partner_is_chinese(text, at):
        return character.translate(_WIDE)
    if character in ",;:" and not after and _CHINESE.search(text):
        return character.translate(_WIDE)
    return character


def _partner_is_chinese(text: str, at: int) -> bool:
    """Whether the other bracket of a pair stands beside Chinese, so that both become full-width."""
    if text[at] == "(":
        other = min((found for mark in ")）" if (found := text.find(mark, at, at + 200)) >= 0), default=-1)
    else:
        other = max(text.rfind(mark, max(0, at - 200), at) for mark in "(（")
    if other < 0:
        return False
    if text[other] in "（）":
        return True
    around = text[max(0, other - 1) : other] + text[other + 1 : other + 2]
    return any(_CHINESE.match(character) for character in around)


def _quotes(text: str) -> str:
    """Straight quotes in pairs around Chinese made “ ”; an odd one stays."""
    if text.count('"') % 2 or '"' not in text or not _CHINESE.search(text):
        return text
    parts = text.split('"')
    marks = ["“" if at % 2 == 0 else "”" for at in range(len(parts) - 1)]
    return "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))


def width(text: str) -> float:
    """How wide a text is, in Chinese characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def balanced(title: str, profile: Layout) -> list[str]:
    """A title broken into as few lines as it needs, at words, in the shape of a trapezium or a diamond."""
    title = title.replace("\n", "")
    limit = float(profile.setting("title", "characters", 19))
    needed = max(1, -(-int(width(title) * 2) // int(limit * 2)))
    if needed == 1 or len(title) > LONGEST_TITLE:
        return [title]
    every, preferred = _breaks(title, profile)
    places = preferred if len(every) > MANY_PLACES and len(preferred) >= 3 else every
    best = _best_division(title, places, needed, profile)
    if best is None and places is not every:  # too far apart for the width of the page
        places = every
        best = _best_division(title, places, needed, profile)
    if best is None:
        return [title]
    if _torn(best, profile):  # no division at the words that the profile names: at least at words
        ends = _word_ends(title)
        best = _best_division(title, [at for at in places if at in ends], needed, profile) or best
    return best


def _best_division(title: str, places: Sequence[int], needed: int, profile: Layout) -> list[str] | None:
    """The calmest division at some of the places; None when no line would be short enough."""
    limit = float(profile.setting("title", "characters", 19))
    options: list[tuple[float, list[str]]] = []
    for count in (needed, needed + 1):  # one line more is better than a break inside a word
        if count <= 3:  # so few that all are tried, the waist of three lines too
            divided = [_cut(title, cut) for cut in combinations(places, count - 1)]
        else:
            divided = _calm_divisions(title, places, count, profile)
        options += [
            (_unrest(lines, profile) + 3 * (count - needed), lines)
            for lines in divided
            if max(map(width, lines)) <= limit
        ]
    return min(options)[1] if options else None


def _calm_divisions(title: str, places: Sequence[int], count: int, profile: Layout) -> list[list[str]]:
    """For each pair of shortest and longest line the division into `count` lines with the best cuts.

    One line after the other, only the best way to each place kept: the work grows with the places, not with
    their combinations.
    """
    limit = float(profile.setting("title", "characters", 19))
    marks = (0, *places, len(title))
    before = [0.0, *accumulate(width(title[a:b]) for a, b in pairwise(marks))]
    cost = [_unrest_at(title, at, profile) for at in marks]
    end = len(marks) - 1
    ways: dict[tuple[int, float, float], tuple[float, tuple[int, ...]]] = {(0, limit, 0.0): (0.0, ())}
    for left in range(count - 1, -1, -1):
        longer: dict[tuple[int, float, float], tuple[float, tuple[int, ...]]] = {}
        for (mark, least, most), (total, cut) in ways.items():
            for following in range(mark + 1, end + 1) if left else (end,):
                wide = before[following] - before[mark]
                if wide > limit:
                    break
                if before[end] - before[following] > left * limit:
                    continue  # the lines that are left could not hold the rest
                key = (following, min(least, wide), max(most, wide))
                way = (total + cost[following], (*cut, marks[following]))
                if key not in longer or way < longer[key]:
                    longer[key] = way
        ways = longer
    return [_cut(title, cut[:-1]) for _, cut in ways.values()]


def _unrest_at(title: str, at: int, profile: Layout) -> float:
    """What a line's end at a place adds to the unrest."""
    if at in (0, len(title)):
        return 0.0
    return _unrest((title[:at], title[at:]), profile) - abs(width(title[:at]) - width(title[at:]))


@lru_cache(maxsize=512)
def _word_ends(title: str) -> frozenset[int]:
    """Where the words of a title end; the dictionary is loaded only for a title that needs it."""
    from pipeline.reconcile.match import word_tokenizer

    return frozenset(accumulate(len(word) for word in word_tokenizer().cut(title, HMM=False)))


def _cut(title: str, places: Sequence[int]) -> list[str]:
    return [title[a:b] for a, b in zip((0, *places), (*places, len(title)), strict=True)]


def _breaks(title: str, profile: Layout) -> tuple[list[int], list[int]]:
    """Places where a line may end, and those of them at the profile's words."""
    first, last = profile.setting("title", "never_first"), profile.setting("title", "never_last")
    before, after = profile.setting("title", "break_before", []), profile.setting("title", "break_after", [])
    whole = profile.setting("title", "whole", [])
    after_none = tuple(profile.setting("title", "never_after", []))
    good = {at for word in before for at in _starts(title, word)} | {
        at + len(word)
        for word in after
        for at in _starts(title, word)
        if not title.startswith(tuple(after), at + len(word))
    }
    every = [
        at
        for at in range(2, len(title) - 1)
        if title[at] not in first
        and title[at - 1] not in last
        and not _inside(title, at)
        and not (title[at].isascii() and title[at - 1].isascii())
        and not _in_word(title, at, whole, profile)
        and not title[:at].endswith(after_none)
    ]
    return every, [at for at in every if at in good]


def _in_word(title: str, at: int, words: Sequence[str], profile: Layout) -> bool:
    """Whether a place lies inside one of the words, or between 第二 and its 巡察组."""
    inside = any(title.startswith(word, at - k) for word in words for k in range(1, len(word)))
    return inside or bool(re.search(profile.setting("title", "ordinal", "(?!)"), title[:at]))


def _starts(title: str, word: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(word), title)]


def _inside(title: str, at: int) -> bool:
    """Whether a place lies inside short brackets or quotes."""
    return any(title.count(a, 0, at) > title.count(b, 0, at) for a, b in ("“”", "《》", "（）", "〔〕"))


def _unrest(lines: Sequence[str], profile: Layout) -> float:
    """How bad a division looks: unequal lines, breaks in the middle of a word, a waist."""
    widths = [width(line) for line in lines]
    torn = _torn(lines, profile)
    waist = len(widths) == 3 and widths[1] < min(widths[0], widths[2])
    return (max(widths) - min(widths)) + 20 * torn + 4 * waist


def _torn(lines: Sequence[str], profile: Layout) -> int:
    """How many lines end elsewhere than at one of the profile's words."""
    before, after = profile.setting("title", "break_before", []), profile.setting("title", "break_after", [])
    return sum(
        following.startswith(tuple(after)) or not (following.startswith(tuple(before)) or line.endswith(tuple(after)))
        for line, following in pairwise(lines)
    )


_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in (*range(10), *"¹²³"))}


def safe_name(text: str, taken: set[str] | None = None, size: int = 100) -> str:
    """A file or folder name from document text: allowed everywhere, at most `size` bytes, unique in `taken`."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).strip(" .　") or "未命名"
    if name.split(".")[0].strip().lower() in _RESERVED:
        name = f"_{name}"
    name = _shortened(name, size)
    if taken is None:
        return name
    unique, number = name, 2
    while unique.casefold() in taken:
        unique, number = f"{_shortened(name, size - 6)} ({number})", number + 1
    taken.add(unique.casefold())
    return unique


def unit_folders(units: Iterable[str]) -> dict[str, str]:
    """Unit → the name of its folder, no two alike; never that of a file or folder of the results themselves."""
    taken = {"tables"}
    return {unit: safe_name(unit.replace(".", "．"), taken) for unit in units}


def _shortened(name: str, size: int) -> str:
    """The name in at most `size` bytes, what was cut marked by ……"""
    if len(name.encode()) <= size:
        return name.rstrip(" .　")
    return name.encode()[: size - 3].decode(errors="ignore").rstrip(" .　") + "…"


def gives_date(text: str, iso: str, whole: bool = False) -> bool:
    """Whether a text gives a date in whatever form (2024.7.8, 二〇二四年七月八日), without its year unless `whole`."""
    if not iso:
        return False
    parts = [int(part) for part in iso.split("-")]
    parts = parts if whole else parts[1:]
    numbers = [int(part) for part in re.findall(r"\d{1,4}", text)]
    found = any(numbers[at : at + len(parts)] == parts for at in range(len(numbers)))
    begins = (at for at, one in enumerate(text) if _in_words(one) and not (at and _in_words(text[at - 1])))
    return found or any(iso_date(text[at : at + 12]) == iso for at in begins)


def _in_words(character: str) -> bool:
    """Whether a character is a number that no digit is (二, 〇)."""
    return character.isnumeric() and not character.isdigit()


def spaced(label: str, profile: Layout) -> str:
    """A number with a blank behind it where nothing else sets it apart from the words (第1条, A1, 1.1.2)."""
    closed = tuple(profile.setting("marks", "enumerators", []))
    bare = label[-1:].isalnum() and label[-1] not in ENCLOSED and not label.endswith(closed)
    return f"{label}　" if bare else label


def numbered(level: int, number: int) -> str:
    """The label of a heading: 一、（一）1.（1）."""
    form = {1: "{c}、", 2: "（{c}）", 3: "{n}.", 4: "（{n}）"}[level]
    return form.format(c=numeral(number) if level < 3 else "", n=number)
