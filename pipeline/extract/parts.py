"""Sections → which of them are problems and which only group.

The one idea: evidence decides, not position.  A section with its own rectification text (a
marker, a status, a frame that is answered) is a problem; a section above such sections groups
them; only where nothing of the kind is found do the words of chapter titles decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.model import Document, Span
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.extract.outline import Outline, Section
from pipeline.ruleset.rule import Hit, Rules

BREAKS = ("break", "aside")
_OFTEN = 3  # items behind which a label stands before it is taken for the document's own marker


@dataclass(frozen=True, slots=True)
class Start:
    """Where rectification text begins in a section's own pieces: piece number and offset in the block."""

    piece: int
    offset: int
    hit: Hit
    how: str  # marker, status, frame


@dataclass(slots=True)
class Item:
    """A section that is a problem, the sections that group it, and a status that a group heading states."""

    section: Section
    groups: list[Section]
    status: tuple[Span, Hit] | None
    start: Start | None


class Reading:
    """One document's outline with the questions that are asked of its sections (answers are kept)."""

    def __init__(self, document: Document, outline: Outline, rules: Rules, kind: str) -> None:
        self.document, self.outline, self.rules, self.kind = document, outline, rules, kind
        self._starts: dict[int, Start | None] = {}
        self._strong: dict[int, bool] = {}
        self._recurring = self._labels() if kind in ANSWERS else frozenset()

    def _labels(self) -> frozenset[str]:
        """Short labels (整改说明：) that stand behind the statements of at least three numbered items."""
        seen: Counter[str] = Counter()
        for section in self.outline.sections:
            if section.mark.scheme in BREAKS or section.mark.enumerator:
                continue
            seen.update({hit.value for k, piece in enumerate(section.pieces) for hit in self._labelled(piece, k)})
        return frozenset(label for label, times in seen.items() if times >= _OFTEN)

    def _labelled(self, piece: Span, number: int) -> Iterator[Hit]:
        """Labels at the start of a further piece, or behind a stop."""
        text = self.view(piece)
        places = [i + 1 for i, char in enumerate(text) if char in "。！？"]
        for at in [0, *places] if number else places:
            hit = self.rules.at("recurring", text, at)
            if hit is not None and not any(self.rules.at(name, text, at) for name in ("responsibility", "effect")):
                yield hit

    def recurring_at(self, text: str, at: int) -> Hit | None:
        """A label of this document's own that opens an answer at this place."""
        hit = self.rules.at("recurring", text, at)
        return hit if hit and hit.value in self._recurring else None

    def view(self, span: Span) -> str:
        """The view of a span inside one block."""
        return self.outline.views[span.block][span.start : span.end]

    def title(self, section: Section) -> str:
        """The first sentence of a section's own text."""
        if not section.pieces:
            return ""
        text = self.view(section.pieces[0])
        cut = next((i for i, char in enumerate(text) if char in "。；"), len(text))
        return text[:cut]

    def start(self, section: Section) -> Start | None:
        """Where the rectification text begins in the section's own pieces, None when nothing says so."""
        if section.index not in self._starts:
            self._starts[section.index] = self._find_start(section.pieces)
        return self._starts[section.index]

    def _find_start(self, pieces: Sequence[Span]) -> Start | None:
        if self.kind == Kind.FEEDBACK:
            return None
        markers = [self.markers(self.view(piece), first=k == 0) for k, piece in enumerate(pieces)]
        marked = any(markers)
        for k, piece in enumerate(pieces):
            text = self.view(piece)
            for hit in markers[k]:
                return Start(k, piece.start + hit.start, hit, "marker")
            for hit in () if marked else self._labelled(piece, k):
                if hit.value in self._recurring:
                    return Start(k, piece.start + hit.start, hit, "marker")
            for hit in self._results(text) if k == 0 else ():
                return Start(k, piece.start + hit.start, hit, "marker")
            effect = self.rules.at("effect", text)
            if effect and k:
                return Start(k, piece.start, effect, "marker")
            status = self.status_at(text, 0) if k or not text else None
            status = status or (self._status_after_frame(text) if k == 0 else None)
            if status:  # with its label (完成率：64%), which is none of the statement's words
                return Start(k, piece.start if k else piece.start + status.start, status, "status")
        return None

    def markers(self, text: str, first: bool) -> list[Hit]:
        """The first marker of rectification text in a paragraph, if any; only at its start or after a stop."""
        found = []
        for rule in self.rules.within("rectification", text):
            if rule.options.get("own_line"):
                hit = None if first else rule.match(text)
                if hit:
                    found.append(hit)
                continue
            found += [
                hit
                for hit in rule.find(text)
                if hit.start == 0 or text[hit.start - 1] in "。；：！？”）】 …，" or text[: hit.start].endswith(("\n",))
            ]
        return sorted(found, key=lambda hit: hit.start)[:1]

    def status_at(self, text: str, at: int) -> Hit | None:
        """A status at one place, or a share behind its label (完成率：64%)."""
        label = self.rules.at("status_label", text, at)
        if label is None:
            return self.rules.at("status", text, at)
        return self.rules.at("status", text, label.end) or self.rules.at("progress_share", text, label.end)

    def remark(self, section: Section) -> bool:
        """Whether the section's first paragraph ends with a status in brackets (…代签（已整改））."""
        if not section.pieces or self.kind == Kind.FEEDBACK:
            return False
        return self.bracketed_status(self.view(section.pieces[0]).rstrip("。； ")) is not None

    def bracketed_status(self, text: str) -> tuple[int, Hit] | None:
        """Where the bracket begins that ends a text and holds nothing but a status, and that status."""
        at = max(text.rfind(mark) for mark in "（〔【[")
        status = self.rules.at("status", text, at + 1) if at > 0 and text.endswith(("）", "〕", "】", "]")) else None
        return (at, status) if status is not None and status.end == len(text) - 1 else None

    def answers_by_number(self, root: Section) -> bool:
        """A chapter of answers to the problems of another one (针对第2、3个问题。…)."""
        children = [c for c in root.children if c.mark.scheme not in BREAKS and c.pieces]
        named = [c for c in children if self.rules.at("answers_numbers", self.view(c.pieces[0])) is not None]
        return len(named) >= 2 and len(named) * 2 > len(children)

    def _results(self, text: str) -> list[Hit]:
        """整改结果： behind a statement in its own paragraph opens the rectification text as a marker does."""
        return [hit for hit in self.rules.every("effect", text) if hit.start and text[hit.start - 1] in "。；！？ "][:1]

    def facets(self, section: Section) -> list[tuple[Section, Hit]]:
        """A section's children where all of them are parts of one answer (1.整改情况 2.存在差距 3.下一步打算)."""
        children = [c for c in section.children if c.mark.scheme not in BREAKS and not c.mark.enumerator]
        facets = [(c, hit) for c in children if c.pieces and (hit := self.rules.at("facet", self.view(c.pieces[0])))]
        complete = len(facets) == len(children) >= 2 and any(hit.value == "answer" for _, hit in facets)
        return facets if complete else []

    def _status_after_frame(self, text: str) -> Hit | None:
        frame = self.rules.at("frame", text)
        if frame is None:
            return None
        at = frame.end
        while at < len(text) and text[at] in "。：， —（":
            at += 1
        return self.rules.at("status", text, at)

    def strong(self, section: Section) -> bool:
        """Whether the section, or one below it, has rectification text of its own."""
        if section.index not in self._strong:
            below = [s for s in section.walk() if s.index != section.index]
            self._strong[section.index] = self._strong_alone(section) or any(self._strong_alone(s) for s in below)
        return self._strong[section.index]

    def _strong_alone(self, section: Section) -> bool:
        if section.mark.enumerator or section.mark.scheme in BREAKS:
            return False
        start = self.start(section)
        if start is None and section.children and self.remark(section):
            return True
        if start is not None and not (self._answered_above(section) and self._behind(section, start)):
            return True
        if section.mark.scheme.startswith("named") or self.assigned(section):
            return True
        if not section.pieces or self.kind == Kind.FEEDBACK:
            return False
        text = self.view(section.pieces[0])
        frame = self.rules.at("frame", text)
        if frame is None or not frame.rule.options.get("problem"):
            return False
        if section.children and self.rules.at("rectified_tail", text, frame.value_end, frame.end) is not None:
            return True
        run_in = frame.end < len(text.rstrip("。： "))
        return run_in or any(child.mark.enumerator for child in section.children)

    def _behind(self, section: Section, start: Start) -> bool:
        """A status or 整改成效 behind the last measure is its problem's, not the measure's."""
        if start.hit.rule.field != "rectification":
            return True
        view = self.view(section.pieces[start.piece])
        return (
            start.piece > 0
            and self.rules.at("effect", view, start.offset - section.pieces[start.piece].start) is not None
        )

    def _answered_above(self, section: Section) -> bool:
        at = section.parent
        while at >= 0:
            if self.start(self.outline.sections[at]) is not None:
                return True
            at = self.outline.sections[at].parent
        return False

    def assigned(self, section: Section) -> bool:
        """Whether a paragraph behind the section's list says who is responsible for it, and by when."""
        if section.children:
            last = next((c for c in reversed(section.children) if c.mark.scheme not in BREAKS), None)
            return last is not None and not last.children and self._signed(last) and self._closes_list(last)
        return self._signed(section) and not self._answered_above(section) and not self._closes_list(section)

    def _signed(self, section: Section) -> bool:
        """A paragraph of responsibility behind the section's first."""
        return any(
            self.rules.at("responsibility", self.view(p).lstrip("（ ")) is not None
            for p in section.pieces
            if p.block != section.mark.block
        )

    def _closes_list(self, section: Section) -> bool:
        """The last of several siblings of which no other is signed: what stands behind it is about them all."""
        siblings = self.outline.roots if section.parent < 0 else self.outline.sections[section.parent].children
        others = [s for s in siblings if s.index != section.index and s.mark.scheme == section.mark.scheme]
        return bool(others) and others[-1].index < section.index and not any(self._signed(s) for s in others)

    def part(self, section: Section) -> str:
        """What a chapter is by its title: organisation, problems, next_steps, advice, requirement … or ""."""
        hit = self.part_hit(section)
        return "" if hit is None else hit.value

    def part_hit(self, section: Section) -> Hit | None:
        """The rule that names a chapter by its title; a soft one counts only where nothing is answered below."""
        title = self.title(section)
        for rule in self.rules.within("part", title):
            hit = rule.search(title)
            if hit is not None and not (rule.options.get("soft") and self.strong(section)):
                return hit
        return None


