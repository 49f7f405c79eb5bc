"""Labels and headings in running text: where something begins, by place and by sequence.

In: the blocks of a document and their views.  Out: marks in reading order: labels (一、 （一） 1. 一是 ①),
paragraphs that end an item (contact, signature, a closing 下一步), and headings without numbers.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from pipeline.core import values
from pipeline.core.model import Block
from pipeline.ruleset.rule import Hit, Rules

_STOPS = "。；：！？;… \n”）】"
_FLAT = 200  # characters: a paragraph as long as this with many gaps behind its stops once had line breaks
_ANNOUNCE = 10  # characters in front of a label that may announce a list without a colon
_QUOTED = re.compile(r"《[^《》\n]{1,120}》|“[^“”\n]{1,600}”")


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at its place: `start`–`end` are the label's characters (both 0 for an automatic number)."""

    block: int
    start: int
    end: int
    scheme: str
    number: int | None
    text: str
    enumerator: bool
    inline: bool  # not at the start of its paragraph
    rule: str


def find_marks(blocks: Sequence[Block], views: Sequence[str], numbers: Sequence[int], rules: Rules) -> list[Mark]:
    """All believed labels of these blocks, in reading order."""
    tracker = _Sequences()
    marks: list[Mark] = []
    breaks = find_breaks(blocks, views, numbers, rules)
    headings = find_unlabelled(blocks, views, [i for i in numbers if i not in breaks], rules)
    for i in numbers:
        if i in breaks or i in headings:
            marks.append(breaks.get(i) or headings[i])
        if blocks[i].label:
            marks.append(tracker.take(_automatic(i, blocks[i].label, rules)))
        marks.extend(_block_marks(i, views[i], rules, tracker, bool(blocks[i].label)))
    return marks


def new_sequences() -> _Sequences:
    """A fresh memory of which number each scheme of labels has come to."""
    return _Sequences()


def block_marks(i: int, block: Block, view: str, rules: Rules, tracker: _Sequences) -> list[Mark]:
    """The believed labels of one block, its automatic number first; blocks are given in reading order."""
    marks = [tracker.take(_automatic(i, block.label, rules))] if block.label else []
    return [*marks, *_block_marks(i, view, rules, tracker, bool(block.label))]


def find_noise(views: Sequence[str], rules: Rules) -> set[int]:
    """Page numbers and titles repeated on every page, which printing or scanning put among the paragraphs."""
    times = Counter(view.strip() for view in views)
    seen: set[str] = set()
    found = set()
    for i, view in enumerate(views):
        text = view.strip()
        repeated = times[text] > 2 and text in seen and rules.at("title_line", text) is not None
        seen.add(text)
        if repeated or rules.at("noise", text) is not None:
            found.add(i)
    return found


def find_breaks(blocks: Sequence[Block], views: Sequence[str], numbers: Sequence[int], rules: Rules) -> dict[int, Mark]:
    """Paragraphs that end the item above them: contact, signature, a closing 下一步, an aside."""
    labelled = {i for i in numbers if blocks[i].label or _heading_at(views[i], rules)}
    last_heading = max(labelled, default=-1)
    found: dict[int, Mark] = {}
    for i in numbers:
        hit = rules.at("break", views[i].lstrip()) if i not in labelled else None
        if hit and (hit.rule.options.get("level") != "last" or i > last_heading >= 0):
            found[i] = _break(i, hit.value, str(hit.rule.options.get("level")), hit.rule.id)
    for place, i in enumerate(numbers):
        date = rules.at("signature_date", views[i])
        if date is None or place == 0 or place < len(numbers) - 20 or i < last_heading:
            continue
        found[i] = _break(i, "date", "root", date.rule.id)
        for before in reversed(numbers[max(0, place - 3) : place]):
            name = rules.at("signature_name", views[before])
            if name is None or before in labelled or before in found:
                break
            found[before] = _break(before, "signature", "root", name.rule.id)
    return found


