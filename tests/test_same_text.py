"""One text as docx, doc, pdf, html and txt in three encodings gives the same paragraphs and cells."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.core.model import Document
from pipeline.readers import gate
from tests import forms

SOURCES = sorted((Path(__file__).parent / "same_text").glob("*.txt"))
NAMES = [path.stem for path in SOURCES]
needs_soffice = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


def source(name: str) -> list[forms.Line]:
    return forms.lines((Path(__file__).parent / "same_text" / f"{name}.txt").read_text(encoding="utf-8"))


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def content(document: Document) -> list[str]:
    """The texts with their numbers, without blanks; empty cells and copies say nothing."""
    return [plain(block.label + block.text) for block in document.blocks if block.text and not block.merged]


def expected(name: str) -> list[str]:
    """The document's own lines and cells, without what a web page puts around them."""
    found: list[str] = []
    for directive, text in forms.labelled(source(name)):
        parts = forms.cells(text) if directive == "row" else [text]
        found += [plain(part) for part in parts if plain(part) not in ("", "^")]
    return found


def furniture(document: Document) -> set[str]:
    return {plain(left.text) for left in document.omitted}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """docx, doc and pdf of all texts."""
    place = tmp_path_factory.mktemp("forms")
    made = []
    for name in NAMES:
        path = place / f"{name}.docx"
        forms.as_docx(source(name), path)
        made.append(path)
    for ending in ("doc", "pdf"):
        forms.convert(made, ending, place)
    return place


def test_there_are_texts() -> None:
    assert len(NAMES) >= 6


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_text(name: str, codec: str) -> None:
    document = gate.read_bytes(forms.as_text(source(name)).encode(codec), f"{name}.txt")
    lines = [text for text in expected(name) if text not in furniture(document)]
    assert content(document) == lines
    left_out = any(one.reason in ("chrome", "metadata") for one in document.omitted)
    assert (document.coverage < 1.0) == (left_out and document.format != "html"), "a copied page's own lines are told"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_page(name: str, codec: str) -> None:
    document = gate.read_bytes(forms.as_page(source(name)).encode(codec), f"{name}.html")
    same_as_text(document, name)


@needs_soffice
@pytest.mark.parametrize("ending", ["docx", "doc", "pdf"])
@pytest.mark.parametrize("name", NAMES)
def test_word_and_print(name: str, ending: str, folder: Path) -> None:
    document = gate.read_bytes((folder / f"{name}.{ending}").read_bytes(), f"{name}.{ending}")
    assert document.format == ending
    same_as_text(document, name)


def same_as_text(document: Document, name: str) -> None:
    text = gate.read_bytes(forms.as_text(source(name)).encode(), f"{name}.txt")
    assert content(document) == content(text)
    left_out = any(one.reason in ("chrome", "metadata") for one in document.omitted)
    assert (document.coverage < 1.0) == (left_out and document.format != "html"), "a copied page's own lines are told"


@needs_soffice
def test_merged_cells_stand_at_the_same_places(folder: Path) -> None:
    """A cell that covers several rows is carried to each of them, in every form that knows merged cells."""

    def cells(document: Document) -> dict[tuple[int, int], tuple[str, bool]]:
        return {(b.row, b.column): (plain(b.text), b.merged) for b in document.blocks if b.kind == "cell"}

    page = cells(gate.read_bytes(forms.as_page(source("ledger")).encode(), "a.html"))
    assert sum(merged for _, merged in page.values()) == 12
    for ending in ("docx", "doc", "pdf"):
        assert cells(gate.read_bytes((folder / f"ledger.{ending}").read_bytes(), f"a.{ending}")) == page
