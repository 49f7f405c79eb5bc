"""The closed list of rule fields: what a rule may be about, where it may stand, its values and its options.

A rule of an unknown field, or with an option or value that its field does not understand, is refused: nobody would
ever read it.  To add a field is to add a line here and the stage that asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default

from pipeline.core.vocabulary import Kind, Status
from pipeline.ruleset.shape import Shape, any_text, flag, items, mapping, number, one_of, record, some_of, text

# where a rule may hit: at the start of what is looked at; there and behind a stop; behind an opening bracket; anywhere
START, AFTER_STOP, BRACKET, ANYWHERE = "start", "after_stop", "bracket", "anywhere"
PLACES = (START, AFTER_STOP, BRACKET, ANYWHERE)

METRICS = (
    "aspects",
    "categories",
    "problems",
    "subproblems",
    "tasks",
    "measures",
    "advice",
    *Status,
    "long_term",
    "extended",
    "immediate",
    "rate",
    "rules_created",
    "rules_revised",
    "rules_total",
    "money_recovered",
    "money_refunded",
    "loss_recovered",
    "money_involved",
    "party_sanctioned",
    "admin_sanctioned",
    "sanctioned",
    "reorganised",
    "admonished",
    "reminded",
    "interviewed",
    "criticised",
    "ordered_review",
    "transferred",
    "held_accountable",
    "titles_revoked",
    "meetings",
    "inspections",
)
DUTIES = ("lead", "dept", "person", "deadline", "other")
ROLES = (  # of a table's column or a form's field
    "seq",
    "ref",
    "school",
    "aspect",
    "category",
    "problem",
    "measures",
    "task",
    "progress",
    "tick",
    "effect",
    "lead",
    "dept",
    "person",
    "dept_person",
    "lead_person",
    "lead_dept",
    "duty",
    "deadline",
    "remark",
    "advice",
    "found",
    "goal",
    "opinion",
    "proof",
    "type",
    "place",
    "other",
)
CHAPTERS = ("organisation", "problems", "next_steps", "advice", "requirement", "evaluation")
ENDINGS = ("closing", "contact", "lead_in", "attachment", "next_steps", "advice", "requirement", "other", "note")


@dataclass(frozen=True, slots=True)
class Field:
    """What the rules of a field may say beside their pattern and examples."""

    place: str = ANYWHERE  # where they stand unless they say otherwise
    value: Shape | None = None  # the shape of a fixed value; None: the value is the text that was found
    options: Mapping[str, Shape] = default(default_factory=dict)
    needed: Sequence[str] = ()
    kinds: Sequence[str] = ("pattern", "words")


_NUMBERS = mapping(number(1, 99, whole=True))
_ROLES = mapping(number(-99, 99, whole=True), ROLES)
_SANCTIONS = one_of("party_sanctioned", "admin_sanctioned")

FIELDS: Mapping[str, Field] = {
    # outline.yaml, problem.yaml: where things begin and end
    "label": Field(
        options={"scheme": text, "inline": flag, "enumerator": flag, "alone": flag, "numbers": _NUMBERS},
        needed=("scheme",),
    ),
    "unlabelled": Field(
        START, options={"scheme": one_of("framed", "heading"), "among": one_of("labelled")}, needed=("scheme",)
    ),
    "bare_line": Field(START),
    "noise": Field(START),
    "frame": Field(START, options={"problem": flag, "aspect": flag, "inner": flag, "cuts": flag}),
    # evidence.yaml: where atoms are cut, and what their words look like
    "key": Field(START),
    "facet_lead": Field(START),
    "evidence": Field(),
    "rectified_tail": Field(START),
    "heading_note": Field(),
    "part": Field(value=one_of(*CHAPTERS), options={"soft": flag}),
    "break": Field(value=one_of(*ENDINGS), options={"level": one_of("root", "last", "leaf")}, needed=("level",)),
    "listing": Field(),
    "inline_list": Field(),
    "listing_aspect": Field(),
    "listing_lead": Field(),
    "signature_date": Field(START),
    "signature_name": Field(START),
    "signature_tail": Field(),
    "answers": Field(START),
    "answers_numbers": Field(START),
    "problem_named": Field(START),
    "problem_chapter": Field(START),
    "paragraph_part": Field(value=one_of("leader", "pledge", "attendance", "salutation")),
    # kind.yaml, header.yaml: what the paper is, who wrote it about whom, when
    "kind": Field(
        value=one_of(*Kind),
        options={
            "where": one_of("title", "opening", "columns", "body"),
            "weight": number(1, 9),
            "not": text,
            "needs": text,
        },
        needed=("where",),
    ),
    "title_line": Field(START),
    "title_inside": Field(START),
    "title_open": Field(START),
    "title_label": Field(),
    "title_begins": Field(START),
    "title_behind_name": Field(START),
    "not_headline": Field(START),
    "navigation": Field(START),
    # the grammar of organisations
    "organisation": Field(START),
    "name_stop": Field(),
    "party_lead": Field(),
    "party_end": Field(),
    "place_name": Field(START),
    "aside": Field(),
    "inspector": Field(START),
    "inspector_stop": Field(),
    "inspector_short": Field(START),
    "inspector_you": Field(),
    "inspector_addressee": Field(START),
    "inspector_label": Field(START),
    "inspector_cell": Field(START),
    "round": Field(),
    "period": Field(),
    "period_told": Field(START),
    "period_not": Field(),
    "period_label": Field(START),
    "unit_label": Field(START),
    "signature_line": Field(START),
    "unit": Field(options={"where": one_of("text", "title", "inside"), "except": one_of(*Kind)}, needed=("where",)),
    "unit_core": Field(START),
    "unit_placeless": Field(START, options={"before": text}),
    "unit_place": Field(),
    "pronoun": Field(),
    "short_name": Field(),
    "addressee": Field(START),
    "school_heading": Field(START),
    "subject": Field(),
    "feedback_told": Field(),
    "feedback_not": Field(),
    "feedback_label": Field(),
    "open_period": Field(START),
    "sentence_break": Field(),
    "any_date": Field(),
    "issued_label": Field(),
    "issued_cell": Field(START),
    "published": Field(),
    "dateline": Field(),
    "docno_line": Field(START),
    # measure.yaml, status.yaml: the answer
    "rectification": Field(options={"own_line": flag}),
    "recurring": Field(START),
    "effect": Field(),
    "announce": Field(),
    "announce_next": Field(),
    "facet": Field(START, one_of("answer", "effect", "gap", "duty")),
    "measure_label": Field(),
    "status": Field(START, one_of(*Status)),
    "status_label": Field(START),
    "status_lead": Field(START),
    "status_word": Field(options={"weights": mapping(number(-99, 99, whole=True), tuple(Status))}, needed=("weights",)),
    "status_group": Field(START),
    "status_group_all": Field(),
    "progress_share": Field(START, one_of(*Status)),
    "status_above": Field(START),
    "summary_status": Field(),
    # responsibility.yaml: who, by when
    "responsibility": Field(value=some_of(*DUTIES)),
    "assigned": Field(START),
    "dept_then_person": Field(START),
    "covers": Field(),
    "sign": Field(START),
    # columns.yaml: what speaks for the role of a column or field, and rows that state no problem
    "column_heading": Field(options={"weights": _ROLES}, needed=("weights",)),
    "column_content": Field(START, options={"weights": _ROLES}, needed=("weights",)),
    "column_shape": Field(START, text, {"weights": _ROLES}, ("weights",), ("words",)),
    "tick": Field(START, one_of("done")),
    "total_row": Field(START),
    "table_note": Field(START),
    "nothing": Field(START),
    # claim.yaml, figure.yaml: totals that the paper states
    "claim_number": Field(),
    "claim_noun": Field(value=one_of(*METRICS, "rules", "none")),
    "claim_verb": Field(value=one_of(*METRICS, "none")),
    "claim_rate": Field(),
    "claim_rate_from": Field(),
    "claim_rules": Field(value=one_of(*METRICS, "none")),
    "claim_money": Field(value=one_of(*METRICS)),
    "claim_people": Field(value=one_of(*METRICS)),
    "claim_part": Field(value=_SANCTIONS),
    "claim_link": Field(),
    "claim_lead": Field(),
    "claim_sum_word": Field(),
    "claim_way": Field(),
    "claim_process": Field(),
    "claim_process_after": Field(START),
    "claim_letters": Field(),
    "claim_negated": Field(),
    "claim_target": Field(),
    "claim_rest": Field(),
    "claim_scope": Field(),
    "claim_stage": Field(),
    "claim_told": Field(),
    "claim_other_round": Field(),
    "claim_nested": Field(),
    "figure": Field(START, one_of(*METRICS), {"money": flag}),
    "figure_part": Field(START, _SANCTIONS),
    "figure_name": Field(START),
    "figure_number": Field(START),
    "figure_plain": Field(START),
    # reference.yaml, amount.yaml, advice.yaml
    "reference": Field(),
    "action": Field(value=one_of("created", "revised", "abolished", "cited")),
    "action_after": Field(START, one_of("created", "revised", "abolished", "cited")),
    "action_object": Field(),
    "docno": Field(),
    "title_joint": Field(START),
    "amount": Field(),
    "advice_lead": Field(),
}

_EXAMPLES = items(record({"text": any_text, "value": any_text}, ("text", "value")))
_COMMON: Mapping[str, Shape] = {
    "id": text,
    "field": one_of(*FIELDS),
    "place": one_of(*PLACES),
    "before_not": text,
    "note": text,
    "examples": _EXAMPLES,
    "off": flag,
}


def shape_of(name: str, kind: str) -> Shape:
    """The shape of a rule of a field that is written as `kind`: pattern or words."""
    known = FIELDS[name]
    if kind == "pattern":
        content: dict[str, Shape] = {"pattern": text}
        needed: tuple[str, ...] = ("value",) if known.value is not None else ()
    else:
        content, needed = {kind: anything_of_words}, ()
    value = {"value": known.value} if known.value is not None else {}
    return record({**_COMMON, **content, **value, **known.options}, (*needed, *known.needed))


def anything_of_words(value: object, place: str, name: str) -> None:
    """Words in a list, or each with its value."""
    (mapping(text) if isinstance(value, dict) else items(text, 1))(value, place, name)