_FEW = 3  # fewer labelled paragraphs than this: the headings carry no numbers
_LEAD = 60  # longest bold lead that is a heading


def find_unlabelled(
    blocks: Sequence[Block], views: Sequence[str], numbers: Sequence[int], rules: Rules
) -> dict[int, Mark]:
    """Headings without numbers: by their style; where nothing is numbered, also by wording and bold type."""
    plain = [i for i in numbers if not blocks[i].label and not _heading_at(views[i], rules)]
    found = {
        i: _heading(i, blocks[i].style.replace(" ", ""), "heading.style")
        for i in plain
        if blocks[i].style.startswith("heading") and len(views[i]) <= 2 * _LEAD
    }
    opening = next((i for i in plain if len(views[i]) >= _LEAD), -1)
    if opening < 0:
        return found
    labelled = set(numbers) - set(plain)
    after = [i for i in plain if i > opening and i not in found]
    if len(labelled) < _FEW:
        worded = {i: mark for i in after if (mark := _worded(i, blocks[i], views[i], rules, "")) is not None}
        return found | worded if len(worded) >= _FEW else found
    one_scheme = len({_scheme(i, blocks[i], views[i], rules) for i in labelled}) == 1
    followed = {i for i, behind in pairwise(numbers) if behind in labelled}
    bare = {i: mark for i in after if (mark := _worded(i, blocks[i], views[i], rules, "labelled")) is not None}
    for i in after:  # under one flat list of numbers a short bare line in front of a number groups what follows
        if one_scheme and i in followed and i not in bare and rules.at("bare_line", views[i].strip()) is not None:
            bare[i] = _heading(i, "heading", "heading.bare")
    schemes = Counter(mark.scheme for mark in bare.values())
    return found | {i: mark for i, mark in bare.items() if schemes[mark.scheme] >= 2}


def _worded(i: int, block: Block, view: str, rules: Rules, among: str) -> Mark | None:
    """A heading by its wording; among labelled paragraphs only by wording that can be nothing else."""
    for rule in rules.of("unlabelled"):
        hit = rule.match(view, len(view) - len(view.lstrip()))
        if hit is not None and rule.options.get("among", "") == among:
            return _heading(i, str(rule.options["scheme"]), rule.id)
    if not among and 4 <= block.bold <= _LEAD:
        return _heading(i, "heading" if block.bold >= len(view.rstrip()) else "lead", "heading.bold")
    return None


def _scheme(i: int, block: Block, view: str, rules: Rules) -> str:
    hit = rules.at("label", values.view(block.label) + " ") if block.label else rules.at("label", view.lstrip())
    return str(hit.rule.options["scheme"]) if hit is not None else "automatic"


def _heading(i: int, scheme: str, rule: str) -> Mark:
    return Mark(i, 0, 0, scheme, None, "", False, False, rule)


def _heading_at(view: str, rules: Rules) -> bool:
    hit = rules.at("label", view, len(view) - len(view.lstrip()))
    return hit is not None and not hit.rule.options.get("enumerator") and hit.rule.options["scheme"] != "circled"


def _break(i: int, part: str, level: str, rule: str) -> Mark:
    return Mark(i, 0, 0, "aside" if level == "leaf" else "break", None, part, False, False, rule)


class Quoted:
    """The places of a view that stand inside 《…》 or “…”."""

    def __init__(self, view: str) -> None:
        spans = [match.span() for match in _QUOTED.finditer(view)]
        self.starts, self.ends = [start for start, _ in spans], [end for _, end in spans]

    def inside(self, place: int) -> bool:
        at = bisect.bisect_right(self.starts, place) - 1
        return at >= 0 and place < self.ends[at]


