"""One problem section → its statement, rectification text, status, responsibility and measures."""

from __future__ import annotations

from pipeline.core.model import Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.duties import assignment, read_fields
from pipeline.extract.found import Measure, Problem, fact, joined, set_status, trimmed
from pipeline.extract.outline import Section
from pipeline.extract.parts import BREAKS, Item, Reading, Start
from pipeline.extract.statement import take_remark, take_status, unticked
from pipeline.ruleset.rule import Hit

_HEADLINE = 40  # a first sentence longer than this is no headline


def read_item(reading: Reading, item: Item) -> Problem:
    """Everything that an item says, as facts with spans."""
    section = item.section
    problem = Problem(label=section.mark.text)
    problem.region = section.all_pieces()
    _group(reading, problem, item.groups)
    statement, rest, start = _split(reading, section, item.start)
    if len(statement) > 1:
        statement = unticked(reading, problem, statement)
    problem.problem = _statement(reading, section, statement)
    take_remark(reading, problem)
    behind = take_status(reading, problem)
    children = [c for c in section.children if c.mark.scheme not in BREAKS]
    if reading.kind == Kind.FEEDBACK:
        return problem
    if start is not None and start.how == "status" and start.hit.long_term:
        problem.long_term = True
    problem.rectification = behind + rest + [p for c in children for p in c.all_pieces()]
    if item.status is not None and (problem.status is None or problem.status.rule == "status.long_only"):
        place, hit = item.status
        was_long_term = problem.long_term
        set_status(reading.document, problem, hit, place)
        problem.long_term = was_long_term or hit.long_term
    body = Body(reading, problem)
    facets = reading.facets(section)
    body.read(rest, [] if facets else children)
    for part, hit in facets:
        body.facet(part, hit)
    read_fields(reading.document, reading.outline.views, problem, reading.rules)
    return problem


def _group(reading: Reading, problem: Problem, groups: list[Section]) -> None:
    facts = [f for f in (heading(reading, g, "aspect") for g in groups) if f is not None]
    if len(facts) >= 3 and reading.rules.at("school_heading", str(facts[0].value)):
        facts = facts[:2]  # several schools in one document: the school is the aspect, 方面 the category
    if facts:
        problem.aspect = facts[0]
    if len(facts) >= 2:
        last = facts[-1]
        problem.category = Fact("category", last.value, last.text, last.span, last.rule)


def heading(reading: Reading, section: Section, name: str) -> Fact | None:
    """The text of a heading without number, frame and closing punctuation."""
    if not section.pieces:
        return None
    piece = section.pieces[0]
    text = reading.view(piece)
    for marker in reading.markers(text, first=True):
        text = text[: marker.start] or text
    note = reading.rules.first("heading_note", text)
    if note is not None:
        text = text[: note.start] or text
    return unframed(reading, Span(piece.block, piece.start, piece.start + len(text)), name, whole=False)


def unframed(reading: Reading, span: Span, name: str, whole: bool) -> Fact:
    """A text without its frame (关于“…”的问题); of an unframed one the first sentence, or all when `whole`."""
    text = reading.view(span)
    start = len(text) - len(text.lstrip())
    hit = reading.rules.at("frame", text, start)
    if hit is not None:
        inner = Span(span.block, span.start + hit.value_start, span.start + hit.value_end)
        named = hit.rule.options.get("inner")
        place = trimmed(reading.document, inner)
        if named:  # 反馈问题：关于“…”的问题
            return unframed(reading, place, name, whole)
        return fact(reading.document, name, place, hit.rule.id)
    end = span.end if whole else span.start + sentence_end(text)
    return fact(reading.document, name, trimmed(reading.document, Span(span.block, span.start, end)), "heading.text")


def sentence_end(text: str) -> int:
    """Length of the first sentence, quotes and book titles counted as one."""
    depth = 0
    for i, char in enumerate(text):
        if char in "“《（":
            depth += 1
        elif char in "”》）":
            depth = max(0, depth - 1)
        elif char in "。！？" and depth == 0:
            return i
    return len(text)


def _split(reading: Reading, section: Section, start: Start | None) -> tuple[list[Span], list[Span], Start | None]:
    """Own pieces → those of the statement and those of the rectification text."""
    pieces = section.pieces
    aims = next(
        (k for k, p in enumerate(pieces) if k and reading.rules.at("responsibility", reading.view(p))), len(pieces)
    )
    if start is not None:
        piece = pieces[start.piece]
        before = [Span(piece.block, piece.start, start.offset)] if start.offset > piece.start else []
        after = [Span(piece.block, start.offset, piece.end)] if start.offset < piece.end else []
        statement = [*pieces[: min(start.piece, aims)], *(before if start.piece < aims else [])]
        if statement or not pieces:
            return statement, [*after, *pieces[start.piece + 1 :]], start
    if not pieces or reading.kind == Kind.FEEDBACK:
        return list(pieces), [], start
    first = pieces[0]
    text = reading.view(first)
    frame = reading.rules.at("frame", text)
    if frame is not None:
        cut = first.start + frame.end
    elif len(pieces) > 1 or (section.children and section.children[0].mark.block != first.block):
        cut = first.end
    else:
        cut = first.start + sentence_end(text)
    rest = (
        [Span(first.block, cut, first.end)]
        if reading.view(Span(first.block, cut, first.end)).strip("。；，： ")
        else []
    )
    return [Span(first.block, first.start, cut)], [*rest, *pieces[1:]], None


