"""Files to documents: `read(path, name)` is the gate, `READERS` maps what the bytes are to their reader.

In: a path (or bytes) and the name under which the file is reported.  Out: `Document`, or `Rejected`
with its class.  A format's reader and its libraries are loaded when a file of that format comes.
"""

from __future__ import annotations

import math
import os
import stat
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from pipeline.core import limits
from pipeline.core.errors import Rejected, system_words
from pipeline.core.files import opened
from pipeline.core.model import Document, Warned
from pipeline.readers.kind import promised, sniff, suffix

__all__ = ["READERS", "read", "read_bytes", "sniff"]

Reader = Callable[[bytes, str], Document]
_MARKS = (b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_INVISIBLE = string.whitespace + "\x85\xa0\u3000\u2028\u2029\u200b\u200c\u200d\u2060\ufeff"


def _module(name: str, function: str = "read_bytes") -> Reader:
    """A reader whose module is imported at its first file."""

    def reader(data: bytes, file: str) -> Document:
        document: Document = getattr(import_module(f"pipeline.readers.{name}"), function)(data, file)
        return document

    return reader


def _rejecting(error: str, detail: str) -> Reader:
    def reader(data: bytes, file: str) -> Document:
        raise Rejected(error, detail)

    return reader


READERS: Mapping[str, Reader] = {
    "docx": _module("docx.docx_file"),
    "doc": _module("office.office_file"),
    "rtf": _module("office.office_file"),
    "odt": _module("office.office_file"),
    "fodt": _module("office.office_file"),
    "wordml": _module("office.office_file"),
    "flatopc": _module("docx.docx_file"),
    "ole": _module("office.office_file"),
    "pdf": _module("pdf.pdf_file"),
    "html": _module("web.html_page"),
    "mht": _module("web.html_page", "read_mht"),
    "txt": _module("text_file"),
    "md": _module("text_file"),
    "xlsx": _module("sheet.sheet_file"),
    "xlsb": _module("sheet.sheet_file"),
    "xls": _module("sheet.sheet_file"),
    "ods": _module("sheet.sheet_file"),
    "csv": _module("sheet.sheet_file", "read_csv"),
    "pptx": _rejecting("not_a_document", "演示文稿"),
    "ppt": _rejecting("not_a_document", "演示文稿"),
    "odp": _rejecting("not_a_document", "演示文稿"),
    "ole-encrypted": _rejecting("encrypted", "Office 密码"),
    "zip": _rejecting("not_a_document", "压缩包"),
    "xml": _rejecting("unknown_format", "不是 Word 的 XML"),
    "image": _rejecting("unknown_format", "图片"),
    "archive": _rejecting("unknown_format", "RAR、7z 等压缩包，须先解压"),
    "binary": _rejecting("unknown_format", "程序或媒体文件"),
    "unknown": _rejecting("unknown_format", ""),
}


def read(path: Path, name: str) -> Document:
    """The file as a document; `name` is its path relative to the input folder.  Raises Rejected."""
    return read_bytes(load(path), name)


def load(path: Path) -> bytes:
    """The bytes of a regular file that nobody changes meanwhile; links and devices are not followed."""
    try:
        before = path.lstat()
        if stat.S_ISLNK(before.st_mode):
            raise Rejected("unsafe_link")
        if not stat.S_ISREG(before.st_mode):
            raise Rejected("not_a_file")
        if before.st_size > limits.FILE_BYTES:
            raise Rejected("too_large", f"{before.st_size // limits.MIB} MB，上限 {limits.FILE_BYTES // limits.MIB} MB")
        with opened(path) as stream:
            begun = os.fstat(stream.fileno())
            data = stream.read(limits.FILE_BYTES + 1)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise Rejected("unreadable", system_words(error)) from error
    if _identity(before) != _identity(begun) or _identity(begun) != _identity(after) or len(data) != after.st_size:
        raise Rejected("changed_while_reading")
    return data


def _identity(seen: os.stat_result) -> tuple[int, int, int, int]:
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def read_bytes(data: bytes, name: str) -> Document:
    """The bytes of a file as a document: read by what they are, with a warning when the name says otherwise."""
    if len(data) > limits.FILE_BYTES:
        raise Rejected("too_large", f"{len(data) // limits.MIB} MB，上限 {limits.FILE_BYTES // limits.MIB} MB")
    if any(not data.removeprefix(mark).strip(b"\x00 \t\r\n") for mark in _MARKS):
        raise Rejected("empty")
    kind = sniff(data, name)
    expected = promised(name)
    mismatch = bool(expected) and kind not in expected
    if mismatch and kind in ("image", "archive", "binary", "xml"):
        raise Rejected("type_mismatch", f"扩展名 {suffix(name)}")
    document = replace(READERS[kind](data, name), name=name, sha256=sha256(data).hexdigest())
    return _finished(document, f"内容是 {kind}，扩展名是 {suffix(name)}" if mismatch else "")


def _finished(document: Document, mismatch: str) -> Document:
    """What holds for every format: some text, in simplified Chinese, without the page around it."""
    from pipeline.readers.script import check_text

    text = "\n".join(block.text for block in document.blocks if not block.merged)
    if not text.strip(_INVISIBLE):
        raise Rejected("empty", "没有文字")
    if len(text) > limits.TEXT_CHARACTERS or len(document.blocks) > limits.BLOCKS:
        raise Rejected("too_large", f"文字超过 {limits.TEXT_CHARACTERS} 字")
    doubts = check_text(document, text)
    if document.format != "html":  # a page's own reader has trimmed it
        document = _without_page(document)
    warnings = document.warnings + doubts + ((Warned("type_mismatch", mismatch),) if mismatch else ())
    if document.coverage < 1:
        share = math.floor(document.coverage * 1000) / 10  # never rounded up to all
        warnings += (Warned("text_not_read", f"约 {share:.1f}% 的文字已读出，其余没有读出，请对照原件"),)
    return replace(document, warnings=warnings)


def _without_page(document: Document) -> Document:
    """A Word or text file without the page that it was copied with; what is left out lowers the coverage."""
    from pipeline.readers.web.chrome import trim

    blocks, omitted, metadata = trim(list(document.blocks), page=False)
    if not omitted:
        return document
    left_out = sum(len("".join(one.text.split())) for one in omitted)
    whole = left_out + sum(len("".join((block.label + block.text).split())) for block in blocks if not block.merged)
    return replace(
        document,
        blocks=tuple(blocks),
        omitted=document.omitted + tuple(omitted),
        metadata={**metadata, **document.metadata},
        coverage=document.coverage * (1 - left_out / whole),
    )
