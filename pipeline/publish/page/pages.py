"""The two static pages: one for a unit, one for the whole batch; tables in, `报告.html` out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.files import replace_file
from pipeline.core.rows import Tables
from pipeline.core.vocabulary import Severity, Status
from pipeline.publish.overview import UNSTATED, units
from pipeline.publish.page.assets import CHARTS, page
from pipeline.publish.page.batch_view import batch_data
from pipeline.publish.page.page_edit import PageEdit
from pipeline.publish.page.unit_view import FAMILIES, UnitView, aspects, unit_view
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.typography import unit_folders
from pipeline.ruleset.labels import Labels

FILE = "报告.html"


def write_unit_page(source: WordSource, unit: str, folder: Path) -> Path:
    """Write the page of one unit into its folder.  Raises OutputError."""
    html = unit_html(unit_view(source, unit), source.labels, f"../{FILE}")
    return replace_file(folder / FILE, html.encode())


def write_batch_page(tables: Tables, labels: Labels, folder: Path) -> Path:
    """Write the page of all units beside their folders.  Raises OutputError."""
    pages = {unit: f"{name}/{FILE}" for unit, name in unit_folders(units(tables)).items()}
    return replace_file(folder / FILE, batch_html(tables, labels, pages).encode())


def unit_html(view: UnitView, labels: Labels, back: str, edit: PageEdit | None = None) -> str:
    """The page of a unit; with `edit` as the server serves it."""
    live = [one for one in view.findings if not one.row.waived]
    weights = Counter(one.row.severity for one in live)
    statuses = Counter(one.row.status or UNSTATED for one in view.items)
    checks = {one.row.check: one.check for one in view.findings}
    return page(
        "unit.html",
        ["page.js", "unit.js", *(["live.js", "edit.js"] if edit else [])],
        "'self'" if edit else "'none'",
        view=view,
        back=back,
        edit=edit,
        families=_families(labels),
        severities=[(code, labels.of("severity", code), weights[code]) for code in Severity],
        statuses=[(code, labels.of("status", code), statuses[code]) for code in (*Status, UNSTATED)],
        severity_options=[(code, labels.of("severity", code)) for code in Severity],
        status_options=[(code, labels.of("status", code)) for code in (*Status, UNSTATED)],
        check_options=list(checks.items()),
        aspect_options=[(name, name) for name in aspects(view)],
    )


def batch_html(tables: Tables, labels: Labels, pages: Mapping[str, str], edit: PageEdit | None = None) -> str:
    """The page of the batch; `pages` are the addresses of the units' pages."""
    return page(
        "batch.html",
        ["page.js", CHARTS, "batch.js", *(["live.js"] if edit else [])],
        "'self'" if edit else "'none'",
        batch=batch_data(tables, labels, pages),
        edit=edit,
    )


def _families(labels: Labels) -> list[tuple[str, str]]:
    """The families of colours with their names, in the order of the fields."""
    names: dict[str, str] = {}
    for field, family in FAMILIES.items():
        names.setdefault(
            family, labels.of("page", family) if family in labels.groups["page"] else labels.column("problems", field)
        )
    return list(names.items())