def _statement(reading: Reading, section: Section, pieces: list[Span]) -> Fact | None:
    if not pieces:
        return None
    if len(pieces) == 1:
        return unframed(reading, pieces[0], "problem", whole=True)
    framed = reading.rules.at("frame", reading.view(pieces[0]))
    if framed is not None and not framed.rule.options.get("inner"):
        return unframed(reading, pieces[0], "problem", whole=True)
    if reading.kind == Kind.FEEDBACK and section.children:
        return unframed(reading, pieces[0], "problem", whole=True)
    return fact(reading.document, "problem", trimmed(reading.document, joined(pieces)), "problem.paragraphs")


class Body:
    """The rectification text of one problem, read from left to right."""

    def __init__(self, reading: Reading, problem: Problem) -> None:
        self.reading, self.problem = reading, problem
        self._pending: list[Span] = []

    def read(self, own: list[Span], children: list[Section]) -> None:
        """Markers and statuses first; then the enumerated measures, or one for each paragraph."""
        # with an enumeration, what stands before its first enumerator is a lead-in and no measure
        heads = (self._head(piece, behind=number > 0) for number, piece in enumerate(own))
        plain = [piece for piece in heads if piece is not None]
        if not children:
            for piece in plain:
                self._paragraph(piece)
        for number, child in enumerate(children):
            self._enumerated(child, number == len(children) - 1)
        if self.problem.status is None:
            self._status_at_end()

    def facet(self, section: Section, hit: Hit) -> None:
        """One part of an answer: its measures, its result; gaps and duties hold none."""
        first = section.pieces[0]
        rest = Span(first.block, first.start + hit.end, first.end)
        own = [rest, *section.pieces[1:]] if self.reading.view(rest).strip("。；，： ") else section.pieces[1:]
        if hit.value == "answer":
            self.read(own, [c for c in section.children if c.mark.scheme not in BREAKS])
        elif hit.value == "effect":
            for piece in own:
                self._effect(piece)

    def _head(self, piece: Span, behind: bool = False) -> Span | None:
        """What is left of a piece after its marker, status and remark; None when nothing is.

        `behind` the measures 整改结果： tells of results, in front of them it opens the rectification text."""
        view = self.reading.view(piece)
        at = 0
        effect = self.reading.rules.at("effect", view, len(view) - len(view.lstrip())) if behind else None
        if effect is not None:
            self._effect(Span(piece.block, piece.start + effect.end, piece.end))
            return None
        facet = self.reading.rules.at("facet", view, len(view) - len(view.lstrip()))
        if facet is not None and facet.value == "gap":
            return None  # 存在差距：无 is no measure
        if facet is not None and facet.value == "answer" and facet.end < len(view):
            at = facet.end
        rules = self.reading.rules
        for _ in range(6):
            while at < len(view) and view[at] in "。；，： \n〔〕）":
                at += 1
            hit = rules.at("rectification", view, at) or rules.at("effect", view, at)
            hit = hit or self.reading.recurring_at(view, at)
            if hit is not None and hit.end > at:
                self._bracketed(piece, hit)
                if hit.rule.field == "effect":
                    self._effect(Span(piece.block, piece.start + hit.end, piece.end))
                    return None
                at = hit.end
                continue
            status = self.reading.status_at(view, at)
            if status is None:
                break
            self._take_status(piece, status)
            at = status.end
            remark = _bracket_end(view, at)
            if remark > at:
                at = remark
        rest = Span(piece.block, piece.start + at, piece.end)
        return rest if self.reading.view(rest).strip("。；，： ") else None

    def _bracketed(self, piece: Span, hit: Hit) -> None:
        words = hit.groups.get("status")
        if not words:
            return
        at = hit.rule.pattern.match(self.reading.view(piece), hit.start)
        if at is not None:
            inner = self.reading.rules.at("status", self.reading.view(piece), at.start("status"), at.end("status"))
            if inner is not None:
                self._take_status(piece, inner)

    def _take_status(self, piece: Span, hit: Hit) -> None:
        if self.problem.status is None or self.problem.status.rule.startswith("status_group"):
            place = Span(piece.block, piece.start + hit.value_start, piece.start + hit.value_end)
            set_status(self.reading.document, self.problem, hit, place)

    def _effect(self, span: Span) -> None:
        view = self.reading.view(span)
        start = len(view) - len(view.lstrip())
        status = self.reading.rules.at("status", view, start)
        if status is not None:
            self._take_status(span, status)

    def _paragraph(self, piece: Span) -> None:
        end = self._cut(piece)
        place = trimmed(self.reading.document, Span(piece.block, piece.start, end))
        if place.end > place.start:
            self._measure(place, "", "measure.paragraph")

    def _cut(self, piece: Span) -> int:
        """Where the action ends: at 整改成效：, a responsibility label, or a bracket that holds one."""
        view = self.reading.view(piece)
        ends = [self._before_status(piece, view)]
        assigned = assignment(self.reading.rules, view)
        if assigned:
            ends.append(assigned[0].start)
        for name in ("effect", "responsibility"):
            hits = [
                hit
                for rule in self.reading.rules.within(name, view)
                for hit in rule.find(view)
                if hit.start == 0 or view[hit.start - 1] in "。；，：（ \n）"
            ]
            for hit in hits:
                at = hit.start
                if at and view[at - 1] == "（":
                    at -= 1
                ends.append(at)
                if name == "effect":
                    self._effect(Span(piece.block, piece.start + hit.end, piece.end))
        return piece.start + min(ends)

    def _before_status(self, piece: Span, view: str) -> int:
        """Where a last sentence that only states the status begins (…。目前，该问题已整改到位。), else the end."""
        body = view.rstrip("。； ")
        at = max(body.rfind("。"), body.rfind("；"), body.rfind("—")) + 1
        if at == 0:
            return len(view)
        status = self.reading.rules.at("status", view, at)
        if status is None or (status.end < len(body) and _bracket_end(body, status.end) < len(body)):
            return len(view)
        self._take_status(piece, status)
        return at

    def _enumerated(self, child: Section, last: bool) -> None:
        pieces = child.all_pieces()
        if not pieces:
            return
        lead = self.reading.rules.first("announce_next", self.reading.view(child.pieces[-1])) if child.pieces else None
        if lead is not None and child.children:  # 二是…。下一步：一要…；二要…
            tail = child.pieces[-1]
            before = Span(tail.block, tail.start, tail.start + lead.start)
            place = trimmed(self.reading.document, joined([*child.pieces[:-1], before]))
            self._measure(place, child.mark.text, child.mark.rule, len(self.problem.measures))
            for number, further in enumerate(child.children):
                self._enumerated(further, last and number == len(child.children) - 1)
            return
        kept: list[Span] = []
        first = child.mark.block
        for number, piece in enumerate(pieces):
            own = piece.block == first or not last or piece not in child.pieces or child.mark.scheme == "bullet"
            if not own:
                rest = self._head(piece, behind=True)
                if rest is not None:
                    self._later(rest)
                continue
            if number and self._closing(piece):
                self._head(piece, behind=True)
                continue
            end = self._cut(piece)
            if end > piece.start:
                kept.append(Span(piece.block, piece.start, end))
            if end < piece.end:
                break
        if not kept:
            return
        place = trimmed(self.reading.document, joined(kept))
        self._measure(place, child.mark.text, child.mark.rule, len(self.problem.measures))

    def _later(self, piece: Span) -> None:
        """A paragraph after the last enumerated measure: an action of its own, unless it only closes."""
        end = self._cut(piece)
        place = trimmed(self.reading.document, Span(piece.block, piece.start, end))
        if place.end > place.start:
            self._pending.append(place)

    def _closing(self, piece: Span) -> bool:
        view = self.reading.view(piece)
        return self.reading.rules.at("effect", view) is not None or self.reading.rules.at("status", view) is not None

    def _measure(self, place: Span, label: str, rule: str, at: int | None = None) -> None:
        view = (
            self.reading.view(Span(place.block, place.start, place.end))
            if place.last == -1
            else self.reading.outline.views[place.block][place.start :]
        )
        cut = sentence_end(view)
        headline = view[:cut] if 0 < cut <= _HEADLINE and cut < len(view) - 1 else ""
        text = self.reading.document.blocks[place.block].text[place.start : place.start + len(headline)]
        self.problem.measures.append(Measure(fact(self.reading.document, "measure", place, rule), label, text))
        for extra in self._pending:
            self.problem.measures.append(Measure(fact(self.reading.document, "measure", extra, "measure.paragraph")))
        self._pending.clear()

    def _status_at_end(self) -> None:
        """`…目前，该问题已整改到位。` as the last sentence of the rectification text."""
        for piece in self.problem.rectification[-1:]:
            view = self.reading.view(piece).rstrip("。； ")
            at = max(view.rfind("。"), view.rfind("；")) + 1
            status = self.reading.rules.at("status", view, at)
            if status is not None and status.end == len(view):
                self._take_status(piece, status)


def _bracket_end(view: str, at: int) -> int:
    """Behind a bracketed remark that begins at `at` (…已完成（约七成）), else `at`."""
    if at < len(view) and view[at] == "（":
        close = view.find("）", at)
        if 0 < close - at <= 120:
            return close + 1
    return at
