"""What a file is by its bytes; its name only decides where bytes can't (txt, md and csv).

In: bytes and name.  Out: one of `KINDS`.  Nothing is unpacked here: a zip is told by its table of
contents, an OLE file by its directory.
"""

from __future__ import annotations

import re
import struct
from pathlib import PurePath

PACKAGES = ("docx", "xlsx", "pptx", "odt", "ods", "odp")
KINDS = (
    *PACKAGES, "zip", "xlsb", "doc", "xls", "ppt", "ole", "ole-encrypted", "rtf", "pdf", "html", "mht", "xml", "wordml",
    "flatopc", "fodt", "txt", "md", "csv", "image", "archive", "binary", "unknown",
)  # fmt: skip

# what a name promises; names of one kind may stand for several things that are read alike
BY_NAME = {
    "docx": ("docx",), "docm": ("docx",), "dotx": ("docx",), "dotm": ("docx",),
    "doc": ("doc", "wordml"), "dot": ("doc",), "wps": ("doc", "docx"), "wpt": ("doc", "docx"), "rtf": ("rtf",),
    "odt": ("odt",), "ott": ("odt",), "fodt": ("fodt",), "pdf": ("pdf",),
    "html": ("html",), "htm": ("html",), "xhtml": ("html",), "shtml": ("html",), "mht": ("mht",), "mhtml": ("mht",),
    "txt": ("txt",), "text": ("txt",), "md": ("md", "txt"), "markdown": ("md", "txt"), "csv": ("csv", "txt"),
    "tsv": ("csv", "txt"), "xlsx": ("xlsx",), "xlsm": ("xlsx",), "xltx": ("xlsx",), "xls": ("xls",), "xlt": ("xls",),
    "xlsb": ("xlsb",), "et": ("xls", "xlsx"), "ett": ("xls",), "ods": ("ods",), "zip": ("zip",),
    "xml": ("wordml", "flatopc"),
}  # fmt: skip

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
_BINARIES = (
    b"MZ", b"\x7fELF", b"BZh", b"OggS", b"ID3", b"RIFF",
    b"\xca\xfe\xba\xbe",
    b"SQLite format 3", b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00\x20ftyp", b"\x00\x00\x00\x1cftyp", b"%!PS", b"wOFF",
)  # fmt: skip
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xfd7zXZ")
_STREAMS = (  # names in an OLE directory, UTF-16 as they lie in the file
    ("EncryptedPackage", "ole-encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
)  # fmt: skip
_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|span|h[1-6]|center|font|article|script|style|br|ul|a|td|tr)[\s/>]",
    re.IGNORECASE,
)
_HEADER = re.compile(rb"[\w-]{2,40}:[^\r\n]*\r?\n")
_HEAD = 4096


def suffix(name: str) -> str:
    """The name's ending in lower case, without the dot."""
    return PurePath(name).suffix.lower().lstrip(".")


