"""Document → atoms: the smallest pieces of a paper that play one role each.

The cutting is mechanical and decides nothing: in front of a believed label, behind a key (`X：`, 【X】), around a
bracket at an end, behind a clause that states a status, a frame (关于“…”的问题) or a place (…方面，), and at stops
outside quotes.  What an atom is, is decided later for the whole paper at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core import values
from pipeline.core.model import Document
from pipeline.extract.marks import Mark, block_marks, find_noise, new_sequences
from pipeline.ruleset.rule import Rules

_OPEN, _CLOSE = "“《（〔【‘「[", "”》）〕】’」]"
_PAIRS = dict(zip(_OPEN, _CLOSE, strict=True))
_BRACKETS = "（〔【["
_LONGEST_QUOTE = 600  # characters: an opening sign without its partner within this opens nothing
_BLANK = " \u3000\t\n\u00a0"
_STOPS = "。；！？\n"
_REMARK = 14  # characters: a bracket as short as this at the end of a sentence is an atom of its own
_APART, _KEY = "，、— \u3000\t", 16  # what parts a key from the words before it; how far its colon may be
_DASH = "——"

PIECE, KEY, BRACKET, CLAUSE, FRAME, FACET = "piece", "key", "bracket", "clause", "frame", "facet"


@dataclass(frozen=True, slots=True)
class Atom:
    """Characters `start`–`end` of block `block`, without the label in front of them.

    `form` is how it was cut; `key` are the words of a key without its sign; `mark` is the label that stands
    right in front.  `first` and `last` say whether it opens or ends its block.
    """

    block: int
    start: int
    end: int
    form: str
    mark: Mark | None = None
    key: str = ""
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Atoms:
    """All atoms of a document in reading order, with the views of its blocks."""

    views: tuple[str, ...]
    items: tuple[Atom, ...]

    def text(self, atom: Atom) -> str:
        """The view of an atom's characters."""
        return self.views[atom.block][atom.start : atom.end]


def cut(document: Document, rules: Rules) -> Atoms:
    """The atoms of a document; noise between pages and the copies of merged cells are left out."""
    views = tuple(values.view(block.text) for block in document.blocks)
    noise = find_noise(views, rules)
    tracker = new_sequences()
    items: list[Atom] = []
    for i, block in enumerate(document.blocks):
        if i in noise or block.kind == "cell" or not views[i].strip():
            continue
        items.extend(_block(i, views[i], block_marks(i, block, views[i], rules, tracker), rules))
    return Atoms(views, tuple(items))


def _block(i: int, view: str, marks: Sequence[Mark], rules: Rules) -> Iterator[Atom]:
    found: list[Atom] = []
    closes = _partners(view)
    mark: Mark | None = None
    at = 0
    for coming in [*marks, None]:
        end = len(view) if coming is None else coming.start
        pieces = [*_pieces(i, view, at, end, closes, rules)]
        if mark is not None and not pieces and (coming is None or coming.end > mark.end):
            pieces = [Atom(i, mark.end, mark.end, PIECE)]
        if pieces and mark is not None:
            first = pieces[0]
            pieces[0] = Atom(i, first.start, first.end, first.form, mark, first.key)
        found += pieces
        if coming is not None:
            mark, at = coming, max(coming.end, at)
    for k, atom in enumerate(found):
        yield Atom(i, atom.start, atom.end, atom.form, atom.mark, atom.key, k == 0, k == len(found) - 1)


def _partners(view: str) -> dict[int, int]:
    """Place of an opening sign → place of its closing one, where there is one near enough."""
    found: dict[int, int] = {}
    open_: list[int] = []
    for at, char in enumerate(view):
        if char in _OPEN:
            open_.append(at)
        elif char in _CLOSE:
            while open_:
                start = open_.pop()
                if _PAIRS.get(view[start]) == char:
                    if at - start <= _LONGEST_QUOTE:
                        found[start] = at
                    break
        elif char == '"':
            if open_ and view[open_[-1]] == '"':
                start = open_.pop()
                if at - start <= _LONGEST_QUOTE:
                    found[start] = at
            else:
                open_.append(at)
    return found


