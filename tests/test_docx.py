"""Word files as a person sees them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from lxml import etree

from pipeline.core.model import Block, Document
from pipeline.lab import annotated, trial
from pipeline.readers.docx.docx_file import read_bytes
from tests.docx_files import (
    W_NAMESPACE,
    abstract,
    docx,
    docx_parts,
    level,
    number,
    numbered,
    paragraph,
    part_xml,
    zipped,
)

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
DEFAULTS = {field.name: field.default for field in fields(Block)}
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def read_body(body: str, **parts: str) -> Document:
    return read_bytes(docx(body, **parts), "a.docx")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def codes(document: Document) -> list[str]:
    return [warning.code for warning in document.warnings]


def cell(*content: str, properties: str = "") -> str:
    return f"<w:tc>{f'<w:tcPr>{properties}</w:tcPr>' if properties else ''}{''.join(content)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def shown(block: Block) -> dict[str, object]:
    return {name: value for name, value in asdict(block).items() if name == "text" or value != DEFAULTS[name]}


def folder_as_docx(folder: Path) -> bytes:
    parts: dict[str, str | bytes] = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return zipped(parts)


def test_one_document_with_everything() -> None:
    document = read_bytes(folder_as_docx(HERE / "docx" / "all_features"), "all.docx")
    expected = [
        json.loads(line)
        for line in (HERE / "docx" / "all_features.expected.jsonl").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    found: list[object] = [shown(block) for block in document.blocks]
    found += [[omitted.reason, omitted.text] for omitted in document.omitted]
    found += codes(document)
    assert found == expected
    assert document.coverage == 1.0
    assert document.metadata == {"title": "整改情况通报", "created": "2024-05-06T07:08:09Z"}


def test_the_same_document_in_the_strict_form_gives_the_same() -> None:
    folder = HERE / "docx" / "all_features"
    names = {
        W_NAMESPACE: STRICT,
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
        "http://schemas.openxmlformats.org/officeDocument/2006/math": "http://purl.oclc.org/ooxml/officeDocument/math",
    }
    parts: dict[str, str | bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for usual, strict in names.items():
                text = text.replace(f'="{usual}', f'="{strict}')
            parts[path.relative_to(folder).as_posix()] = text
    usual_document = read_bytes(folder_as_docx(folder), "a.docx")
    strict_document = read_bytes(zipped(parts), "a.docx")
    assert strict_document.blocks == usual_document.blocks
    assert strict_document.omitted == usual_document.omitted
    assert strict_document.warnings == usual_document.warnings


def test_the_same_document_in_one_xml_file_gives_the_same() -> None:
    parts = docx_parts(
        numbered("甲") + paragraph("乙"), numbering=abstract(0, level(0, "chineseCounting", "%1、")) + number(1, 0)
    )
    inner = "".join(
        f'<pkg:part pkg:name="/{name}" pkg:contentType="application/xml"><pkg:xmlData>'
        f"{re.sub(r'<[?].*?[?]>', '', text)}</pkg:xmlData></pkg:part>"
        for name, text in parts.items()
        if not name.startswith("[")
    )
    flat = (
        '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        f"{inner}</pkg:package>"
    )
    document = read_bytes(flat.encode(), "a.xml")
    assert document.blocks == read_bytes(zipped(parts), "a.docx").blocks
    assert [block.label for block in document.blocks] == ["一、", ""]


def test_parts_in_utf_16() -> None:
    parts = docx_parts(paragraph("整改"))
    xml = part_xml("document", paragraph("整改")).replace('encoding="UTF-8"', 'encoding="UTF-16"')
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        data = xml.encode(encoding) if encoding == "utf-16" else ("\ufeff" + xml).encode(encoding)
        assert texts(read_bytes(zipped({**parts, "word/document.xml": data}), "a.docx")) == ["整改"]


@pytest.mark.parametrize("main_type", [
    "document.main+xml", "template.main+xml",
])  # fmt: skip
def test_templates_are_documents(main_type: str) -> None:
    assert texts(read_bytes(zipped(docx_parts(paragraph("整改"), main_type=main_type)), "a.dotx")) == ["整改"]


def test_an_external_template_is_noted_and_not_opened() -> None:
    parts = docx_parts(paragraph("整改"))
    parts["word/_rels/settings.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        'Target="http://192.0.2.1/x.dotm" TargetMode="External"/></Relationships>'
    )
    assert codes(read_bytes(zipped(parts), "a.docx")) == ["external_link_ignored"]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"{\\rtf1 x}", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_document_in_the_document_is_noted_and_not_opened(content: bytes) -> None:
    relation = (
        '<Relationship Id="c1" Target="chunk.bin" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/aFChunk"/>'
    )
    parts: dict[str, str | bytes] = {
        **docx_parts(paragraph("前") + '<w:altChunk r:id="c1"/>', relations=relation),
        "word/chunk.bin": content,
    }
    document = read_bytes(zipped(parts), "a.docx")
    assert texts(document) == ["前"]
    assert codes(document) == ["active_content_ignored"]


def test_a_field_without_an_end_hides_nothing() -> None:
    begun = f"<w:p>{field('begin')}<w:r><w:instrText>PAGE</w:instrText></w:r>{run('第一段')}</w:p>"
    document = read_body(begun + paragraph("第二段"))
    assert texts(document) == ["第一段", "第二段"]
    assert codes(document) == ["salvaged_part"]


@pytest.mark.parametrize(("instruction", "expected"), [
    (r" eq \o\ac(○,1)", "①"), (r"EQ \o(○,20)", "⑳"), (r"eq \o\ac(○,内)", "内"), (r"eq \o\ac(□,√)", "☑"),
    (r"EQ \f(1,2)", "1/2"), (r"PAGE", ""), (r"eq \x", ""),
])  # fmt: skip
def test_equation_fields_show_what_they_draw(instruction: str, expected: str) -> None:
    body = f"<w:p>{field('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>{field('end')}{run('项')}</w:p>"
    assert texts(read_body(body)) == [expected + "项"]


def test_what_is_deleted_twice_is_left_out_once() -> None:
    gone = "<w:del w:id='1'><w:r><w:delText>删</w:delText></w:r></w:del>"
    moved = f"<w:p><w:moveFrom w:id='2'><w:r><w:t>移</w:t></w:r>{gone}</w:moveFrom></w:p>"
    last = "行"
    rows = f"<w:tbl><w:tr><w:trPr><w:del w:id='3'/></w:trPr>{cell(f'<w:p>{gone}{run(last)}</w:p>')}</w:tr></w:tbl>"
    document = read_body(moved + rows)
    assert document.blocks == ()
    assert sorted("".join(omitted.text.split()) for omitted in document.omitted) == ["删", "移删", "行"]


def test_text_that_goes_on_after_its_box_stays_in_its_paragraph() -> None:
    box = "<w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict>"
    outer = f"<w:p><w:r><w:t>外</w:t>{box.format(paragraph('内'))}</w:r></w:p>"
    nested = box.format(outer + table(cell(paragraph("格"))))
    document = read_body(f"<w:p><w:r><w:t>前</w:t>{nested}<w:t>后</w:t></w:r></w:p>" + table(cell(paragraph("表"))))
    assert [(block.text, block.part, block.table) for block in document.blocks] == [
        ("前后", "body", -1),
        ("外", "textbox", -1),
        ("内", "textbox", -1),
        ("格", "textbox", 0),
        ("表", "body", 1),
    ]


def test_a_merged_ledger_on_its_grid() -> None:
    start, follow = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        cell(paragraph("类别"), properties=start) + cell(paragraph("整改"), properties='<w:gridSpan w:val="2"/>'),
        cell(paragraph(""), properties=follow) + cell(paragraph("措施")) + cell(paragraph("时限")),
        cell(paragraph("党建"), properties=start) + cell(paragraph("甲")) + cell(paragraph("5月")),
        cell(paragraph(""), properties=follow) + cell(paragraph("乙")) + cell(paragraph("6月")),
        cell(paragraph("财务")) + cell(paragraph("丙")) + cell(paragraph("")),
    )
    grid: dict[tuple[int, int], tuple[str, bool]] = {
        (block.row, block.column): (block.text, block.merged) for block in read_body(body).blocks
    }
    assert grid == {
        (0, 0): ("类别", False),
        (0, 1): ("整改", False),
        (0, 2): ("整改", True),
        (1, 0): ("类别", True),
        (1, 1): ("措施", False),
        (1, 2): ("时限", False),
        (2, 0): ("党建", False),
        (2, 1): ("甲", False),
        (2, 2): ("5月", False),
        (3, 0): ("党建", True),
        (3, 1): ("乙", False),
        (3, 2): ("6月", False),
        (4, 0): ("财务", False),
        (4, 1): ("丙", False),
        (4, 2): ("", False),
    }


def test_a_merge_across_and_down_covers_the_whole_rectangle() -> None:
    wide = '<w:gridSpan w:val="2"/>'
    body = table(
        cell(paragraph("大"), properties=wide + '<w:vMerge w:val="restart"/>') + cell(paragraph("a")),
        cell(paragraph(""), properties=wide + "<w:vMerge/>") + cell(paragraph("b")),
    )
    assert [(block.row, block.column, block.text) for block in read_body(body).blocks] == [
        (0, 0, "大"),
        (0, 1, "大"),
        (0, 2, "a"),
        (1, 0, "大"),
        (1, 1, "大"),
        (1, 2, "b"),
    ]


def test_a_merge_that_continues_nothing_is_a_cell_of_its_own() -> None:
    document = read_body(table(cell(paragraph("首行"), properties="<w:vMerge/>")))
    assert [(block.text, block.merged) for block in document.blocks] == [("首行", False)]


def test_broken_tables_lose_no_text() -> None:
    body = (
        "<w:tbl>" + paragraph("无行") + "<w:tr>" + paragraph("无格") + "</w:tr></w:tbl>"
        "<w:tr><w:tc>" + paragraph("无表") + "</w:tc></w:tr><w:unknown>" + paragraph("不识") + "</w:unknown>"
    )
    document = read_body(body)
    assert "".join(texts(document)).replace("\n", "") == "无行无格无表不识"
    assert document.coverage == 1.0


def test_a_note_is_read_once_even_when_it_refers_to_itself() -> None:
    reference = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    notes = f'<w:footnote w:id="1"><w:p>{run("注")}{reference}</w:p></w:footnote>'
    document = read_body(f"<w:p>{run('文')}{reference}{reference}</w:p>", footnotes=notes)
    assert texts(document) == ["文", "注"]


def test_characters_that_this_reader_does_not_know_lower_the_coverage() -> None:
    document = read_body("<w:p><w:r><w:t>知道</w:t></w:r><w:unknown>不知</w:unknown></w:p>")
    assert document.coverage == 0.5


def test_private_characters_of_bullets_and_boxes_in_text() -> None:
    document = read_body(paragraph("\uf0fe是\uf0a8否", run='<w:rFonts w:ascii="Wingdings"/>') + paragraph("\uf052"))
    assert texts(document)[0] == "☑是☐否"
    assert not re.search("[\ue000-\uf8ff]", "".join(texts(document)))


def test_an_unknown_symbol_is_counted() -> None:
    symbols = '<w:sym w:font="Wingdings" w:char="F021"/><w:sym w:font="x" w:char="zz"/>'
    document = read_body(f"<w:p><w:r>{symbols}</w:r></w:p>")
    assert texts(document) == ["\ufffd\ufffd"]
    assert codes(document) == ["characters_replaced"]


def test_a_deleted_paragraph_end_joins_several() -> None:
    ended = "<w:rPr><w:del w:id='1'/></w:rPr>"
    document = read_body(paragraph("一", ended) + paragraph("二", ended) + paragraph("三") + paragraph("四", ended))
    assert texts(document) == ["一二三", "四"]
    document = read_body(paragraph("甲", ended) + paragraph("", ended) + table(cell(paragraph("表"))))
    assert texts(document) == ["甲", "表"]


HOSTILE = {
    "fields in fields": lambda size: f"<w:p>{(field('begin') + field('separate')) * size}{field('end') * size}</w:p>",
    "a bold line in pieces": lambda size: f"<w:p>{'<w:r><w:rPr><w:b/></w:rPr><w:t>x</w:t></w:r>' * size}</w:p>",
    "deleted ends with marks between": lambda size: (
        (paragraph("x", "<w:rPr><w:del w:id='1'/></w:rPr>") + "<w:bookmarkEnd w:id='1'/>") * size
    ),
    "boxes": lambda size: "<w:p><w:r>{}</w:r></w:p>".format(
        f"<w:pict><v:textbox><w:txbxContent>{paragraph('x')}</w:txbxContent></v:textbox></w:pict>" * size
    ),
    "tables": lambda size: table(cell(paragraph("x"))) * size,
    "deletions": lambda size: "<w:p>" + "<w:del><w:r><w:delText>x</w:delText></w:r></w:del>" * size + "</w:p>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_size_and_not_with_its_square(name: str) -> None:
    """Four times the size: 16 times the time if any step were quadratic."""
    files = [zipped(docx_parts(HOSTILE[name](size)), zipfile.ZIP_STORED) for size in (1_000, 4_000)]
    small, large = files
    assert trial.growth(lambda data: read_bytes(data, "a.docx"), small, large, limit=9) < 9


SOURCES = sorted(CORPUS.glob("[abp][0-9][0-9]-*.ann.txt"))


def test_nothing_of_the_corpus_is_lost() -> None:
    """Against the XML itself, by another way than the reader's own count."""
    assert SOURCES
    for path in SOURCES:
        data = annotated.as_docx(annotated.read(path))
        document = read_bytes(data, f"{path.name}.docx")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = etree.fromstring(archive.read("word/document.xml"))
        source = "".join(element.text or "" for element in root.iter(f"{{{W_NAMESPACE}}}t"))
        read = "".join(block.text for block in document.blocks if not block.merged)
        if not any(block.kind == "cell" and block.level is not None for block in document.blocks):
            assert "".join(read.split()) == "".join(source.split()), path.name
        assert document.coverage == 1.0
