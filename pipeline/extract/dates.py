"""Dates of a paper: the period of the inspection, the feedback, the paper's own.

Each is believed only in a sentence that tells of it; a year that is not written is that of the dates before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.core import values
from pipeline.core.model import Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.found import fact
from pipeline.extract.header_lines import Lines
from pipeline.ruleset.rule import Hit

Facts = dict[str, Fact]


def read_dates(lines: Lines, blocks: Sequence[int], opening: int, kind: str) -> Facts:
    """inspected_from, inspected_to, issued_date, feedback_date: those that the paper states."""
    found = _period(lines, blocks) or _form_period(lines)
    issued = _issued(lines, opening)
    if issued is not None:
        found["issued_date"] = issued
    feedback = _feedback(lines, blocks, found)
    if feedback is None and kind == Kind.FEEDBACK and issued is not None and _signed(lines, issued):
        feedback = Fact("feedback_date", issued.value, issued.text, issued.span, issued.rule)
    if feedback is not None:
        found["feedback_date"] = feedback
    return found


# -- the inspection -------------------------------------------------------------------------------------------------
def _period(lines: Lines, blocks: Sequence[int]) -> Facts:
    for i in blocks:
        view = lines.views[i]
        for hit in lines.rules.every("period", view):
            told = lines.rules.at("period_told", view, hit.end)
            if told is None or lines.rules.first("period_not", view, max(0, hit.start - 30), hit.start + 1) is not None:
                continue
            found = _ends(lines, i, hit)
            if found:
                return found
    return {}


def _form_period(lines: Lines) -> Facts:
    """The cell behind 督导时间 in a form."""
    for label, cell in lines.pairs():
        if lines.rules.at("period_label", lines.views[label].strip()) is not None:
            hit = lines.rules.first("period", lines.views[cell])
            if hit is not None:
                return _ends(lines, cell, hit)
    return {}


def _ends(lines: Lines, i: int, hit: Hit) -> Facts:
    match = hit.rule.pattern.match(lines.views[i], hit.start)
    if match is None:
        return {}
    start = values.date_parts(match["from"])
    day = match["day"]
    end = (None, start[1], int(day)) if start is not None and day else values.date_parts(match["to"] or "")
    if start is None or end is None:
        return {}
    year = start[0] or _year_before(lines, i, hit.start)
    found: Facts = {}
    for name, parts, group in (("inspected_from", start, "from"), ("inspected_to", end, "day" if day else "to")):
        if parts[0] is None and year is not None and (parts[1] or 0) < (start[1] or 0):
            year += 1  # an end without a year in an earlier month lies in the next one
        value = values.iso(parts[0] or year, parts[1], parts[2])
        if value:
            found[name] = fact(lines.document, name, Span(i, *match.span(group)), hit.rule.id, value)
    return found


def _year_before(lines: Lines, i: int, at: int) -> int | None:
    """The year of the last date that stands before a place of the same block."""
    dates = [values.date_parts(hit.value) for hit in lines.rules.every("any_date", lines.views[i], 0, at)]
    return next((parts[0] for parts in reversed(dates) if parts is not None and parts[0] is not None), None)


# -- the paper itself -----------------------------------------------------------------------------------------------
def _issued(lines: Lines, opening: int) -> Fact | None:
    """The signature's date, else the line under the title, else the page's publication date, else 填报时间."""
    for i, hit in _issued_places(lines, opening):
        found = _dated(lines, i, hit, "issued_date")
        if found is not None:
            return found
    published = values.iso_date(lines.document.metadata.get("published", ""))
    return Fact("issued_date", published, "", Span(0, 0, 0), "header.metadata") if published else None


def _issued_places(lines: Lines, opening: int) -> Iterator[tuple[int, Hit]]:
    views, rules = lines.views, lines.rules
    for i in reversed(lines.back):
        hit = rules.at("signature_date", views[i])
        if hit is not None and i > opening:
            yield i, hit
    for i in lines.back[-2:]:
        hit = rules.first("signature_tail", views[i])
        if hit is not None:
            yield i, hit
    for i in lines.front:
        hit = rules.at("signature_date", views[i])
        if hit is not None:
            yield i, hit
    for source in ("dateline", "published", "issued_label"):
        for i in [*lines.front, *lines.back]:
            hit = rules.first(source, views[i])
            if hit is not None:
                yield i, hit
    for label, cell in lines.pairs():
        named = rules.at("issued_cell", views[label].strip()) is not None
        hit = rules.first("any_date", views[cell]) if named else None
        if hit is not None:
            yield cell, hit


def _signed(lines: Lines, issued: Fact) -> bool:
    """Whether a date is the signature's, not the page's or the form's."""
    return bool(issued.text) and lines.rules.at("signature_date", lines.views[issued.span.block]) is not None


