"""The guarded reader of zip packages (docx, xlsx, odt): bytes in, the parts' bytes out, nothing on disk.

Everything that an archive claims about itself is checked before it is believed: the number of members
before the directory is read, names and places before a part is opened, sizes while it is inflated.
Only parts that are asked for are inflated.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers.xml import refuse_document_type

END_RECORD = b"PK\x05\x06"
END_RECORD_SIZE = 22
LOCAL_HEADER_SIZE = 30
ENCRYPTED_FLAG = 0x1
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)  # how a torn member shows


@dataclass
class Package:
    """An opened package; `read` counts what it inflates against the package's budget."""

    archive: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]  # by the name in lower case: names are equal without regard to case
    budget: int = limits.PARTS_BYTES
    spent: dict[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.members

    def names(self) -> list[str]:
        return [part_name(member.filename) for member in self.members.values()]

    def read(self, name: str) -> bytes:
        """The inflated bytes of a part; KeyError when there is none."""
        return inflate(self, self.members[name.lower()])

    def beginning(self, name: str) -> bytes:
        """The first piece of a part; empty when it can't be inflated."""
        info = self.members[name.lower()]
        try:
            with self.archive.open(info) as stream:
                return stream.read(limits.PIECE_BYTES)
        except (*BROKEN, NotImplementedError, RuntimeError):  # RuntimeError: it has a password
            return b""


def open_package(data: bytes, most: int = limits.PACKAGE_MEMBERS) -> Package:
    """The checked directory of a zip with up to `most` members; raises `Rejected` with the class of what is wrong."""
    check_end_record(data, most)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError, EOFError) as error:
        raise Rejected("bad_zip", str(error)) from error
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    check_overlaps(archive, most)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        key = part_name(info.filename).lower()
        if key in members:
            raise Rejected("ambiguous_package", f"有两个部件同名：{info.filename[:80]}")
        members[key] = info
    return Package(archive, members)


def part_name(filename: str) -> str:
    """The name of a part as relationships give it: some producers write `word\\document.xml` or a leading slash."""
    return posixpath.normpath(filename.replace("\\", "/")).lstrip("/")


def refuse_document_types(package: Package) -> None:
    """A document type is refused in every XML part, also in those that are never read.  Raises xml_dtd_forbidden."""
    for name in package.names():
        if name.lower().endswith((".xml", ".rels")):
            refuse_document_type(package.beginning(name), name)


def check_end_record(data: bytes, most: int) -> None:
    """The end record must be there, and must not claim more members than are allowed."""
    place = data.rfind(END_RECORD, max(0, len(data) - END_RECORD_SIZE - 0xFFFF))
    if place < 0 or place + END_RECORD_SIZE > len(data):
        raise Rejected("bad_zip", "没有找到压缩目录，文件可能不完整")
    count = struct.unpack_from("<H", data, place + 10)[0]
    if count == 0xFFFF:  # the real count is in the zip64 record; so many members are too many anyhow
        raise Rejected("zip_bomb", "部件过多")
    if count > most:
        raise Rejected("zip_bomb", f"部件 {count} 个，上限 {most} 个")
    size = struct.unpack_from("<L", data, place + 12)[0]
    # a directory with more entries than the end record says is caught by its size: 46 bytes each at least
    if size > most * 1024:
        raise Rejected("zip_bomb", "压缩目录过大")


def check_overlaps(archive: zipfile.ZipFile, most: int) -> None:
    """No two members may share bytes, and none may reach into the directory (quoted-overlap bombs)."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    if not infos:
        raise Rejected("empty", "压缩包里没有文件")
    if len(infos) > most:
        raise Rejected("zip_bomb", f"部件 {len(infos)} 个，上限 {most} 个")
    ends = [info.header_offset for info in infos[1:]] + [archive.start_dir]
    for info, end in zip(infos, ends, strict=True):
        if info.header_offset < 0:
            raise Rejected("bad_zip", "部件位置不正确")
        if info.header_offset + LOCAL_HEADER_SIZE + info.compress_size > end:
            raise Rejected("ambiguous_package", f"部件互相重叠：{info.filename[:80]}")


def inflate(package: Package, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes, counted piece by piece: what the directory says about its size is not believed."""
    if info.flag_bits & ENCRYPTED_FLAG:
        raise Rejected("encrypted", info.filename[:80])
    if info.compress_type not in METHODS:
        raise Rejected("unsupported_compression", f"{info.filename[:80]}：方式 {info.compress_type}")
    allowed = min(limits.PART_BYTES, package.budget)
    if info.compress_size * limits.PART_RATIO < allowed:
        allowed = max(limits.RATIO_FROM, info.compress_size * limits.PART_RATIO)
    pieces: list[bytes] = []
    count = 0
    try:
        with package.archive.open(info) as stream:
            # one piece more than the declared size: an honest part needs one call
            piece = stream.read(min(info.file_size + 1, limits.PIECE_BYTES))
            while piece:
                count += len(piece)
                if count > allowed:
                    raise Rejected("zip_bomb", f"{info.filename[:80]} 展开超过 {allowed // limits.KIB} kB")
                pieces.append(piece)
                piece = stream.read(limits.PIECE_BYTES)
    except BROKEN as error:
        raise Rejected("bad_zip", f"{info.filename[:80]}：{error}") from error
    except NotImplementedError as error:
        raise Rejected("unsupported_compression", f"{info.filename[:80]}：{error}") from error
    if info.filename not in package.spent:
        package.spent[info.filename] = count
        package.budget -= count
    return b"".join(pieces)
