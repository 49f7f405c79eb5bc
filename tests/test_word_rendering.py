"""Rendered by LibreOffice with free fonts: 22 lines of 28 characters, page numbers, and no repair needed.

Needs soffice and the fonts of `.ci/fonts`; run with FONTCONFIG_FILE pointing to the fonts.conf that it writes.
"""

import os
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from pipeline.core.rows import Tables, joined
from pipeline.extract.process import process
from pipeline.publish.word.documents import KINDS
from pipeline.publish.workbook.workbook_file import write_workbook
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.rule import load_rules
from tests.making import added, row
from tests.samples import RULES, fictional_case, reports


def fandol() -> bool:
    if not shutil.which("soffice") or not shutil.which("fc-match"):
        return False
    found = subprocess.run(["fc-match", "仿宋_GB2312"], capture_output=True, text=True, check=False)
    return "Fandol" in found.stdout


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not fandol(), reason="needs soffice and the fonts of .ci/fonts (FONTCONFIG_FILE)"),
]


def converted(paths, folder):
    """Each file as PDF; one call of LibreOffice for all."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, paths)],
        check=True,
        capture_output=True,
        timeout=300,
        env={**os.environ},
    )
    return [folder / f"{path.stem}.pdf" for path in paths]


def long_bulletin():
    """Three pages of text, so that the second is full."""
    tables = added(Tables(), row("documents", doc_id="d", file="d.docx", kind="bulletin", unit="某校", state="ok"))
    text = "对照反馈意见逐条研究整改措施明确责任领导责任部门和完成时限每月调度一次确保件件有着落事事有回音" * 40
    return added(tables, row("passages", doc_id="d", seq=1, part="opening", text=text, paragraph=1))


def test_a_full_page_has_22_lines_of_28_characters(tmp_path):
    (path,) = reports(long_bulletin(), tmp_path, RULES, ["bulletin"])
    (pdf,) = converted([path], tmp_path)
    with pdfplumber.open(pdf) as document:
        assert len(document.pages) == 4
        page = document.pages[1]
        lines = Counter(round(char["top"]) for char in page.chars if char["size"] > 15)
        assert len(lines) == 22
        assert set(lines.values()) == {28}
        assert round(float(page.width)) == 595 and round(float(page.height)) == 842
        footer = [char for char in page.chars if char["size"] < 15]
        assert "".join(char["text"] for char in footer).replace(" ", "") == "—2—"
        assert footer[0]["x0"] < 200, "even pages: left"
        odd = [char for char in document.pages[2].chars if char["size"] < 15]
        assert odd[-1]["x1"] > 400, "odd pages: right"


def test_every_kind_opens_and_has_its_text(tmp_path):
    tables = Tables()
    for folder in (
        "a08-xiyuan-education-bureau-ledger",
        "a07-lingze-vocational-plan",
        "a03-lanqiao-no3-primary-bulletin",
    ):
        path = min((Path(__file__).parent / "cases" / folder).glob("*.docx"))
        tables = joined([tables, process(path, path.name, load_rules(RULES))])
    tables = reconcile(tables, RULES)
    last = tables.documents[-1].doc_id
    tables = added(tables, *(replace(row, doc_id=last, problem_id="") for row in fictional_case().findings))
    paths = reports(tables, tmp_path / "out", RULES)
    by_kind = {path.stem: path for path in paths}
    flat = []
    for name, path in by_kind.items():
        flat.append(shutil.copy(path, tmp_path / f"{name}.docx"))
    assert len(flat) >= len(KINDS) - 1
    for pdf in converted([tmp_path / f"{name}.docx" for name in by_kind], tmp_path):
        with pdfplumber.open(pdf) as document:
            text = "".join(page.extract_text() or "" for page in document.pages)
            assert len(text) > 100 and "{{" not in text and "—" in text, pdf.name


def test_the_workbook_opens(tmp_path):
    write_workbook(fictional_case(), tmp_path / "整改台账.xlsx", RULES)
    (pdf,) = converted([tmp_path / "整改台账.xlsx"], tmp_path)
    with pdfplumber.open(pdf) as document:
        text = "".join(page.extract_text() or "" for page in document.pages)
    assert "总览" in text and "=SUM(A1)式的经费管理混乱" in text