def _dated(lines: Lines, i: int, hit: Hit, name: str, year: int | None = None) -> Fact | None:
    group = "also" if hit.groups.get("also") else "value"
    match = hit.rule.pattern.match(lines.views[i], hit.start)
    if match is None:
        return None
    span = match.span(group) if group in match.groupdict() else match.span()
    value = values.iso_date(lines.views[i][slice(*span)], year)
    return None if value is None else fact(lines.document, name, Span(i, *span), hit.rule.id, value)


# -- the feedback ---------------------------------------------------------------------------------------------------
def _feedback(lines: Lines, blocks: Sequence[int], known: Facts) -> Fact | None:
    """The date nearest before the words that tell of the feedback, in their sentence; no end of a period."""
    for i in blocks:
        view = lines.views[i]
        for told in lines.rules.every("feedback_told", view):
            date = _date_of(lines, i, told)
            found = None if date is None else _with_year(lines, i, date, known)
            if found is not None:
                return found
    for i in blocks:
        hit = lines.rules.first("feedback_label", lines.views[i])
        found = None if hit is None else _dated(lines, i, hit, "feedback_date")
        if found is not None:
            return found
    return None


def _date_of(lines: Lines, i: int, told: Hit) -> Hit | None:
    view, rules = lines.views[i], lines.rules
    start = max((h.end for h in rules.every("sentence_break", view, 0, told.start)), default=0)
    if view.count("《", start, told.start) > view.count("》", start, told.start):
        return None  # 印发《…反馈会精神的通知》: words of a title tell of nothing
    dates = [h for h in rules.every("any_date", view, start, told.end) if h.start < told.end]
    periods = rules.every("period", view, start, told.end)
    for date in reversed(dates):
        inside = any(p.start <= date.start < p.end for p in periods)
        if inside or rules.at("open_period", view, date.end) is not None:
            return None  # …至4月20日进行了审计，并反馈了意见: when, it does not say
        return None if rules.first("feedback_not", view, date.end, told.start) is not None else date
    return None


def _with_year(lines: Lines, i: int, date: Hit, known: Facts) -> Fact | None:
    parts = values.date_parts(date.value)
    if parts is None:
        return None
    year = parts[0] or _year_for(lines, i, date, parts[1], parts[2], known)
    value = values.iso(year, parts[1], parts[2])
    if value is None:
        return None
    return fact(lines.document, "feedback_date", Span(i, date.start, date.end), date.rule.id, value)


def _year_for(lines: Lines, i: int, date: Hit, month: int | None, day: int | None, known: Facts) -> int | None:
    """The year of a date without one: that of the inspection's end, the next when the month is earlier; else that of
    the date before it in the text; else the signature's.  Never after the signature."""
    issued = str(known["issued_date"].value) if "issued_date" in known else ""
    ends = [str(known[name].value) for name in ("inspected_to", "inspected_from") if name in known]
    before = _year_before(lines, i, date.start)
    if month is None:
        return None
    if ends:
        year: int | None = int(ends[0][:4]) + (month < int(ends[0][5:7]))
    elif before is not None:
        year = before
    elif issued:
        year = int(issued[:4])
        value = values.iso(year, month, day)
        year -= 1 if value and value > issued else 0
    else:
        return None
    late = issued and str(values.iso(year, month, day) or "") > issued + "~"
    return None if late else year
