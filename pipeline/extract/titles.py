"""The title of a paper: over up to four lines, without the page around it.

A line is a title for its ending (…的通报), in front of the text; what stands above and below belongs to it where the
line itself begins or ends in the middle.  A page's label (标题：…) and a headline are taken where no such line is.
"""

from __future__ import annotations

from pipeline.core.model import Fact, Span
from pipeline.extract.found import LEADING, trimmed
from pipeline.extract.header_lines import Lines
from pipeline.extract.organisations import organisation_at

_LINE, _CENTRED = 60, 90  # characters of a title's line at the most
_PIECE = 40  # characters of a line above a broken title
_SHORT = 7  # a line shorter than this is rather the name of a page's column
_WITHIN = 8  # lines of the paper within which its title stands
_MOST = 4  # lines of a title


def read_title(lines: Lines) -> tuple[tuple[int, ...], Fact | None]:
    """The blocks of the title, and the title."""
    labelled: Fact | None = None
    headline = short = -1
    seen = 0
    for place, i in enumerate(lines.front):
        view = lines.views[i].strip()
        hit = lines.rules.first("title_label", view)
        if hit is not None and labelled is None:
            labelled = _labelled(lines, i, hit.rule.id)
        if hit is not None or not view or lines.outside(i):
            continue
        if _begun(lines, i, view) or seen == _WITHIN:
            break
        seen += 1
        # a title broken by soft breaks is one line
        ends = lines.rules.at("title_line", lines.views[i].replace("\n", "")) is not None
        if ends and len(view) >= _SHORT:
            return _over_lines(lines, place)
        short = place if ends and short < 0 else short
        headline = place if headline < 0 and _headline(lines, i, view) else headline
    if labelled is not None:
        return (labelled.span.block,), labelled
    if short >= 0:
        return _over_lines(lines, short)
    return _over_lines(lines, headline) if headline >= 0 else ((), None)


def _begun(lines: Lines, i: int, view: str) -> bool:
    limit = _CENTRED if lines.document.blocks[i].align == "center" else _LINE
    bullet = view.lstrip(LEADING) != view and lines.rules.at("title_line", view) is not None  # a page's list
    return len(view) > limit or (lines.label(i) and not bullet)


def _headline(lines: Lines, i: int, view: str) -> bool:
    """A line without a stop at its end that is no number, date, addressee or signature."""
    others = ("not_headline", "docno_line", "addressee", "signature_date", "signature_name")
    return len(view) >= _SHORT and not any(lines.rules.at(name, view) is not None for name in others)


def _labelled(lines: Lines, i: int, rule: str) -> Fact:
    hit = lines.rules.first("title_label", lines.views[i])
    assert hit is not None
    span = trimmed(lines.document, Span(i, hit.value_start, hit.value_end))
    text = lines.document.text(span)
    return Fact("title", text, text, span, rule)


def _over_lines(lines: Lines, place: int) -> tuple[tuple[int, ...], Fact]:
    last = _goes_on(lines, place)
    first = _begins(lines, place)
    blocks = lines.front[first : last + 1]
    spans = [trimmed(lines.document, Span(i, 0, len(lines.views[i]))) for i in blocks]
    text = "".join(lines.document.text(span) for span in spans).replace("\n", "")
    whole = Span(spans[0].block, spans[0].start, spans[-1].end, -1 if len(spans) == 1 else spans[-1].block)
    return blocks, Fact("title", text, lines.document.text(whole), whole, "title.line")


def _goes_on(lines: Lines, place: int) -> int:
    """…关于县委巡察组反馈意见 ends like a title, and goes on in the line below: 整改落实情况的通报."""
    here, below = lines.front[place], lines.front[place + 1] if place + 1 < len(lines.front) else -1
    if below < 0 or lines.label(below) or lines.document.blocks[below].align != lines.document.blocks[here].align:
        return place
    view = lines.views[below].strip()
    inside = lines.rules.at("title_inside", view) is not None and lines.rules.at("title_line", view) is not None
    dated = lines.rules.at("signature_date", view) is not None
    return place + 1 if len(view) <= _PIECE and inside and not dated and not lines.outside(below) else place


def _begins(lines: Lines, place: int) -> int:
    """The line in which the title begins: a broken one has the party's name or 关于… in the lines above."""
    first = place
    while first > 0 and place - first < _MOST - 1 and _belongs(lines, lines.front[first - 1], lines.front[first]):
        first -= 1
    return first


def _belongs(lines: Lines, above: int, here: int) -> bool:
    view, below = lines.views[above].strip(), lines.views[here].strip()
    name = organisation_at(below, lines.rules, 0)
    if name is not None and lines.rules.at("title_behind_name", below, name.end) is not None:
        return False  # the name of the organisation is there already
    if (
        not view
        or len(view) > _PIECE
        or lines.rules.at("docno_line", view) is not None
        or lines.rules.at("not_headline", view) is not None
        or lines.label(above)
        or lines.outside(above)
        or lines.rules.first("paragraph_part", view) is not None
    ):
        return False
    centred = lines.document.blocks[above].align == lines.document.blocks[here].align == "center"
    begins = lines.rules.at("title_begins", below) is not None
    inside = lines.rules.at("title_inside", below) is not None
    return lines.rules.at("title_open", view) is not None or (inside and not begins) or (centred and not begins)
