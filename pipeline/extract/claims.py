"""The totals that a document states about itself, outside its problems and measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.extract.marks import Quoted
from pipeline.ruleset.rule import Hit, Rules

_SENTENCE = 200  # characters in front of a claim in which its sentence is looked for
_NEAR = 6  # characters in front of a claim in which 其余 stands
_CONTEXT = 40  # characters in front of a claim that may name its scope or say that it is a target


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim: the fact's field is `claim`, its value the number (yuan, percent, count)."""

    metric: str
    fact: Fact
    unit: str
    part_of: str
    scope: str


def read_claims(
    document: Document, views: tuple[str, ...], spans: Iterable[tuple[Span, str]], rules: Rules
) -> list[Claim]:
    """Claims of these spans; each comes with the scope that its place gives it ("" is the whole document)."""
    quoted: dict[int, Quoted] = {}  # inside a document's title or a slogan's quotes nothing is claimed
    found: list[Claim] = []
    for span, scope in spans:
        view = views[span.block]
        if span.block not in quoted:
            quoted[span.block] = Quoted(view)
        found += _claims(document, view, span, scope, quoted[span.block], rules)
    return found


def _claims(document: Document, view: str, span: Span, scope: str, quoted: Quoted, rules: Rules) -> Iterator[Claim]:
    total = ""  # the last whole of which parts may follow
    for hit in rules.every("claim", view, span.start, span.end):
        number = _number(hit)
        if (
            number is None
            or quoted.inside(hit.start)
            or (hit.rule.options.get("progress") and _target(view, span, hit, rules))
        ):
            continue
        metric = hit.rule.value
        nested = _nested(view, span, hit, rules)
        own_scope = scope or _scope(view, span, hit, rules)
        part_of = ""
        if hit.rule.options.get("part"):
            part_of, own_scope = metric, hit.groups.get("scope") or ""
        elif metric == "long_term" and nested and total == "done":
            part_of = "done"
        elif nested and metric == total:  # 清退4.62万元，其中退还家长2.86万元
            part_of, own_scope = metric, view[hit.start : hit.end].rstrip()
        if not hit.rule.options.get("part"):
            total = metric if not (metric == "long_term" and nested) else total
        place = Span(span.block, hit.start, hit.end)
        unit = "元" if hit.rule.options.get("money") else "%" if metric == "rate" else _unit(hit)
        fact = Fact("claim", number, document.text(place), place, hit.rule.id)
        yield Claim(metric, fact, unit, part_of, own_scope)
        # 12个问题全部整改到位: twelve problems, twelve done; 其余七个均已完成 is no total
        if hit.groups.get("all") and hit.rule.options.get("also") and not _rest(view, span, hit, rules):
            yield Claim(str(hit.rule.options["also"]), fact, unit, "", own_scope)


def _number(hit: Hit) -> float | None:
    text = next((t for k, t in hit.groups.items() if k.startswith("number") and t), "")
    if hit.rule.options.get("money"):
        return values.money(text)
    return values.number(text.rstrip("余多%％ "))


def _unit(hit: Hit) -> str:
    return next((t for k, t in hit.groups.items() if k.startswith("unit") and t), "")


def _target(view: str, span: Span, hit: Hit, rules: Rules) -> bool:
    return rules.first("claim_target", view, max(span.start, hit.start - _CONTEXT), hit.start) is not None


def _rest(view: str, span: Span, hit: Hit, rules: Rules) -> bool:
    return rules.first("claim_rest", view, max(span.start, hit.start - _NEAR), hit.start) is not None


def _scope(view: str, span: Span, hit: Hit, rules: Rules) -> str:
    found = rules.first("claim_scope", view, max(span.start, hit.start - _CONTEXT), hit.start)
    return next((text for text in found.groups.values() if text), "") if found else ""


def _nested(view: str, span: Span, hit: Hit, rules: Rules) -> bool:
    """Whether 其中 or an opening bracket stands between the last stop and the claim."""
    return rules.first("claim_nested", view, max(span.start, hit.start - _SENTENCE), hit.start) is not None
