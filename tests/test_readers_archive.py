"""A zip as a folder: names, nesting, limits, nothing outside."""

from __future__ import annotations

import io
import os
import stat
import zipfile

import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers.archive import expand, safe_name


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return stream.getvalue()


def with_gbk_names(data: bytes, *names: str) -> bytes:
    """Names as Chinese Windows writes them: GBK bytes, no flag."""
    for name in names:
        data = data.replace(("x" * len(name.encode("gbk"))).encode(), name.encode("gbk"))
    return data


def classes(data: bytes) -> dict[str, str]:
    found = expand(data, "甲")
    return {name: content.error if isinstance(content, Rejected) else "ok" for name, content in found}


def test_names_and_bytes() -> None:
    data = packed({"一小/通报.txt": b"a", "二小\\方案.txt": b"b", "空夹/": b""})
    assert list(expand(data, "材料.zip")) == [("材料.zip/一小/通报.txt", b"a"), ("材料.zip/二小/方案.txt", b"b")]


def test_names_in_gbk() -> None:
    name = "整改台账.txt"
    data = with_gbk_names(packed({"x" * len(name.encode("gbk")): b"a"}), name)
    assert list(expand(data, "甲")) == [("甲/整改台账.txt", b"a")]


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "etc/passwd"), ("/root/a", "root/a"), ("C:\\a\\b.txt", "C_/a/b.txt"), ("a/./../b", "a/b"),
     ("..", "_"), ("a\nb\x00.txt", "a_b_.txt"), ("甲\u202etxt.exe", "甲_txt.exe")],
)  # fmt: skip
def test_no_name_leaves_the_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_equal_names_stay_apart() -> None:
    assert classes(packed({"a?.txt": b"1", "a*.txt": b"2"})) == {"甲/a_.txt": "ok", "甲/a_ (2).txt": "ok"}


def test_one_level_of_archives_inside() -> None:
    innermost = packed({"深.txt": b"x"})
    data = packed({"一小.zip": packed({"通报.txt": b"a", "再套.zip": innermost}), "外.txt": b"b"})
    assert classes(data) == {"甲/一小.zip/通报.txt": "ok", "甲/一小.zip/再套.zip": "zip_bomb", "甲/外.txt": "ok"}


def test_a_broken_archive_inside_costs_one_file() -> None:
    data = packed({"坏.zip": packed({"a": b"1"})[:20], "好.txt": b"b"})
    assert classes(data) == {"甲/坏.zip": "bad_zip", "甲/好.txt": "ok"}


def test_locked_files_are_named() -> None:
    data = bytearray(packed({"密.txt": b"abc", "明.txt": b"b"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    assert classes(bytes(data)) == {"甲/密.txt": "encrypted", "甲/明.txt": "ok"}


def test_what_expands_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert classes(packed({"a.txt": b"0" * (40 * limits.MIB)})) == {"甲/a.txt": "zip_bomb"}
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 5_000)
    with pytest.raises(Rejected, match="zip_bomb"):
        classes(packed({f"{number}": os.urandom(2_000) for number in range(4)}))
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", limits.MIB)
    monkeypatch.setattr(limits, "ARCHIVE_FILES", 2)
    with pytest.raises(Rejected, match="zip_bomb"):
        classes(packed({f"{number}": b"1" for number in range(4)}))


def test_what_is_no_zip() -> None:
    with pytest.raises(Rejected, match="bad_zip"):
        list(expand(b"PK\x03\x04nothing", "a.zip"))


def test_links_are_not_read_as_the_path_that_they_hold() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as bundle:
        link = zipfile.ZipInfo("链接.docx")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        bundle.writestr(link, "/etc/passwd")
    assert classes(stream.getvalue()) == {"甲/链接.docx": "unsafe_link"}


def test_an_archive_may_hold_more_files_than_a_document_has_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.txt": b"1" for number in range(limits.PACKAGE_MEMBERS + 1)}
    assert set(classes(packed(files)).values()) == {"ok"}
    with pytest.raises(Rejected, match="empty"):
        classes(packed({}))
