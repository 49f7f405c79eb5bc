"""Title, kind, unit, inspector, round, dates, 文号 and contact of a document.  Not stated stays empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.found import fact, trimmed
from pipeline.extract.outline import Outline
from pipeline.ruleset.rule import Hit, Rule, Rules

_FRONT = 14  # paragraphs within which title and opening stand
_TITLE = 8  # paragraphs within which the title stands
_LINE, _CENTRED = 60, 90  # characters of a title's line at the most
_BACK = 14  # paragraphs within which the signature stands


@dataclass(slots=True)
class Header:
    """What the document says about itself; `facts` by field name."""

    kind: str = Kind.OTHER
    kind_rule: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    title_blocks: tuple[int, ...] = ()
    docno_block: int = -1
    addressee_block: int = -1
    opening: int = -1

    def value(self, name: str) -> str | None:
        """The normal value of a header field, None when not stated."""
        found = self.facts.get(name)
        return None if found is None else str(found.value)


def read_header(document: Document, outline: Outline, rules: Rules, columns: str = "") -> Header:
    """The header of a document; `columns` are the column fields of its first table, space-separated."""
    reader = _Reader(document, outline, rules, columns)
    return reader.read()


class _Reader:
    def __init__(self, document: Document, outline: Outline, rules: Rules, columns: str) -> None:
        self.document, self.views, self.rules, self.columns = document, outline.views, rules, columns
        self.paragraphs = [i for i, b in enumerate(document.blocks) if b.kind == "paragraph"]
        self.front = self.paragraphs[:_FRONT]
        self.header = Header()

    def read(self) -> Header:
        header = self.header
        self._title()
        self._opening()
        self._docno()
        header.kind, header.kind_rule = self._kind()
        self._addressee()
        self._inspector()
        self._take("round", self._front_texts(), "round")
        self._dates()
        self._unit()
        self._short_name()
        return header

    # -- title ---------------------------------------------------------------
    def _title(self) -> None:
        for place, i in enumerate(self.front[:_TITLE]):
            block, view = self.document.blocks[i], self.views[i].strip()
            if self._label(i) or len(view) > (_CENTRED if block.align == "center" else _LINE):
                return  # the text has begun
            hit = self.rules.at("title_line", self.views[i].replace("\n", ""))  # a title broken by soft breaks
            if hit is None or self._elsewhere(view):
                continue
            first, place = self._broken_title(place), self._title_goes_on(place)
            spans = [trimmed(self.document, Span(j, 0, len(self.views[j]))) for j in self.front[first : place + 1]]
            text = "".join(self.document.text(span) for span in spans).replace("\n", "")
            self.header.title_blocks = tuple(self.front[first : place + 1])
            place_span = Span(spans[0].block, spans[0].start, spans[-1].end, -1 if len(spans) == 1 else spans[-1].block)
            self.header.facts["title"] = Fact("title", text, self.document.text(place_span), place_span, hit.rule.id)
            return

    def _title_goes_on(self, place: int) -> int:
        """…关于县委巡察组反馈意见 ends like a title, and goes on in the line below: 整改落实情况的通报."""
        here, below = self.front[place], self.front[place + 1] if place + 1 < len(self.front) else -1
        if below < 0 or self._label(below) or self.document.blocks[below].align != self.document.blocks[here].align:
            return place
        view = self.views[below].strip()
        goes_on = (
            len(view) <= 30
            and self.rules.at("title_inside", view) is not None
            and self.rules.at("title_line", view) is not None
            and self.rules.at("signature_date", view) is None
            and not self._elsewhere(view)
        )
        return place + 1 if goes_on else place

    def _elsewhere(self, view: str) -> bool:
        return self.rules.first("published", view) is not None or self.rules.at("break", view) is not None

    def _label(self, i: int) -> bool:
        return bool(self.document.blocks[i].label) or self.rules.at("label", self.views[i].lstrip()) is not None

    def _broken_title(self, place: int) -> int:
        """A title broken over lines begins with the party's name: centred lines above belong to it."""
        first = place
        while first > 0 and place - first < 3:
            above = self.front[first - 1]
            view = self.views[above].strip()
            here = self.views[self.front[first]].strip()
            if (
                not view
                or len(view) > 40
                or self.rules.at("docno_line", view)
                or view[-1] in "。：；，"
                or self._label(above)
                or self._elsewhere(view)
                or self.rules.first("paragraph_part", view) is not None
            ):
                break
            starts_inside = self.rules.at("title_inside", here) is not None
            if not (starts_inside or self.rules.at("title_open", view)):
                break
            first -= 1
        return first

    # -- opening, number, kind --------------------------------------------------
    def _opening(self) -> None:
        after = self.header.title_blocks[-1] if self.header.title_blocks else -1
        for i in self.front:
            if (
                i > after
                and len(self.views[i].strip()) >= 30
                and not self._label(i)
                and not self._elsewhere(self.views[i][:60])
            ):
                self.header.opening = i
                return

    def _docno(self) -> None:
        for i in self.front:
            hit = self.rules.at("docno_line", self.views[i])
            if hit is not None:
                self.header.docno_block = i
                self.header.facts["docno"] = fact(
                    self.document, "docno", Span(i, hit.value_start, hit.value_end), hit.rule.id
                )
                return
        stated = self.document.metadata.get("docno")
        if stated:
            self.header.facts["docno"] = Fact("docno", stated, "", Span(0, 0, 0), "header.metadata")

    def _kind(self) -> tuple[str, str]:
        title = self.header.value("title") or self.document.metadata.get("title", "")
        texts = {
            "title": values.view(title),
            "opening": "\n".join(self.views[i] for i in self.front),
            "columns": self.columns,
            "body": "\n".join(self.views[i] for i in self.paragraphs),
        }
        for where in ("title", "opening", "columns", "body"):
            for rule in self.rules.of("kind"):
                if rule.options.get("where") == where and _applies(rule, texts[where]):
                    return rule.value, rule.id
        return Kind.OTHER, "kind.default"

    def _addressee(self) -> None:
        for i in self.front:
            hit = self.rules.at("addressee", self.views[i])
            if hit is not None:
                self.header.addressee_block = i
                self.header.facts["addressee"] = fact(
                    self.document, "addressee", Span(i, hit.value_start, hit.value_end), hit.rule.id
                )
                return

    # -- who -----------------------------------------------------------------------
    def _front_texts(self) -> list[int]:
        """Blocks in the order in which they are believed: the opening, what follows it, what precedes it."""
        opening = self.header.opening
        rest = [i for i in self.front if i != opening]
        return ([opening] if opening >= 0 else []) + [i for i in rest if i > opening] + [i for i in rest if i < opening]

    def _take(self, name: str, blocks: list[int], source: str) -> Fact | None:
        for i in blocks:
            hit = self.rules.first(source, self.views[i])
            if hit is not None:
                found = fact(self.document, name, Span(i, hit.value_start, hit.value_end), hit.rule.id)
                self.header.facts[name] = found
                return found
        return None

    def _inspector(self) -> None:
        title = values.view(self.header.value("title") or "")
        own = next((hit.value for rule in self.rules.of("inspector") if (hit := rule.search(title))), "")
        found = [
            (rule, i, hit)
            for rule in self.rules.of("inspector")
            for i in self._front_texts()
            for hit in rule.find(self.views[i])
        ]
        # several groups are named (巡视 and 巡察 together): the one that signs is in the title of its feedback
        named = [one for one in found if own and self.header.kind == Kind.FEEDBACK and one[2].value.endswith(own)]
        for rule, i, hit in [*named, *found][:1]:
            self.header.facts["inspector"] = fact(
                self.document, "inspector", Span(i, hit.value_start, hit.value_end), rule.id
            )

    def _unit(self) -> None:
        if self.header.kind == Kind.OTHER and not any(self.rules.first("subject", view) for view in self.views):
            return  # nothing about inspection or rectification: it is about no inspected unit
        candidates = list(self._unit_candidates())
        if not candidates:
            return
        best = candidates[0]
        core = self._core(best)
        for other in candidates[1:]:  # the full name, where another place gives one
            if self._core(other).endswith(core) and len(self._core(other)) > len(core):
                best, core = other, self._core(other)
        self.header.facts["unit"] = self._with_place(best)

    def _core(self, unit: Fact) -> str:
        """A unit's name without the party organisation around it (中共X委员会 = X党委 = X)."""
        hit = self.rules.at("unit_core", str(unit.value))
        return hit.value if hit is not None else str(unit.value)

    def _with_place(self, unit: Fact) -> Fact:
        """`县实验学校` where the text also says `鹤浦县实验学校`: the full name."""
        name = str(unit.value)
        placeless = self.rules.at("unit_placeless", name)
        if placeless is None:
            return unit
        before = re.escape(str(placeless.rule.options.get("before", "")))  # words after which a name begins
        longer = re.compile(
            rf"(?:^|(?<=[，。；、：\s（“{before}]))[一-龥]{{2,3}}{re.escape(self._core(unit))}", re.MULTILINE
        )
        for i in self.paragraphs:
            found = longer.search(self.views[i])
            if found is not None:
                end = found.end() + (
                    len(name) - len(self._core(unit))
                    if self.views[i].startswith(name, found.end() - len(self._core(unit)))
                    else 0
                )
                return fact(self.document, "unit", Span(i, found.start(), end), "unit.placed")
        for i in [*self.front, *self.paragraphs[-_BACK:]]:  # 中共甲县委…巡察组 inspects 县实验学校 of the same county
            for hit in self.rules.every("unit_place", self.views[i]):
                if hit.value.endswith(placeless.value):
                    return replace(unit, value=hit.value + name.removeprefix(placeless.value), rule=hit.rule.id)
        return unit

    def _unit_candidates(self) -> Iterator[Fact]:
        title = self.header.facts.get("title")
        inspected = self.header.kind == Kind.FEEDBACK
        if inspected and "addressee" in self.header.facts:
            yield self.header.facts["addressee"]
        for rule in self.rules.of("unit"):
            if rule.options["where"] == "title":
                if title is None or rule.options.get("except") == self.header.kind:
                    continue
                yield from self._named(rule, title.span.block, str(title.value))
            else:
                for i in self._front_texts():
                    yield from self._named(rule, i, self.views[i])
        if not inspected:
            yield from self._signature()

    def _named(self, rule: Rule, i: int, text: str) -> Iterator[Fact]:
        for hit in rule.find(values.view(text)):
            name = values.view(text)[hit.value_start : hit.value_end]
            if self.rules.first("pronoun", name) is None and self._organisation(name):
                span = Span(i, hit.value_start, hit.value_end)
                if self.document.text(span) != text[hit.value_start : hit.value_end]:
                    span = self.header.facts["title"].span  # a title over several lines
                yield Fact("unit", text[hit.value_start : hit.value_end], self.document.text(span), span, rule.id)

    def _organisation(self, name: str) -> bool:
        return self.rules.at("signature_name", name) is not None

    def _signature(self) -> Iterator[Fact]:
        for i in reversed(self.paragraphs[-_BACK:]):
            hit = self.rules.at("signature_name", self.views[i])
            if hit is not None and self.rules.first("pronoun", hit.value) is None:
                yield fact(self.document, "unit", Span(i, hit.value_start, hit.value_end), hit.rule.id)

    def _short_name(self) -> None:
        self._take("short_name", self._front_texts(), "short_name")

    # -- when --------------------------------------------------------------------------
    def _dates(self) -> None:
        self._period()
        self._issued()
        self._feedback()

    def _period(self) -> None:
        for i in self._front_texts():
            hit = self.rules.first("period", self.views[i])
            if hit is None or self.rules.first("period_not", self.views[i], 0, hit.start + 1) is not None:
                continue
            at = hit.rule.pattern.match(self.views[i], hit.start)
            if at is None:
                continue
            start, end = values.date_parts(at["from"]), values.date_parts(at["to"])
            if start is None or end is None:
                continue
            year = start[0]
            for name, parts, group in (("inspected_from", start, "from"), ("inspected_to", end, "to")):
                if parts[0] is None and year is not None and (parts[1] or 0) < (start[1] or 0):
                    year += 1  # an end without a year in an earlier month lies in the next one
                value = values.iso(parts[0] or year, parts[1], parts[2])
                if value:
                    self.header.facts[name] = fact(self.document, name, Span(i, *at.span(group)), hit.rule.id, value)
            return

    def _issued(self) -> None:
        """The signature's date, else the line under the title, else 填报时间, else the page's publication date."""
        end = self.paragraphs[-_BACK:]
        for i in reversed(end):
            hit = self.rules.at("signature_date", self.views[i])
            if (
                hit is not None
                and (i > self.header.opening or self.header.opening < 0)
                and self._date_fact(i, hit, "issued_date")
            ):
                return
        for i in end[-2:]:
            hit = self.rules.first("signature_tail", self.views[i])
            if hit is not None and self._date_fact(i, hit, "issued_date"):
                return
        for i in self.front:
            hit = self.rules.at("signature_date", self.views[i])
            if hit is not None and self._date_fact(i, hit, "issued_date"):
                return
        for source in ("dateline", "issued_label", "published"):
            for i in [*self.front, *end]:
                hit = self.rules.first(source, self.views[i])
                if hit is not None and self._date_fact(i, hit, "issued_date"):
                    return
        published = values.iso_date(self.document.metadata.get("published", ""))
        if published:
            self.header.facts["issued_date"] = Fact("issued_date", published, "", Span(0, 0, 0), "header.metadata")

    def _date_fact(self, i: int, hit: Hit, name: str, year: int | None = None) -> bool:
        group = "also" if hit.groups.get("also") else "value"
        match = hit.rule.pattern.match(self.views[i], hit.start)
        value = values.iso_date(match[group], year) if match else None
        if match is None or value is None:
            return False
        self.header.facts[name] = fact(self.document, name, Span(i, *match.span(group)), hit.rule.id, value)
        return True

    def _feedback(self) -> None:
        for i in self._front_texts():
            for hit in (h for rule in self.rules.of("feedback_date") for h in rule.find(self.views[i])):
                written = hit.groups.get("value") or hit.groups.get("also") or ""
                parts = values.date_parts(written)
                if parts is None:
                    continue
                if self._date_fact(i, hit, "feedback_date", parts[0] or self._year_for(parts[1], parts[2])):
                    return
        if self.header.kind == Kind.FEEDBACK and "issued_date" in self.header.facts:
            issued = self.header.facts["issued_date"]
            if issued.text:
                self.header.facts["feedback_date"] = Fact(
                    "feedback_date", issued.value, issued.text, issued.span, issued.rule
                )

    def _year_for(self, month: int | None, day: int | None) -> int | None:
        """The year of a date without one: that of the inspection's end, the next when the month is earlier;
        never after the signature."""
        end = self.header.value("inspected_to") or self.header.value("inspected_from")
        issued = self.header.value("issued_date")
        if month is None:
            return None
        if end:
            year = int(end[:4])
            if month < int(end[5:7]):
                year += 1
        elif issued:
            year = int(issued[:4])
            if values.iso(year, month, day) and str(values.iso(year, month, day)) > issued:
                year -= 1
        else:
            return None
        if issued and str(values.iso(year, month, day) or "") > issued + "~":
            return None
        return year


def _applies(rule: Rule, text: str) -> bool:
    if not rule.search(text):
        return False
    without, needs = rule.options.get("not"), rule.options.get("needs")
    if without and any(word in text for word in str(without).split("|")):
        return False
    return not needs or any(word in text for word in str(needs).split("|"))
