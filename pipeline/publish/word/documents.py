"""Word documents: tables in, finished docx files in one folder a unit out.

A builder makes the fields of one kind of document; the template of the same name in `rules/templates/`
gives words and order, the profile in `rules/profiles/` the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.files import replace_file
from pipeline.core.model import BULLETIN, PLAN, Tables
from pipeline.publish.word.check_report import check_report
from pipeline.publish.word.content import Builder, Report, Source
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.letters import reminder, review_letter
from pipeline.publish.word.one_table import closing_list, duty_list, ledger, problem_list, task_list
from pipeline.publish.word.progress_report import progress_report
from pipeline.publish.word.rebuilt import rebuilt
from pipeline.publish.word.summary import summary
from pipeline.publish.word.template import Template, load_template, render
from pipeline.publish.word.typography import safe_name, unit_folders
from pipeline.ruleset.labels import load_labels

# one builder a kind, in the order in which the documents are written
BUILDERS: dict[str, Builder] = {
    "bulletin": partial(rebuilt, kind=BULLETIN),
    "report": progress_report,
    "plan": partial(rebuilt, kind=PLAN),
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


def write_reports(
    tables: Tables, folder: Path, rules_folder: Path, kinds: Sequence[str] | None = None, unit: str | None = None,
    as_of: date | None = None,
) -> list[Path]:
    """Write the documents of the given kinds (none: every kind that has data) for one unit or all.

    `as_of` is the day on which deadlines are judged (none: as the profile says).  Gives the files in the order of
    units and kinds.  Raises InputError for an unknown kind or unit, TemplateError for a broken template, OutputError
    where nothing can be written.
    """
    source = Source(tables, load_labels(rules_folder), load_profile(rules_folder), as_of)
    chosen = _chosen(source, kinds)
    if unit is not None and unit not in source.units:
        known = "、".join(list(source.units)[:10]) or "没有任何单位"
        raise InputError(unit, "结果里没有这个单位", f"请写成下列之一：{known}")
    templates: dict[str, Template] = {}
    written: list[Path] = []
    folders = unit_folders(source.units)
    for name, documents in source.units.items():
        if unit is not None and name != unit:
            continue
        place = folder / folders[name]
        files: set[str] = set()
        for kind in chosen:
            if kind == SUMMARY:
                continue
            for report in BUILDERS[kind](source, name, documents):
                written.append(_write(report, place, files, templates, source, rules_folder))
    whole = summary(source) if SUMMARY in chosen and unit is None else None
    if whole:
        written.append(_write(whole, folder, set(), templates, source, rules_folder))
    return written


def _write(
    report: Report, place: Path, files: set[str], templates: dict[str, Template], source: Source, rules_folder: Path
) -> Path:
    if report.kind not in templates:
        templates[report.kind] = load_template(rules_folder / "templates" / f"{report.kind}.docx", source.profile)
    content = render(templates[report.kind], report.context, report.title, report.charts)
    return replace_file(place / f"{safe_name(report.name, files)}.docx", content)


def _chosen(source: Source, kinds: Sequence[str] | None) -> list[str]:
    """The kinds by code or Chinese label."""
    if not kinds:
        return list(KINDS)
    out = []
    for given in kinds:
        code = given if given in KINDS else source.labels.code("report", given)
        if code not in KINDS:
            known = "、".join(source.labels.of("report", name) for name in KINDS)
            raise InputError(given, "没有这种文书", f"请写成下列之一：{known}")
        out.append(str(code))
    return out


def report_kinds(rules_folder: Path) -> Iterator[tuple[str, str]]:
    """Every kind of document with its Chinese name."""
    labels = load_labels(rules_folder)
    for kind in KINDS:
        yield kind, labels.of("report", kind)