def items(reading: Reading, parts: dict[int, str]) -> list[Item]:
    """All problems of the chapters that hold them, in reading order."""
    roots = [root for root in reading.outline.roots if parts.get(root.index) == "problems"]
    containers = _containers(reading, roots)
    found: list[Item] = []
    for root in roots:
        _descend(reading, root, [] if root.index in containers else None, found)
    return found


def _containers(reading: Reading, roots: Sequence[Section]) -> set[int]:
    """Chapters that only hold the aspects (整改落实情况), rather than being one."""
    named = {
        root.index
        for root in roots
        if root.children
        and reading.part(root) == "problems"
        and reading.start(root) is None
        and not names_aspect(reading, root)
    }
    if reading.kind == Kind.FEEDBACK and len(named) < len(roots) and len({root.mark.scheme for root in roots}) == 1:
        named = set()  # one chapter among equals holds no aspects, it is one
    only = roots[0] if len(roots) == 1 else None
    if only and only.children and not names_aspect(reading, only) and not _is_problem(reading, only):
        named.add(only.index)
    return named


def names_aspect(reading: Reading, section: Section) -> bool:
    """A chapter title that names an aspect (在…方面, 关于“…”的问题) rather than the work done."""
    frame = reading.rules.at("frame", reading.title(section))
    return frame is not None and bool(frame.rule.options.get("aspect"))


