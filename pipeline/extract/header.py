"""What a paper says about itself: title, kind, unit, inspector, round, dates, 文号.  Not stated stays empty."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.core import values
from pipeline.core.model import Document, Fact
from pipeline.core.vocabulary import Kind
from pipeline.extract.dates import read_dates
from pipeline.extract.header_lines import Lines, lines
from pipeline.extract.kinds import Parsed, Vote, decide, text_votes
from pipeline.extract.openings import believed, first_fact, opening_block, read_docno, read_inspector, read_round
from pipeline.extract.outline import Outline
from pipeline.extract.titles import read_title
from pipeline.extract.units import read_unit
from pipeline.ruleset.rule import Rules


@dataclass(slots=True)
class Header:
    """What the document says about itself; `facts` by field name; `votes` are the reasons for its kind."""

    kind: str = Kind.OTHER
    kind_rule: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    votes: tuple[Vote, ...] = ()
    title_blocks: tuple[int, ...] = ()
    docno_block: int = -1
    addressee_block: int = -1
    opening: int = -1

    def value(self, name: str) -> str | None:
        """The normal value of a header field, None when not stated."""
        found = self.facts.get(name)
        return None if found is None else str(found.value)


def read_header(
    document: Document, outline: Outline, rules: Rules, columns: str = "", parsed: Parsed | None = None
) -> Header:
    """The header of a document; `columns` are the column fields of its first table, space-separated.

    `parsed` is how a trial reading went (see `kinds`); None before there is one.
    """
    paper = lines(document, outline.views, rules)
    header = Header()
    header.title_blocks, title = read_title(paper)
    header.opening = opening_block(paper, header.title_blocks)
    header.votes = tuple(_votes(paper, title, columns))
    decision = decide(header.votes, parsed)
    header.kind, header.kind_rule = decision.kind, decision.name
    addressee = first_fact(paper, "addressee", paper.front, anchored=True)
    docno = read_docno(paper)
    blocks = [*believed(paper, header.opening), *paper.answers()]
    about_unit = _has_unit(paper, header.kind, title)
    facts = {
        "title": title,
        "docno": docno,
        "addressee": addressee,
        "inspector": read_inspector(paper, blocks, str(title.value) if title else "", header.kind),
        "round": read_round(paper, [*header.title_blocks, *blocks]),
        **read_dates(paper, blocks, header.opening, header.kind),
        "unit": read_unit(paper, blocks, header.kind, title, addressee) if about_unit else None,
        "short_name": first_fact(paper, "short_name", blocks),
    }
    if header.kind == Kind.OTHER and facts["unit"] is None:
        facts.pop("feedback_date", None)  # a speech in a unit tells of its feedback, a summary of many of none
    header.facts = {name: found for name, found in facts.items() if found is not None}
    header.docno_block = docno.span.block if docno is not None and docno.text else -1
    header.addressee_block = addressee.span.block if addressee is not None else -1
    return header


def _votes(paper: Lines, title: Fact | None, columns: str) -> list[Vote]:
    views = paper.views
    stated = str(title.value) if title is not None else paper.document.metadata.get("title", "")
    texts = {
        "title": values.view(stated),
        "opening": "\n".join(views[i] for i in paper.front),
        "columns": columns,
        "body": "\n".join(view for view, block in zip(views, paper.document.blocks, strict=True) if not block.merged),
    }
    return text_votes(texts, paper.rules)


def _has_unit(paper: Lines, kind: str, title: Fact | None) -> bool:
    """Whether the paper is about an inspected unit at all; one of another kind only where its title says so."""
    return kind != Kind.OTHER or (title is not None and paper.rules.first("subject", str(title.value)) is not None)
