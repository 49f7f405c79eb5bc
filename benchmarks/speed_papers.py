"""Word files for the benchmark of speed: the generator's papers as offices write them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.shared import Pt

from benchmarks.generator import bank, make_unit
from benchmarks.render import bulletin_text, feedback_text, plan_text

_SIDES = {"反馈意见": feedback_text, "整改方案": plan_text, "整改通报": bulletin_text}
_TOGETHER = 150  # files that LibreOffice is given at once


def write_papers(folder: Path, count: int) -> None:
    """So many papers of units with 12 to 30 problems, one folder a unit, at last saved by LibreOffice where it is."""
    texts, written = bank(), 0
    for number in range(-(-count // len(_SIDES))):
        unit = make_unit(texts, number, 12 + number * 7 % 19)
        for name, text in _SIDES.items():
            if written < count:
                _write(text(unit), folder / f"{number:05d}" / f"{unit.name}{name}.docx")
                written += 1
    _save_again(folder)


def _write(text: str, path: Path) -> None:
    """One paper: font, size and indent stated for every line, the words of a key in bold."""
    document = docx.Document()
    for line in text.split("\n"):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent, paragraph.paragraph_format.line_spacing = Pt(32), Pt(28)
        key, colon, rest = line.partition("：")
        for piece, bold in ((key + colon, bool(colon)), (rest, False)):
            if piece:
                run = paragraph.add_run(piece)
                run.font.size, run.font.name, run.font.bold = Pt(16), "Times New Roman", bold or None
                run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋_GB2312")
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))


def _save_again(folder: Path) -> None:
    program = shutil.which("soffice")
    files = sorted(folder.rglob("*.docx"))
    for start in range(0, len(files) if program else 0, _TOGETHER):
        some = files[start : start + _TOGETHER]
        with tempfile.TemporaryDirectory() as work:
            names = {f"{number}.docx": path for number, path in enumerate(some)}
            for name, path in names.items():
                shutil.copy(path, Path(work) / name)
            call = [str(program), f"-env:UserInstallation=file://{work}/profile", "--headless"]
            call += ["--convert-to", "docx", "--outdir", f"{work}/saved", *(f"{work}/{name}" for name in names)]
            subprocess.run(call, check=True, capture_output=True)  # noqa: S603 (our own arguments)
            for name, path in names.items():
                shutil.move(f"{work}/saved/{name}", path)
