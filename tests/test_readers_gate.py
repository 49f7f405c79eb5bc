"""The gate: what a file is, by its bytes; what is no file to read; nothing heavy at start-up."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.extract.process import process_bytes
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules
from tests import web_pages, workbooks
from tests.docx_files import docx_parts, paragraph, zipped

FILES = Path(__file__).parent / "files"
TEXT = "\n".join(web_pages.WHOLE)


def packed(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as bundle:
        for name, text in members.items():
            bundle.writestr(name.replace("__", "/"), text)
    return stream.getvalue()


def word(text: str = TEXT) -> bytes:
    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (word(), "a.txt", "docx"),
        (workbooks.data(workbooks.ledger()), "a.docx", "xlsx"),
        (FILES.joinpath("letter.doc").read_bytes(), "a.docx", "doc"),
        (FILES.joinpath("letter.doc").read_bytes(), "a.wps", "doc"),
        (FILES.joinpath("ledger.xls").read_bytes(), "a.doc", "xls"),
        (FILES.joinpath("letter.odt").read_bytes(), "a", "odt"),
        (FILES.joinpath("ledger.ods").read_bytes(), "a.xlsx", "ods"),
        (FILES.joinpath("letter.rtf").read_bytes(), "a.doc", "rtf"),
        (FILES.joinpath("letter.pdf").read_bytes(), "a.doc", "pdf"),
        (web_pages.government().encode("gb18030"), "a.doc", "html"),
        (web_pages.government().encode("utf-16"), "a.htm", "html"),
        (packed(ppt__presentation="x"), "a.docx", "pptx"),
        (packed(甲="x"), "a.docx", "zip"),
        (TEXT.encode("gb18030"), "a", "txt"),
        (TEXT.encode("utf-16-le"), "a.doc", "txt"),
        (TEXT.encode(), "a.md", "md"),
        (TEXT.encode(), "a.csv", "csv"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.docx", "image"),
        (b"BM" + TEXT.encode(), "a.txt", "txt"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "a.doc", "binary"),
        (bytes(range(256)), "a.doc", "unknown"),
        (b"From: a\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x", "a.mht", "mht"),
        (b'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>',
         "a.doc", "wordml"),
    ],
)  # fmt: skip
def test_kind_is_told_by_content(data: bytes, name: str, kind: str) -> None:
    assert gate.sniff(data, name) == kind


def test_every_kind_has_a_reader() -> None:
    from pipeline.readers.kind import KINDS

    assert set(KINDS) == set(gate.READERS)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.docx", "empty"),
        (b"\xef\xbb\xbf \r\n", "a.txt", "empty"),
        (b"\x00" * 2000, "a.doc", "empty"),
        (bytes(range(256)), "a.doc", "unknown_format"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.docx", "type_mismatch"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "unknown_format"),
        (packed(ppt__presentation="x"), "a.pptx", "not_a_document"),
        (word()[:3000], "a.docx", "bad_zip"),
        (FILES.joinpath("letter.doc").read_bytes()[:4096], "a.doc", "bad_ole"),
        (FILES.joinpath("letter.rtf").read_bytes()[:4096], "a.rtf", "bad_rtf"),
        (b"%PDF-1.7\nnothing", "a.pdf", "bad_pdf"),
        (workbooks.data(workbooks.ledger())[:3000], "a.xlsx", "bad_zip"),
    ],
)
def test_what_is_no_document_is_named(data: bytes, name: str, error: str) -> None:
    with pytest.raises(Rejected) as caught:
        gate.read_bytes(data, name)
    assert caught.value.error == error


def test_a_wrong_ending_costs_a_warning_only() -> None:
    document = gate.read_bytes(web_pages.government().encode("gb18030"), "通报.doc")
    assert document.format == "html"
    assert [warning.code for warning in document.warnings] == ["type_mismatch"]


def test_name_digest_and_bytes_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode())
    document = gate.read(path, "学校/a.txt")
    assert document.name == "学校/a.txt"
    assert len(document.sha256) == 64
    assert [block.text for block in document.blocks] == web_pages.WHOLE


def test_links_pipes_and_folders_are_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text(TEXT, encoding="utf-8")
    link, pipe = tmp_path / "link.txt", tmp_path / "pipe.txt"
    link.symlink_to(target)
    os.mkfifo(pipe)
    for path, error in (
        (link, "unsafe_link"), (pipe, "not_a_file"), (tmp_path, "not_a_file"), (tmp_path / "none", "unreadable"),
    ):  # fmt: skip
        with pytest.raises(Rejected) as caught:
            gate.read(path, path.name)
        assert caught.value.error == error


def test_large_and_changing_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(limits, "FILE_BYTES", 100)
        with pytest.raises(Rejected, match="too_large"):
            gate.read(path, "a.txt")
    real = os.open

    def open_and_change(*arguments: object) -> int:
        path.write_text(TEXT + "后来加的", encoding="utf-8")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.readers.gate.os.open", open_and_change)
    with pytest.raises(Rejected, match="changed_while_reading"):
        gate.read(path, "a.txt")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("這是一段用於測試的繁體文字，內容是學校的巡察整改情況，請大家認真閱讀。" * 3, "traditional_script"),
        ("对(duì)照(zhào)巡(xún)察(chá)反(fǎn)馈(kuì)意(yì)见学校支部委员会逐条认真整改落实到位", "traditional_script"),
        (TEXT.encode("gb18030").decode("latin-1"), "bad_encoding"),
        (TEXT.encode().decode("gb18030", "replace"), "bad_encoding"),
        ("锟斤拷锟斤拷一、锟斤拷织锟斤拷锟斤拷锟斤拷锟" * 5, "bad_encoding"),
        ("?" * 60 + "一、??????", "bad_encoding"),
    ],
)
def test_ruined_and_foreign_script_is_refused(text: str, error: str) -> None:
    with pytest.raises(Rejected) as caught:
        gate.read_bytes(text.encode(), "a.txt")
    assert caught.value.error == error


@pytest.mark.parametrize(
    "text", ["Příliš žluťoučký kůň úpěl ďábelské ódy", "Правила приёма документов комиссией школы"]
)
def test_a_word_file_in_another_language_is_read_with_a_doubt(text: str, rules: Rules) -> None:
    tables = process_bytes(word("\n".join([text] * 5)), "a.docx", rules)
    (row,) = tables.documents
    assert (row.kind, row.state, row.warnings, tables.problems) == ("other", "ok_with_warnings", "foreign_text", ())


@pytest.mark.parametrize("offset", [0, 7, 3001])
def test_rare_characters_alone_are_no_wrong_encoding(offset: int) -> None:
    rare = "".join(chr(0x4E00 + (offset + number * 7919) % 0x51A0) for number in range(3000))
    document = gate.read_bytes(f"关于第{offset}次整改的通报\n{rare}".encode(), "a.txt")
    assert [warning.code for warning in document.warnings] == ["foreign_text"]
    assert document.blocks[-1].text == rare


def test_a_text_file_in_another_language_is_read_with_a_doubt() -> None:
    for text in ("Rôle de l'élève: les règles générales sont à étudier à l'école\n" * 5, "Правила приёма школы\n" * 5):
        document = gate.read_bytes(text.encode(), "a.txt")
        assert [warning.code for warning in document.warnings] == ["foreign_text"]
        assert document.coverage == 1


def test_nothing_heavy_is_loaded_at_the_start() -> None:
    code = (
        "import sys, pipeline.readers.gate as r; r.sniff(b'abc', 'a.txt');"
        "bad = {'pdfplumber', 'pypdfium2', 'python_calamine', 'charset_normalizer', 'olefile', 'lxml',"
        "'docx', 'openpyxl', 'yaml'} & set(sys.modules); print(sorted(bad)); sys.exit(bool(bad))"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr


ANSWERS = [
    "中共清河县第二中学委员会关于巡察整改进展情况的通报",
    "一、存在问题及整改情况",
    "1.关于学习制度落实不到位问题",
    "整改情况：已召开会议研究，修订制度1项，已完成整改。",
]


@pytest.mark.parametrize(
    "line",
    [
        "所在地：清河县城关镇东街12号",
        "当前位置：食堂一楼。",
        "存放位置：一楼库房。",
        "相关信息：",
        "更多内容：见附件2",
        "日期：2024年6月30日",
    ],
)
@pytest.mark.parametrize("at", range(1, 5))
def test_words_of_a_page_take_no_line_of_a_paper_away(line: str, at: int) -> None:
    lines = [*ANSWERS[:at], line, *ANSWERS[at:], "2.关于公车管理不规范问题", "相关阅读：", "整改情况：正在整改。"]
    body = "".join(paragraph(text) for text in lines)
    document = gate.read_bytes(zipped(docx_parts(body)), "通报.docx")
    assert [block.text for block in document.blocks] == lines
    assert (document.omitted, document.coverage) == ((), 1.0)