class _Sequences:
    """The last number of each scheme: whether a label in running text continues something."""

    def __init__(self) -> None:
        self.last: dict[str, int | None] = {}
        self.block = -1

    def take(self, mark: Mark) -> Mark:
        if mark.block != self.block:  # lists in running text end with their paragraph
            self.block = mark.block
            self.last = {k: v for k, v in self.last.items() if not k.endswith("+")}
        self.last[mark.scheme] = mark.number
        return mark

    def expects(self, scheme: str, number: int | None) -> bool:
        before = self.last.get(scheme)
        if number is None or before is None:
            return False
        return number > before if scheme.rstrip("+") == "sequence" else number == before + 1  # 首先 … 最后


def _automatic(block: int, label: str, rules: Rules) -> Mark:
    hit = rules.at("label", values.view(label).strip() + " ")
    if hit is None:
        return Mark(block, 0, 0, "automatic", None, label, False, False, "label.automatic")
    return Mark(
        block,
        0,
        0,
        str(hit.rule.options["scheme"]),
        _number(hit),
        label,
        bool(hit.rule.options.get("enumerator")),
        False,
        hit.rule.id,
    )


def _number(hit: Hit) -> int | None:
    numbers = hit.rule.options.get("numbers")
    if numbers:
        return int(numbers[hit.groups["phrase"]])
    written = next((text for name, text in hit.groups.items() if name.startswith("number") and text), "")
    return values.ordinal(written.strip())


def _block_marks(i: int, view: str, rules: Rules, tracker: _Sequences, labelled: bool) -> Iterator[Mark]:
    quoted = Quoted(view)
    flat = len(view) > _FLAT and view.count("。 ") >= _FEW  # its line breaks became blanks
    position = len(view) - len(view.lstrip())
    opening = None if labelled else _opening(view, position, rules)
    if opening is None and not labelled and view[position : position + 1] in tuple("【（["):
        close = next((k for k in range(position, min(len(view), position + 16)) if view[k] in "】）]"), -1)
        if close > 0 and rules.at("status", view, position + 1, close) is not None:  # 【已完成】2.规范实习管理
            opening = _opening(view, close + 1 + len(view[close + 1 :]) - len(view[close + 1 :].lstrip()), rules)
    if opening:
        mark = _mark(i, opening, inline=False)
        mark = _absorb(mark, view, rules, tracker)
        yield tracker.take(mark)
        position = mark.end
    candidates = sorted(
        (hit for r in rules.within("label", view) if r.options.get("inline") for hit in r.find(view, position)),
        key=lambda hit: (hit.start, -hit.end),
    )
    for hit, behind in zip_longest(candidates, candidates[1:]):
        if hit.start < position or quoted.inside(hit.start):
            continue
        if behind is not None and behind.start == hit.end and behind.rule is hit.rule:
            continue  # ①②③项: with nothing behind it, it labels nothing
        scheme, number = str(hit.rule.options["scheme"]), _number(hit)
        stop = (
            hit.start == 0
            or view[hit.start - 1] in _STOPS
            or rules.first("announce", view, max(0, hit.start - _ANNOUNCE), hit.start) is not None
        )
        line = flat and hit.start > 0 and view[hit.start - 1] == " "  # once the start of a line
        expected = number == 1 or tracker.expects(scheme, number)
        if not _believed(view, hit, scheme, number, stop or (line and expected), tracker, i) and not (
            line and _after_gap(view, hit, scheme, number, tracker)
        ):
            continue
        enumerates = bool(hit.rule.options.get("enumerator")) or scheme == "circled"
        if line and not enumerates:
            mark = _absorb(_mark(i, hit, inline=False), view, rules, tracker)
            yield tracker.take(mark)
            position = mark.end
            continue
        mark = _mark(i, hit, inline=True)
        goes_on_here = tracker.block == i and tracker.expects(scheme + "+", number)
        if goes_on_here or not (tracker.expects(scheme, number) or mark.enumerator):
            mark = renamed(mark, scheme + "+")  # a list of this paragraph's own
        mark = _absorb(mark, view, rules, tracker)
        yield tracker.take(mark)
        position = mark.end