def _pieces(i: int, view: str, start: int, end: int, closes: dict[int, int], rules: Rules) -> Iterator[Atom]:
    at = start
    while True:
        while at < end and view[at] in _BLANK + "。；，：、.—":
            at += 1
        if at >= end:
            return
        if view[at] in _BRACKETS and at in closes and rules.at("key", view, at + 1, min(closes[at], end)) is not None:
            yield from _pieces(i, view, at + 1, min(closes[at], end), closes, rules)  # （责任人：甲；时限：6月底前）
            at = min(closes[at], end) + 1
            continue
        stop, form, key = _one(view, at, end, closes, rules)
        last = stop
        while last > at and view[last - 1] in _BLANK:
            last -= 1
        if last > at:
            yield Atom(i, at, last, form, None, key)
        at = max(stop, at + 1)


def _one(view: str, at: int, end: int, closes: dict[int, int], rules: Rules) -> tuple[int, str, str]:
    """Where the atom that begins at `at` ends (behind its stop), how it was cut, and the words of its key."""
    inner = closes.get(at, end)
    bracketed = view[at] in _BRACKETS and inner < end
    key = rules.at("key", view, at, end) if not bracketed or rules.at("status", view, at + 1, inner) is None else None
    if key is not None:
        return key.end, KEY, key.value
    if bracketed:
        return inner + 1, BRACKET, view[at + 1 : inner]
    clause = rules.at("status", view, at, end)
    if clause is not None and clause.end > at:
        return _behind_stop(view, clause.end, end), CLAUSE, ""
    frame = rules.at("frame", view, at, end)
    if frame is not None and frame.rule.options.get("cuts", True) and view[frame.end : end][:1] in tuple("。；：，（—"):
        return _behind_stop(view, frame.end, end), FRAME, ""
    facet = rules.at("facet_lead", view, at, end)
    if facet is not None:
        return facet.end, FACET, facet.value
    k = at
    while k < end:
        char = view[k]
        if k in closes and closes[k] < end:
            inner = closes[k]
            if char in _BRACKETS and k > at and _apart(view, k, inner, end, rules):
                return k, PIECE, ""
            k = inner + 1
            continue
        if char in _STOPS:
            return k + 1, PIECE, ""
        if view.startswith(_DASH, k) and k > at:
            return k, PIECE, ""  # 计划照抄——重新制定计划
        if char == "—" and k > at and rules.at("status", view, _behind_blanks(view, k, end), end) is not None:
            return k, PIECE, ""
        if char in _APART and "：" in view[k : k + _KEY] and rules.at("key", view, _behind_blanks(view, k, end), end):
            return k, PIECE, ""
        if char == "，" and k > at and _closes_with_status(view, k + 1, end, rules):
            return k, PIECE, ""
        k += 1
    return end, PIECE, ""


def _closes_with_status(view: str, at: int, end: int, rules: Rules) -> bool:
    """Whether the last clause of a sentence is a status and nothing else (聘请会计师清账，已完成整改。)."""
    stop = next((k for k in range(at, min(end, at + _REMARK + 2)) if view[k] in _STOPS), -1)
    stop = end if stop < 0 and end - at <= _REMARK else stop
    hit = rules.at("status", view, at, stop) if stop > at else None
    return hit is not None and hit.end >= stop


def _apart(view: str, at: int, inner: int, end: int, rules: Rules) -> bool:
    """Whether the bracket from `at` to `inner` stands for itself: a remark at an end, a status, keys."""
    ends = inner + 1 >= end or view[inner + 1] in "。；，：—\n" or not view[inner + 1 : end].strip()
    return (ends and inner - at <= _REMARK) or any(rules.at(name, view, at + 1, inner) for name in ("status", "key"))


def _behind_blanks(view: str, at: int, end: int) -> int:
    while at < end and view[at] in _APART:
        at += 1
    return at


def _behind_stop(view: str, at: int, end: int) -> int:
    return at + 1 if at < end and view[at] in "。；，：\n" else at