def sniff(data: bytes, name: str) -> str:
    """The kind of a file: one of `KINDS`."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n\x0c")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _package(data, name)
    if data.startswith(_OLE):
        return _ole(data)
    if head.startswith(b"{\\rt"):
        return "rtf"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    for marks, kind in ((_IMAGES, "image"), (_ARCHIVES, "archive"), (_BINARIES, "binary")):
        # a mark of letters (BM, ID3) may begin a text as well: then no control characters follow
        if any(data.startswith(mark) and not (mark.isalnum() and _texty(data[:_HEAD])) for mark in marks):
            return kind
    return _text(data, head, name)


def promised(name: str) -> tuple[str, ...]:
    """The kinds that a name stands for, () when it says nothing."""
    return BY_NAME.get(suffix(name), ())


def converted(head: bytes) -> bool:
    """Whether a file with this beginning may pass through LibreOffice, which takes longer than reading."""
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n\x0c")
    return head.startswith(_OLE) or bare.startswith((b"{\\rt", b"<?xml")) or b"opendocument.text" in head[:200]


def _texty(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 27 for byte in head)


def _package(data: bytes, name: str) -> str:
    """Which package a zip is, by the names of its members (they are stored uncompressed)."""
    if data[30:38] == b"mimetype" or b"mimetypeapplication/vnd.oasis.opendocument" in data[:200]:
        found = re.search(rb"mimetypeapplication/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)", data[:200])
        if found:
            return {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}[found[1]]
    members = _members(data)
    for marker, kind in (
        ("word/", "docx"), ("xl/workbook.bin", "xlsb"), ("xl/", "xlsx"), ("ppt/", "pptx"), ("content.xml", "odt"),
    ):  # fmt: skip
        if any(member == marker or (marker.endswith("/") and member.startswith(marker)) for member in members):
            return kind
    if "[content_types].xml" in members or not members:
        # a package whose main part has an unusual place, or one that is cut off: the name decides
        return next((kind for kind in promised(name) if kind in (*PACKAGES, "xlsb")), "docx" if members else "zip")
    return "zip"


def _members(data: bytes) -> set[str]:
    """Member names in lower case, from the zip's table of contents or, when that is lost, its parts."""
    names: set[str] = set()
    for mark, length_at, name_at, start in ((b"PK\x01\x02", 28, 46, _directory(data)), (b"PK\x03\x04", 26, 30, 0)):
        at = data.find(mark, start)
        while at >= 0 and len(names) < 5000:
            if at + name_at <= len(data):
                (length,) = struct.unpack_from("<H", data, at + length_at)
                names.add(data[at + name_at : at + name_at + length].decode("utf-8", "replace").lower().lstrip("/"))
            at = data.find(mark, at + 4)
        names.discard("")
        if names:
            break
    return names


def _directory(data: bytes) -> int:
    """Where the zip's own table of contents begins: a zip that is stored inside has one as well."""
    end = data.rfind(b"PK\x05\x06")
    size = struct.unpack_from("<L", data, end + 12)[0] if 0 <= end <= len(data) - 22 else 0
    return max(0, end - size) if size else 0


def _ole(data: bytes) -> str:
    for stream, kind in _STREAMS:
        if stream.encode("utf-16-le") + b"\x00\x00" in data:
            return kind
    return "ole"


def _text(data: bytes, head: bytes, name: str) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or _every_other_nul(data):
        wide = data[: 2 * _HEAD].replace(b"\x00", b"")
        return "html" if _TAG.search(wide[:_HEAD]) and b"<" in wide[:8] else _plain(name)
    if head[:5].lower() == b"<?xml" or head.startswith((b"<w:wordDocument", b"<pkg:package", b"<office:document")):
        for mark, kind in (
            (b"schemas.microsoft.com/office/word/2003/wordml", "wordml"),
            (b"schemas.microsoft.com/office/2006/xmlPackage", "flatopc"),
            (b"urn:oasis:names:tc:opendocument:xmlns:office", "fodt"),
        ):
            if mark in data[: 4 * _HEAD]:
                return kind
        return "html" if _TAG.search(head) else "xml"
    if _HEADER.match(head) and b"multipart/related" in head.lower():
        return "mht"
    if head.startswith(b"<") and _TAG.search(data[:_HEAD]):
        return "html"
    if suffix(name) in ("html", "htm", "xhtml", "shtml") and _TAG.search(data[: 16 * _HEAD]):
        return "html"
    if _texty(data[:_HEAD]) or "txt" in promised(name):
        return _plain(name)
    return "unknown"


def _every_other_nul(data: bytes) -> bool:
    piece = data[:_HEAD]
    even, odd = piece[0::2].count(0), piece[1::2].count(0)
    return max(even, odd) * 50 > len(piece) and max(even, odd) >= 5 * min(even, odd) and len(piece) > 3


def _plain(name: str) -> str:
    return {"md": "md", "markdown": "md", "csv": "csv", "tsv": "csv"}.get(suffix(name), "txt")
