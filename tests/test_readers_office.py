"""doc, wps, rtf, odt, Word 2003 XML: what is told before LibreOffice starts, and what LibreOffice may do."""

from __future__ import annotations

import ctypes
import ctypes.util
import io
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Document
from pipeline.readers import gate
from pipeline.readers.office import office_file, soffice
from tests import web_pages, workbooks

FILES = Path(__file__).parent / "files"
needs_soffice = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice is not installed"
)


def paragraphs(document: Document) -> list[str]:
    return [block.label + block.text for block in document.blocks if block.kind == "paragraph"]


@needs_soffice
@pytest.mark.parametrize(("ending", "form"), [("doc", "doc"), ("rtf", "rtf"), ("odt", "odt"), ("wps", "wps")])
def test_text_table_and_numbers_come_through(ending: str, form: str) -> None:
    source = FILES / ("letter.doc" if ending == "wps" else f"letter.{ending}")
    document = gate.read_bytes(source.read_bytes(), f"a.{ending}")
    assert document.format == form
    assert paragraphs(document) == web_pages.WHOLE
    cells = {(block.row, block.column): (block.text, block.merged) for block in document.blocks if block.kind == "cell"}
    assert [cells[0, column][0] for column in range(6)] == workbooks.HEADING
    assert cells[2, 1] == ("履行职责方面", True)
    assert document.warnings == ()


def rtf(body: str) -> bytes:
    return ("{\\rtf1\\ansi\\ansicpg936\\uc1 " + body + "}").encode("ascii")


def unicode(text: str) -> str:
    return "".join(f"\\u{ord(char) if ord(char) < 32768 else ord(char) - 65536}?" for char in text)


LABELS = {  # rtf's number of a format → the first labels that Word shows
    "39": ["一、", "二、", "三、"],  # taiwaneseCountingThousand and its like
    "37": ["一、", "二、", "三、"],
    "0": ["1、", "2、", "3、"],
}


@needs_soffice
@pytest.mark.parametrize("number", LABELS)
def test_automatic_numbers_keep_their_labels(number: str) -> None:
    """LibreOffice writes other names for some formats: the label must be the same."""
    table = (
        "{\\*\\listtable{\\list\\listtemplateid1{\\listlevel\\levelnfc"
        + number
        + "\\leveljc0\\levelfollow0\\levelstartat1"
        "{\\leveltext\\'02\\'00" + unicode("、") + ";}{\\levelnumbers\\'01;}\\fi0\\li0}\\listid7}}"
        "{\\*\\listoverridetable{\\listoverride\\listid7\\listoverridecount0\\ls1}}"
    )
    items = ["组织整改情况", "问题整改情况", "下一步打算"]
    body = table + "".join(f"\\pard\\ls1\\ilvl0 {unicode(text)}\\par " for text in items)
    document = gate.read_bytes(rtf(body), "a.rtf")
    assert paragraphs(document) == [label + text for label, text in zip(LABELS[number], items, strict=True)]


def test_what_is_broken_or_locked_is_named_before_conversion() -> None:
    doc = FILES.joinpath("letter.doc").read_bytes()
    at = doc.index(b"\xec\xa5")  # the head of the text's stream
    locked = doc[: at + 11] + bytes([doc[at + 11] | 0x01]) + doc[at + 12 :]
    entry = doc.index("WordDocument".encode("utf-16-le"))
    lost = doc[: entry + 66] + b"\0" + doc[entry + 67 :]  # an entry of the directory that is none
    odt = io.BytesIO()
    with zipfile.ZipFile(FILES / "letter.odt") as source, zipfile.ZipFile(odt, "w") as target:
        for name in source.namelist():
            more = b"<!-- manifest:encryption-data -->" if name.endswith("manifest.xml") else b""
            target.writestr(name, source.read(name) + more)
    cases = [
        (locked, "doc", "encrypted"),
        (doc[:6000], "doc", "bad_ole"),
        (lost, "doc", "bad_ole"),
        (doc[:512] + b"\xff" * 4096, "ole", "bad_ole"),
        (odt.getvalue(), "odt", "encrypted"),
        (FILES.joinpath("letter.rtf").read_bytes()[:-200], "rtf", "bad_rtf"),
        (b"{\\rtf1 " + b"{" * 5000 + b"}" * 5001, "rtf", "bad_rtf"),
        (b"<?xml version='1.0'?><!DOCTYPE a><w:wordDocument/>", "wordml", "xml_dtd_forbidden"),
        (b"<?xml version='1.0'?><w:wordDocument>", "wordml", "bad_xml"),
    ]
    for data, kind, error in cases:
        with pytest.raises(Rejected) as caught:
            office_file.check(data, kind)
        assert caught.value.error == error, (kind, caught.value.error)


@needs_soffice
def test_enclosed_numbers_and_results_of_fields_stay() -> None:
    field = "{\\field{\\*\\fldinst %s}{\\fldrslt %s}}"
    fields = field % ("PAGEREF a", "12") + field % ('HYPERLINK "http://a.example"', "b")
    document = gate.read_bytes(rtf(unicode("见第") + fields + unicode("页") + "\\par "), "a.rtf")
    assert paragraphs(document) == ["见第12b页"]


def test_an_encrypted_package_is_named() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + "EncryptedPackage\x00".encode("utf-16-le")
    with pytest.raises(Rejected, match="encrypted"):
        gate.read_bytes(data, "a.docx")


