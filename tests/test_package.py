"""Attacks and damage: each file is refused in its class, or costs a warning and not the document."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers import gate
from pipeline.readers.docx.docx_file import read, read_bytes
from pipeline.readers.package import open_package
from pipeline.readers.xml import parse
from tests.docx_files import docx, docx_parts, paragraph, part_xml, zipped

GOOD = docx(paragraph("整改"))
DTD = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
FILE_ENTITY = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def with_part(name: str, content: str | bytes) -> bytes:
    return zipped({**docx_parts(paragraph("整改")), name: content})


def document_xml(prefix: str = "", inner: str = paragraph("整改")) -> str:
    return prefix + part_xml("document", inner).split("?>", 1)[1]


def deep(depth: int) -> bytes:
    return docx("<w:sdt><w:sdtContent>" * (depth // 2) + paragraph("x") + "</w:sdtContent></w:sdt>" * (depth // 2))


def bomb() -> bytes:
    """A part of 12 MB in 12 kB."""
    return with_part("word/document.xml", document_xml(inner=paragraph("哈" * 4_000_000)))


def lying_sizes() -> bytes:
    """The directory claims 10 bytes; the part inflates to much more."""
    data = bytearray(bomb())
    place = data.rfind(b"word/document.xml") - 46
    struct.pack_into("<L", data, place + 24, 10)
    return bytes(data)


def equal_names(second: str) -> bytes:
    """A package with one more member, whose name is that of another one."""
    buffer = io.BytesIO(zipped(docx_parts(paragraph("整改"))))
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer warns about the equal name that is wanted here
        archive.writestr(second, "x")
    return buffer.getvalue()


def overlapping() -> bytes:
    """Two members of the directory point to the same bytes."""
    data = bytearray(with_part("word/zzz.xml", document_xml()))
    first = data.find(b"PK\x01\x02")
    offset = struct.unpack_from("<L", data, data.rfind(b"word/zzz.xml") - 4)[0]
    while (name_length := struct.unpack_from("<H", data, first + 28)[0]) and (
        data[first + 46 : first + 46 + name_length] != b"word/document.xml"
    ):
        first = data.find(b"PK\x01\x02", first + 1)
    struct.pack_into("<L", data, first + 42, offset)
    return bytes(data)


def many_members(count: int) -> bytes:
    return zipped({**docx_parts(paragraph("整改")), **{f"x/{n}": "" for n in range(count)}})


def claimed_members() -> bytes:
    data = bytearray(GOOD)
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 60_000, 60_000)
    return bytes(data)


def encrypted_member() -> bytes:
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def changed_byte() -> bytes:
    data = bytearray(zipped(docx_parts(paragraph("整改")), zipfile.ZIP_STORED))
    data[data.find("整改".encode())] ^= 1
    return bytes(data)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SHEET = zipped(
    {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
        'PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main'
        '+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": "<workbook/>",
    }
)

ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "cut in half": (lambda: GOOD[: len(GOOD) // 2], "bad_zip"),
    "cut at the end": (lambda: GOOD[:-30], "bad_zip"),
    "only a signature": (lambda: b"PK\x03\x04", "bad_zip"),
    "noise after a signature": (lambda: b"PK\x03\x04" + bytes(range(256)) * 20, "bad_zip"),
    "one byte changed": (changed_byte, "bad_zip"),
    "text with another name": (lambda: "整改情况".encode() * 50, "type_mismatch"),
    "an old Word file with another name": (lambda: OLE, "type_mismatch"),
    "a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le") + bytes(100), "encrypted"),
    "an encrypted member": (encrypted_member, "encrypted"),
    "another compression": (lambda: zipped(docx_parts(paragraph("x")), zipfile.ZIP_BZIP2), "unsupported_compression"),
    "a workbook": (lambda: SHEET, "not_a_document"),
    "any archive": (lambda: zipped({"a.txt": "x"}), "bad_package"),
    "a bomb": (bomb, "zip_bomb"),
    "a bomb that lies about its size": (lying_sizes, "bad_zip"),
    "too many members": (lambda: many_members(limits.PACKAGE_MEMBERS), "zip_bomb"),
    "a claim of too many members": (claimed_members, "zip_bomb"),
    "equal names": (lambda: equal_names("word/document.xml"), "ambiguous_package"),
    "names equal but for case": (lambda: equal_names("Word/Document.XML"), "ambiguous_package"),
    "names equal but for a detour": (lambda: equal_names("word/./document.xml"), "ambiguous_package"),
    "overlapping members": (overlapping, "ambiguous_package"),
    "a document type": (lambda: with_part("word/document.xml", document_xml(DTD)), "xml_dtd_forbidden"),
    "a billion laughs": (
        lambda: with_part("word/document.xml", document_xml(LAUGHS, "<w:p>&a9;</w:p>")),
        "xml_dtd_forbidden",
    ),
    "an entity that is a file": (
        lambda: with_part("word/document.xml", document_xml(FILE_ENTITY, "<w:p>&x;</w:p>")),
        "xml_dtd_forbidden",
    ),
    "a document type in UTF-16": (
        lambda: with_part(
            "word/document.xml", document_xml(DTD).replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
        ),
        "xml_dtd_forbidden",
    ),
    "a document type behind a comment": (
        lambda: with_part("word/document.xml", document_xml("<!-- <a> -->" + DTD[21:])),
        "xml_dtd_forbidden",
    ),
    "a document type in the styles": (
        lambda: zipped({**docx_parts(paragraph("x"), styles=""), "word/styles.xml": (DTD + "<s/>")}),
        "xml_dtd_forbidden",
    ),
    "a document type in the content types": (
        lambda: with_part("[Content_Types].xml", DTD + "<Types/>"),
        "xml_dtd_forbidden",
    ),
    "a document type in a part that is never read": (
        lambda: with_part("customXml/item1.xml", DTD + "<a/>"),
        "xml_dtd_forbidden",
    ),
    "too deep": (lambda: deep(400), "xml_too_deep"),
    "tables in tables": (
        lambda: docx("<w:tbl><w:tr><w:tc>" * 40 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 40),
        "xml_too_deep",
    ),
    "broken XML": (lambda: with_part("word/document.xml", document_xml()[:-20]), "bad_xml"),
    "an encoding that nobody knows": (
        lambda: with_part("word/document.xml", '<?xml version="1.0" encoding="x-no"?><a/>'),
        "bad_xml",
    ),
    "no document": (
        lambda: zipped({name: text for name, text in docx_parts("").items() if "document.xml" not in name}),
        "bad_package",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refused_in_its_class(name: str) -> None:
    make, expected = ATTACKS[name]
    with pytest.raises(Rejected) as caught:
        read_bytes(make(), "a.docx")
    assert caught.value.error == expected, caught.value


def test_a_bomb_costs_little_memory() -> None:
    data = bomb()
    tracemalloc.start()
    with pytest.raises(Rejected):
        read_bytes(data, "a.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * limits.MIB


def test_the_budget_is_for_all_parts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    package = open_package(GOOD)
    package.budget = 100
    with pytest.raises(Rejected, match="zip_bomb"):
        package.read("word/document.xml")


def test_names_are_found_without_regard_to_case() -> None:
    package = open_package(GOOD)
    assert "WORD/Document.xml" in package
    assert package.read("word/DOCUMENT.xml") == package.read("word/document.xml")


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "XML_ELEMENTS", 1_000)
    assert len(parse(b"<a>" + b"<b/>" * 999 + b"</a>", "x")) == 999
    with pytest.raises(Rejected, match="too_large"):
        parse(b"<a>" + b"<b/>" * 1_001 + b"</a>", "x")


def test_merged_cells_cannot_blow_a_document_up(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999"/></w:tcPr>{paragraph("宽" * 50)}</w:tc></w:tr>'
    document = read_bytes(docx(f"<w:tbl>{wide}</w:tbl>"), "a.docx")
    assert len(document.blocks) == limits.TABLE_COLUMNS
    with pytest.raises(Rejected, match="too_large"):
        read_bytes(docx(f"<w:tbl>{wide * 1_000}</w:tbl>"), "a.docx")


def test_a_long_paragraph_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PARAGRAPH_CHARACTERS", 100)
    with pytest.raises(Rejected, match="too_large"):
        read_bytes(docx(paragraph("长" * 101)), "a.docx")


def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(GOOD)
    assert read(path).blocks[0].text == "整改"
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    with pytest.raises(Rejected, match="too_large"):
        read(path)


@pytest.mark.parametrize("part", ["styles", "numbering", "footnotes", "comments", "header1"])
def test_a_broken_part_costs_a_warning(part: str) -> None:
    parts = {**docx_parts(paragraph("整改"), **{part: ""}), f"word/{part}.xml": "<broken"}
    document = read_bytes(zipped(parts), "a.docx")
    assert [block.text for block in document.blocks] == ["整改"]
    assert [(warning.code, part in warning.message) for warning in document.warnings] == [("salvaged_part", True)]


def test_a_missing_part_costs_a_warning() -> None:
    parts = docx_parts(paragraph("整改"), styles="")
    del parts["word/styles.xml"]
    document = read_bytes(zipped(parts), "a.docx")
    assert [warning.code for warning in document.warnings] == ["salvaged_part"]


@pytest.mark.parametrize("name", ["[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"])
def test_broken_references_are_worked_around(name: str) -> None:
    document = read_bytes(with_part(name, "<broken"), "a.docx")
    assert [block.text for block in document.blocks] == ["整改"]
    assert "salvaged_part" in {warning.code for warning in document.warnings}


@pytest.mark.parametrize("renamed", [lambda name: name.replace("/", "\\"), lambda name: f"/{name}"])
def test_names_of_parts_in_other_producers_ways(renamed) -> None:
    parts = {renamed(name): content for name, content in docx_parts(paragraph("已完成整改3个。")).items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo("x")
            entry.filename = name  # as it stands: the library would turn the strokes round
            package.writestr(entry, content)
    document = gate.read_bytes(stream.getvalue(), "通报.docx")
    assert [block.text for block in document.blocks] == ["已完成整改3个。"]


def test_a_main_part_outside_is_refused() -> None:
    parts = docx_parts(paragraph("已完成整改3个。"))
    parts["_rels/.rels"] = parts["_rels/.rels"].replace('Target="', 'TargetMode="External" Target="')
    with pytest.raises(Rejected, match="bad_package"):
        gate.read_bytes(zipped(parts), "通报.docx")