def _is_problem(reading: Reading, section: Section) -> bool:
    """A section whose children are measures (or that has none): it is answered itself."""
    children = [c for c in section.children if c.mark.scheme not in BREAKS]
    if reading.kind != Kind.FEEDBACK and reading.facets(section):
        return True
    if any(reading.strong(child) for child in children):
        return False
    if reading.kind == Kind.FEEDBACK:
        return not children
    if reading.start(section) is not None or not children or reading.assigned(section) or reading.remark(section):
        return True
    if all(child.mark.enumerator or child.mark.scheme.rstrip("+'") == "circled" for child in children):
        return True
    frame = reading.rules.at("frame", reading.title(section))
    if frame is None or frame.value_end >= frame.end:
        return False
    view = reading.view(section.pieces[0])
    tail = reading.rules.at("rectified_tail", view, frame.value_end, frame.end)
    return tail is not None


def _descend(reading: Reading, top: Section, above: list[Section] | None, found: list[Item]) -> None:
    """Depth first without recursion: groups are carried along; None as groups marks a root that counts itself."""
    stack: list[tuple[Section, list[Section], tuple[Span, Hit] | None, bool]] = [
        (top, above or [], None, above is None)
    ]
    while stack:
        section, groups, status, counts = stack.pop()
        if section.mark.scheme in BREAKS:
            continue
        if counts and _is_problem(reading, section):
            found.append(Item(section, groups, status, reading.start(section)))
            continue
        group_status = _group_status(reading, section) if counts else None
        only_status = group_status is not None and len(section.pieces) == 1
        below = groups if not counts or only_status or not section.pieces else [*groups, section]
        told = group_status or (_noted_status(reading, section) if counts else None) or status
        stack.extend((child, below, told, True) for child in reversed(section.children))


def _group_status(reading: Reading, section: Section) -> tuple[Span, Hit] | None:
    """A heading such as `已完成整改2个，分别是：` states the status of every problem under it."""
    if not section.pieces:
        return None
    piece = section.pieces[-1]
    text = reading.view(piece)
    marker = reading.rules.at("rectification", text)
    offset = marker.end if marker else 0
    for rule in reading.rules.within("status_group", text):
        hit = rule.match(text, offset)
        if hit is None or hit.end < len(text.rstrip()):
            continue
        status = reading.rules.at("status", hit.value.strip())
        if status:
            place = Span(piece.block, piece.start + hit.value_start, piece.start + hit.value_end)
            return place, status
    return None


def _noted_status(reading: Reading, section: Section) -> tuple[Span, Hit] | None:
    """`理论武装（2项，均已整改完成）`: the note behind a heading states the status of every problem under it."""
    if not section.pieces:
        return None
    first = section.pieces[0]
    note = reading.rules.first("heading_note", reading.view(first))
    every = reading.rules.first("status_group_all", note.value) if note is not None else None
    status = reading.rules.at("status", every.value) if every is not None else None
    if note is None or every is None or status is None:
        return None
    at = first.start + note.value_start + every.value_start
    return Span(first.block, at, at + len(every.value)), status