def test_without_libreoffice_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    soffice.program.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(soffice, "_PLACES", ())
    with pytest.raises(Rejected) as caught:
        gate.read_bytes(FILES.joinpath("letter.doc").read_bytes(), "a.doc")
    assert caught.value.error == "converter_missing"
    assert "LibreOffice" in caught.value.message
    soffice.program.cache_clear()


@pytest.mark.skipif(os.name != "posix", reason="a program of the shell stands in for LibreOffice")
def test_a_hanging_conversion_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker, program = tmp_path / "pid", tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {marker}\nwait\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(soffice, "program", lambda: str(program))
    monkeypatch.setattr(limits, "CONVERTER_SECONDS", 1)
    with pytest.raises(Rejected, match="timeout"):
        soffice.to_docx(b"x", "doc")
    child = int(marker.read_text())
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine and the requests that came to it."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    heard: list[bytes] = []
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            heard.append(connection.recv(1000))
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], heard
    done.set()
    thread.join()
    server.close()


IN_OPEN, IN_ACCESS = 0x20, 0x01


class Watch:
    """Tells by the kernel's own notes whether a file was opened."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self.handle = self.library.inotify_init1(os.O_NONBLOCK)
        assert self.library.inotify_add_watch(self.handle, os.fsencode(path), IN_OPEN | IN_ACCESS) >= 0

    def opened(self) -> bool:
        try:
            return bool(os.read(self.handle, 4096))
        except BlockingIOError:
            return False
        finally:
            os.close(self.handle)


def linking_rtf(address: str) -> bytes:
    fields = "".join(
        "{\\field{\\*\\fldinst " + what + ' "' + address.replace("\\", "\\\\") + '" \\\\d}{\\fldrslt x}}'
        for what in ("INCLUDEPICTURE", "INCLUDETEXT", "LINK Word.Document")
    )
    return rtf("{\\*\\template " + address + "}" + unicode(web_pages.ARTICLE[0]) + "\\par " + fields + "\\par ")


def linking_odt(address: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(FILES / "letter.odt") as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "content.xml":
                links = (
                    f'<text:p><draw:frame svg:width="2cm" svg:height="2cm"><draw:image xlink:href="{address}" '
                    f'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
                    f'<text:section text:name="S1"><text:section-source xlink:href="{address}" xlink:type="simple" '
                    f'xlink:show="embed"/><text:p>x</text:p></text:section>'
                )
                content = content.replace(b"</office:text>", links.encode() + b"</office:text>")
            target.writestr(name, content)
    return out.getvalue()


@needs_soffice
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux notes what is opened")
@pytest.mark.parametrize("make", [linking_rtf, linking_odt])
def test_no_link_is_opened(
    make: object, listener: tuple[int, list[bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the network in place: the profile alone must hold."""
    port, heard = listener
    canary = tmp_path / "canary.txt"
    canary.write_text("这是金丝雀", encoding="utf-8")
    watch = Watch(canary)
    converted = soffice.to_docx
    monkeypatch.setattr(soffice, "to_docx", lambda *given: converted(*given, network=True))
    assert callable(make)
    for address in (f"http://127.0.0.1:{port}/a.png", canary.as_uri()):
        data = make(address)
        document = gate.read_bytes(data, "a.rtf" if make is linking_rtf else "a.odt")
        assert "external_link_ignored" in [warning.code for warning in document.warnings]
        assert "金丝雀" not in "".join(block.text for block in document.blocks)
        assert web_pages.ARTICLE[0] in "".join(block.text for block in document.blocks)
    assert heard == []
    assert not watch.opened()


@needs_soffice
def test_the_witnesses_can_see(listener: tuple[int, list[bytes]], tmp_path: Path) -> None:
    """The listener hears and the watch sees, so that their silence above says something."""
    port, heard = listener
    canary = tmp_path / "canary.txt"
    canary.write_text("x", encoding="utf-8")
    watch = Watch(canary)
    canary.read_text(encoding="utf-8")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /")
        connection.recv(1)
    assert heard == [b"GET /"]
    assert watch.opened()


@needs_soffice
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gate.read_bytes(FILES.joinpath("letter.rtf").read_bytes(), "a.rtf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")
def test_a_conversion_does_not_outlive_a_killed_reader(tmp_path: Path) -> None:
    """kill -9 while the converter works (here one that never ends): its processes end and its folder goes."""
    programs, work = tmp_path / "bin", tmp_path / "work"
    programs.mkdir()
    work.mkdir()
    converter = programs / "soffice"
    converter.write_text("#!/bin/sh\nsleep 321 & sleep 321 &\ntouch out/begun\nwait\n")
    converter.chmod(0o755)
    environment = {
        **os.environ, "TMPDIR": str(work), "PYTHONPATH": str(FILES.parent.parent),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    program = "from pipeline.readers.office import soffice; soffice.to_docx(b'x', 'doc')"
    reader = subprocess.Popen([sys.executable, "-c", program], env=environment)
    try:
        wait_for(lambda: any(work.glob("zhenggai-*/out/begun")))
        group = next(int(line.split()[0]) for line in processes() if str(converter) in line)
    finally:
        reader.kill()
        reader.wait()
    wait_for(lambda: not any(work.iterdir()))
    wait_for(lambda: not any(int(line.split()[0]) == group for line in processes()))


def processes() -> list[str]:
    """Group, state and words of every process that has not ended."""
    listed = subprocess.run(["ps", "-ewwo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if not line.split()[1].startswith("Z")]


def wait_for(come: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not come():
        assert time.monotonic() < until
        time.sleep(0.02)
