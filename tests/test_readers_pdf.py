"""PDF: paragraphs, page furniture, ruled tables, scans and locked files.  The files were printed by LibreOffice."""

from __future__ import annotations

import ctypes
import io
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Document
from pipeline.readers import gate
from pipeline.readers.pdf.pdf_lines import Line, Margins, paragraphs, text_of
from pipeline.readers.pdf.pdf_page import Ruling
from pipeline.readers.pdf.pdf_table import Region, grids
from tests import web_pages, workbooks

LETTER = Path(__file__).parent / "files" / "letter.pdf"


@pytest.fixture(scope="module")
def letter() -> Document:
    return gate.read_bytes(LETTER.read_bytes(), "letter.pdf")


def test_paragraphs_are_those_of_the_document(letter: Document) -> None:
    texts = [block.text for block in letter.blocks if block.kind == "paragraph"]
    assert texts == web_pages.WHOLE
    assert letter.blocks[0].align == "center"


def test_headers_and_footers_are_left_out_by_name(letter: Document) -> None:
    assert sorted({(left.reason, left.text) for left in letter.omitted}) == [
        ("footer", "内部资料"), ("header", "柳湾区第四小学"),
    ]  # fmt: skip
    assert letter.coverage == 1.0
    assert letter.warnings == ()


def test_a_ruled_table_is_on_its_grid(letter: Document) -> None:
    cells = {(block.row, block.column): (block.text, block.merged) for block in letter.blocks if block.kind == "cell"}
    assert [cells[0, column][0] for column in range(6)] == workbooks.HEADING
    assert cells[1, 1] == ("履行职责方面", False)
    assert cells[2, 1] == ("履行职责方面", True)
    assert cells[2, 2] == ("食堂采购程序不规范，没有公开招标就确定了供应商", False)
    assert len(cells) == 18


def lines(*rows: tuple[str, float], left: float = 90.0) -> list[Line]:
    """Lines of 10 points a character; a number is how far a line is set in."""
    places = [(text, left + shift, left + shift + 10 * len(text)) for text, shift in rows]
    return [
        Line(text, start, end, 700.0 - 20 * number, 10.0, 10.0, end) for number, (text, start, end) in enumerate(places)
    ]


EDGE = Margins(90.0, 190.0, 20.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("一二三四五六七八九十", 0), ("后半句。", 0)], ["一二三四五六七八九十后半句。"]),
        ([("短行到此为止。", 0), ("另一段。", 0)], ["短行到此为止。", "另一段。"]),
        ([("一二三四五六七八九。", 0), ("（一）另一项", 0)], ["一二三四五六七八九。", "（一）另一项"]),
        ([("一二三四五六七八九，", 0), ("（一）同一句", 0)], ["一二三四五六七八九，（一）同一句"]),
        ([("一二三四五六七八九。", 0), ("整改情况：已完成", 0)], ["一二三四五六七八九。", "整改情况：已完成"]),
        ([("右边落款文字", 40), ("正文从头起。", 0)], ["右边落款文字", "正文从头起。"]),
        ([("一二三四五六七八九十", 0), ("缩进的新段", 20)], ["一二三四五六七八九十", "缩进的新段"]),
    ],
)
def test_lines_are_joined_where_a_program_broke_them(rows: list[tuple[str, float]], expected: list[str]) -> None:
    assert [text_of(group) for group in paragraphs(lines(*rows), EDGE)] == expected


def test_merged_cells_of_a_grid() -> None:
    level = [Ruling(False, y, 0, 90) for y in (100, 60, 0)] + [Ruling(False, 80, 30, 90)]
    upright = [Ruling(True, x, 0, 100) for x in (0, 30, 90)] + [Ruling(True, 60, 0, 60)]
    (grid,) = grids([*level, *upright])
    assert grid.regions == (
        Region(0, 0, 2, 1), Region(0, 1, 1, 2), Region(1, 1, 1, 2),
        Region(2, 0, 1, 1), Region(2, 1, 1, 1), Region(2, 2, 1, 1),
    )  # fmt: skip


def test_lines_that_frame_nothing_are_no_table() -> None:
    assert grids([Ruling(False, 50, 0, 400)]) == []
    assert grids([Ruling(False, y, 0, 90) for y in (0, 90)] + [Ruling(True, x, 0, 90) for x in (0, 90)]) == []


def without_text() -> bytes:
    """Two pages with a picture of nothing."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        page = document.new_page(595, 842)
        bitmap = pypdfium2.PdfBitmap.new_native(10, 10, pdfium.FPDFBitmap_BGR)
        image = pypdfium2.PdfImage.new(document)
        image.set_bitmap(bitmap)
        image.set_matrix(pypdfium2.PdfMatrix().scale(500, 700))
        page.insert_obj(image)
        page.gen_content()
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_scan_is_refused_by_name() -> None:
    with pytest.raises(Rejected, match="no_text"):
        gate.read_bytes(without_text(), "a.pdf")


def test_a_page_without_text_among_others_is_named() -> None:
    document = pypdfium2.PdfDocument(LETTER.read_bytes())
    document.import_pages(pypdfium2.PdfDocument(without_text()), [0])
    stream = io.BytesIO()
    document.save(stream)
    read = gate.read_bytes(stream.getvalue(), "a.pdf")
    assert [(warning.code, "第 3 页" in warning.message) for warning in read.warnings] == [("page_without_text", True)]


def test_what_would_run_is_flagged() -> None:
    document = pypdfium2.PdfDocument(LETTER.read_bytes())
    document.new_attachment("a.exe").set_data(b"MZ")
    stream = io.BytesIO()
    document.save(stream)
    read = gate.read_bytes(stream.getvalue(), "a.pdf")
    assert [warning.code for warning in read.warnings] == ["active_content_ignored"]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_read_upright(turn: int, letter: Document) -> None:
    """A page whose content lies on its side and that says by how much it is to be turned."""
    source = pypdfium2.PdfDocument(LETTER.read_bytes())
    for page in source:
        width, height = page.get_size()
        matrix = {90: (0, 1, -1, 0, height, 0), 180: (-1, 0, 0, -1, width, height), 270: (0, -1, 1, 0, 0, width)}[turn]
        clip = pdfium.FS_RECTF(0, max(width, height), max(width, height), 0)
        assert pdfium.FPDFPage_TransFormWithClip(page, pdfium.FS_MATRIX(*matrix), ctypes.byref(clip))
        if turn != 180:
            page.set_mediabox(0, 0, height, width)
        page.set_rotation(turn)
    stream = io.BytesIO()
    source.save(stream)
    turned = gate.read_bytes(stream.getvalue(), "a.pdf")
    assert [block.text for block in turned.blocks] == [block.text for block in letter.blocks]


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"%PDF-1.7\n%%EOF", "bad_pdf"), (LETTER.read_bytes()[:3000], "bad_pdf")],
)
def test_broken_files_are_named(data: bytes, error: str) -> None:
    with pytest.raises(Rejected, match=error):
        gate.read_bytes(data, "a.pdf")


def test_a_locked_file_is_named() -> None:
    locked = Path(__file__).parent / "files" / "locked.pdf"
    with pytest.raises(Rejected, match="encrypted"):
        gate.read_bytes(locked.read_bytes(), "a.pdf")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PDF_PAGES", "PDF_PAGE_CHARACTERS"):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, 1)
            with pytest.raises(Rejected, match="too_large"):
                gate.read_bytes(LETTER.read_bytes(), "a.pdf")