def _opening(view: str, position: int, rules: Rules) -> Hit | None:
    hit = rules.at("label", view, position)
    if hit is not None and hit.end >= len(view) and not hit.rule.options.get("alone"):
        return None  # a label with nothing behind it labels nothing
    return hit


def _believed(view: str, hit: Hit, scheme: str, number: int | None, stop: bool, tracker: _Sequences, i: int) -> bool:
    """Whether a label inside a paragraph is one: after a stop and in sequence, or plainly continuing."""
    if number is None:
        return False
    open_here = tracker.block == i and (tracker.expects(scheme + "+", number) or tracker.expects(scheme, number))
    if hit.rule.options.get("enumerator"):
        comma = hit.start > 0 and view[hit.start - 1] in "，、"
        return (
            (number == 1 and (stop or comma)) or open_here or (stop and number > 1 and tracker.expects(scheme, number))
        )
    if scheme == "circled":
        return number == 1 or open_here or tracker.expects(scheme, number)
    if scheme == "nested":
        return stop
    if scheme == "named":
        return stop and (number == 1 or tracker.expects(scheme, number))
    return stop and (number == 1 or open_here or tracker.expects(scheme, number))


def _after_gap(view: str, hit: Hit, scheme: str, number: int | None, tracker: _Sequences) -> bool:
    """In a text without line breaks a number that skips some is still one when it stands like a new line."""
    before = max(tracker.last.get(scheme) or 0, tracker.last.get(scheme + "+") or 0)
    return (
        number is not None
        and 0 < before < number <= before + 3
        and re.search(r"[。；：”）] $", view[: hit.start][-3:]) is not None
    )


def _mark(i: int, hit: Hit, inline: bool) -> Mark:
    return Mark(
        i,
        hit.start,
        hit.end,
        _scheme_of(hit),
        _number(hit),
        hit_text(hit).strip(),
        bool(hit.rule.options.get("enumerator")),
        inline,
        hit.rule.id,
    )


def _scheme_of(hit: Hit) -> str:
    """The scheme of a label; labels of a paper's own words are of one scheme where they share the word."""
    word = hit.groups.get("word")
    return f"{hit.rule.options['scheme']} {word}" if word else str(hit.rule.options["scheme"])


def hit_text(hit: Hit) -> str:
    """The characters of a label as matched."""
    return hit.value if not hit.rule.words else str(hit.groups.get("phrase"))


def renamed(mark: Mark, scheme: str) -> Mark:
    """The same mark under another scheme."""
    return replace(mark, scheme=scheme)


def _absorb(mark: Mark, view: str, rules: Rules, tracker: _Sequences) -> Mark:
    """`1.问题1：` is one label; `问题12019年…` ends where the sequence says."""
    if mark.scheme == "named" and not re.search(r"[：、.．，）]\s*$", mark.text):
        digits = re.search(r"\d+$", mark.text)
        expected = (tracker.last.get("named") or 0) + 1
        if digits and int(digits[0]) != expected and digits[0].startswith(str(expected)):
            cut = len(digits[0]) - len(str(expected))
            return Mark(
                mark.block,
                mark.start,
                mark.end - cut,
                mark.scheme,
                expected,
                mark.text[: len(mark.text) - cut],
                mark.enumerator,
                mark.inline,
                mark.rule,
            )
        return mark
    if mark.scheme in ("named", "item") or mark.enumerator:
        return mark
    inner = next((rule.match(view, mark.end) for rule in rules.of("label") if rule.options["scheme"] == "named"), None)
    if inner is None:
        return mark
    return Mark(
        mark.block,
        mark.start,
        inner.end,
        mark.scheme,
        mark.number,
        view[mark.start : inner.end].strip(),
        mark.enumerator,
        mark.inline,
        mark.rule,
    )
