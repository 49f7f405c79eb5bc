"""Old and other word processors' files (doc, wps, rtf, odt, Word 2003 XML): checked, turned into docx, read as docx.

What can be known without LibreOffice is decided before it starts: passwords, broken or cut-off
containers, entities.  `check` does that alone.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace

import olefile

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Document, Warned
from pipeline.readers.kind import sniff, suffix
from pipeline.readers.office.rtf import without_instructions

# kind → (file ending, import filter, class of a file that LibreOffice makes nothing of)
_FORMATS = {
    "doc": ("doc", "MS Word 97", "bad_ole"),
    "ole": ("wps", "", "bad_ole"),
    "rtf": ("rtf", "Rich Text Format", "bad_rtf"),
    "odt": ("odt", "writer8", "bad_package"),
    "fodt": ("fodt", "OpenDocument Text Flat XML", "bad_xml"),
    "wordml": ("xml", "MS Word 2003 XML", "bad_xml"),
}
WORD_STREAM = "WordDocument".encode("utf-16-le")
_WORD_97 = 0xC1  # nFib from which on the file is that of Word 97 or later
_LINKS = re.compile(
    rb"INCLUDEPICTURE|INCLUDETEXT|\\\*\\template\s|DDEAUTO|\\objautlink|\\objupdate|"
    rb"xlink:href=\"(?:https?|ftp|file|//)",
    re.IGNORECASE,
)


def read_bytes(data: bytes, name: str) -> Document:
    """The document by way of LibreOffice.  Raises what `check` does, converter_missing, timeout, crash."""
    from pipeline.readers.docx import docx_file
    from pipeline.readers.office.soffice import to_docx

    kind = sniff(data, name)
    warnings = check(data, kind)
    ending, reading, broken = _FORMATS[kind]
    if kind == "doc" and _version(data) < _WORD_97:
        reading = ""  # Word 6 and 95 have import filters of their own
    made = to_docx(without_instructions(data) if kind == "rtf" else data, ending, reading)
    if made is None:
        raise Rejected(broken, "LibreOffice 打不开")
    document = docx_file.read_bytes(made, name)
    shown = "wps" if suffix(name) in ("wps", "wpt") and kind in ("doc", "ole") else kind
    return replace(document, format=shown, warnings=tuple(warnings) + document.warnings)


def check(data: bytes, kind: str) -> list[Warned]:
    """What can be told before conversion.  Raises encrypted, bad_ole, bad_rtf, bad_package, bad_xml …"""
    warnings = {"doc": _check_ole, "ole": _check_ole, "rtf": _check_rtf, "odt": _check_odt}.get(kind, _check_xml)(data)
    if _LINKS.search(data):
        warnings.append(Warned("external_link_ignored", "文档中有指向外部的链接，未打开"))
    return warnings


def _check_ole(data: bytes) -> list[Warned]:
    try:
        with olefile.OleFileIO(io.BytesIO(data), raise_defects=olefile.DEFECT_FATAL) as container:
            if container.exists("EncryptedPackage") or container.exists("EncryptionInfo"):
                raise Rejected("encrypted", "Office 密码")
            if container.exists("WordDocument"):
                with container.openstream("WordDocument") as stream:
                    head = stream.read(32)
                if len(head) < 32 or not _whole(container, head):
                    raise Rejected("bad_ole", "正文部分不完整")
                if int.from_bytes(head[10:12], "little") & 0x0100:
                    raise Rejected("encrypted", "Word 密码")
            elif WORD_STREAM in data:  # the bytes speak of it, but the directory has lost it
                raise Rejected("bad_ole", "没有正文部分")
            names = {entry[0] for entry in container.listdir(streams=True, storages=True)}
    except Rejected:
        raise
    except Exception as error:  # olefile raises many kinds on broken files; none of them says more than this
        raise Rejected("bad_ole", type(error).__name__) from error
    warnings = []
    if names & {"Macros", "_VBA_PROJECT_CUR", "VBA"}:
        warnings.append(Warned("macro_present", "文档带有宏，未运行"))
    if "ObjectPool" in names:
        warnings.append(Warned("active_content_ignored", "文档中有嵌入对象，未打开"))
    return warnings


def _whole(container: olefile.OleFileIO, head: bytes) -> bool:
    """The stream of tables that the head names is there too (Word 97 on)."""
    if int.from_bytes(head[2:4], "little") < _WORD_97:
        return True
    return bool(container.exists("1Table" if int.from_bytes(head[10:12], "little") & 0x0200 else "0Table"))


def _version(data: bytes) -> int:
    with olefile.OleFileIO(io.BytesIO(data)) as container, container.openstream("WordDocument") as stream:
        return int.from_bytes(stream.read(4)[2:4], "little")


def _check_rtf(data: bytes) -> list[Warned]:
    without_instructions(data)
    return []


def _check_odt(data: bytes) -> list[Warned]:
    from pipeline.readers.package import open_package, refuse_document_types
    from pipeline.readers.xml import parse

    package = open_package(data)
    refuse_document_types(package)
    if "content.xml" not in package:
        raise Rejected("bad_package", "缺少 content.xml")
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise Rejected("encrypted", "ODF 密码")
    for part in ("content.xml", "styles.xml"):
        if part in package:
            parse(package.read(part), part)
    scripts = any(name.startswith(("Basic/", "Scripts/")) for name in package.names())
    return [Warned("macro_present", "文档带有宏，未运行")] if scripts else []


def _check_xml(data: bytes) -> list[Warned]:
    from pipeline.readers.xml import parse

    if len(data) > limits.PART_BYTES:
        raise Rejected("too_large", f"超过 {limits.PART_BYTES // limits.MIB} MB")
    parse(data, "文档")
    return []
