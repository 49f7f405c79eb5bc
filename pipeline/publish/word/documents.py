"""Word documents: the tables of a unit in, its finished docx files out.

A builder makes the fields of one kind of document; the template of the same name in `rules/templates/`
gives words and order, the profile in `rules/profiles/` the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.files import replace_file
from pipeline.core.vocabulary import Kind
from pipeline.publish.gaps import Gap, isolated
from pipeline.publish.word.check_report import check_report
from pipeline.publish.word.content import Builder, Report, WordSource
from pipeline.publish.word.letters import reminder, review_letter
from pipeline.publish.word.one_table import closing_list, duty_list, ledger, problem_list, task_list
from pipeline.publish.word.progress_report import progress_report
from pipeline.publish.word.rebuilt import rebuilt
from pipeline.publish.word.summary import summary
from pipeline.publish.word.template import Template, load_template, render
from pipeline.publish.word.typography import safe_name
from pipeline.ruleset.labels import Labels
from pipeline.ruleset.layers import rule_file

# one builder a kind, in the order in which the documents are written
BUILDERS: dict[str, Builder] = {
    "bulletin": partial(rebuilt, kind=Kind.BULLETIN),
    "report": progress_report,
    "plan": partial(rebuilt, kind=Kind.PLAN),
    "problem_list": problem_list,
    "task_list": task_list,
    "duty_list": duty_list,
    "ledger": ledger,
    "closing_list": closing_list,
    "check_report": check_report,
    "review_letter": review_letter,
    "reminder": reminder,
}
SUMMARY = "summary"  # the one document about all units
KINDS = (*BUILDERS, SUMMARY)


def write_unit(
    source: WordSource, unit: str, kinds: Sequence[str], place: Path, rules_folder: Path
) -> tuple[list[Path], list[Gap]]:
    """Write a unit's documents of the given kinds into its folder; gives the files and what could not be made.

    Raises TemplateError for a broken template, OutputError where nothing can be written.
    """
    templates: dict[str, Template] = {}
    taken: set[str] = set()
    written: list[Path] = []
    gaps: list[Gap] = []
    documents = source.units.get(unit, [])
    for kind in kinds:
        name = f"{unit}·{source.labels.of('report', kind)}"
        reports: list[Report] = []
        with isolated(name, gaps):
            reports = BUILDERS[kind](source, unit, documents)
        for report in reports:
            with isolated(name, gaps):
                written.append(_write(report, place, taken, templates, source, rules_folder))
    return written, gaps


def write_summary(source: WordSource, folder: Path, rules_folder: Path) -> tuple[list[Path], list[Gap]]:
    """Write the report about all units; gives the file and what could not be made."""
    written: list[Path] = []
    gaps: list[Gap] = []
    with isolated(source.labels.of("report", SUMMARY), gaps):
        report = summary(source)
        if report is not None:
            written.append(_write(report, folder, set(), {}, source, rules_folder))
    return written, gaps


def _write(
    report: Report, place: Path, taken: set[str], templates: dict[str, Template], source: WordSource, rules_folder: Path
) -> Path:
    if report.kind not in templates:
        templates[report.kind] = load_template(rule_file(rules_folder, f"templates/{report.kind}.docx"), source.profile)
    content = render(templates[report.kind], report.context, report.title, report.charts, report.day)
    return replace_file(place / f"{safe_name(report.name, taken)}.docx", content)


def kinds_named(labels: Labels, given: Sequence[str]) -> tuple[str, ...]:
    """Kinds of documents by code or Chinese label, all where none is given.  Raises InputError for an unknown one."""
    out = []
    for name in given:
        code = name if name in KINDS else labels.code("report", name)
        if code not in KINDS:
            known = "、".join(labels.of("report", kind) for kind in KINDS)
            raise InputError(name, "没有这种文书", f"请写成下列之一：{known}")
        out.append(str(code))
    return tuple(out) or KINDS
