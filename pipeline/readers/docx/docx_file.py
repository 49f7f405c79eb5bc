"""Word documents: bytes of a docx (dotx, docm, flat OPC) in, a `Document` as a person sees it out.

The package is opened by the guarded zip reader, its parts are parsed by the guarded XML reader, settled
(`settle`) and walked (`story`).  Parts that only add something (styles, numbering, notes, headers) cost a
warning when they are broken, never the document.  Nothing outside the file is ever opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Document, Omitted, Warned
from pipeline.readers.docx.field_codes import are_whole
from pipeline.readers.docx.names import DRAWING_TEXT, MC, TEXTS, Element, W
from pipeline.readers.docx.numbering import Lists
from pipeline.readers.docx.package_parts import SALVAGEABLE, Parts, open_parts
from pipeline.readers.docx.settle import settle
from pipeline.readers.docx.story import read_story
from pipeline.readers.docx.story_state import StoryState
from pipeline.readers.docx.styles import Styles
from pipeline.readers.docx.symbols import PRIVATE
from pipeline.readers.package import OLE_MAGIC
from pipeline.readers.web import html_page
from pipeline.readers.xml import parse_office

# elements with characters that are no text: instructions of fields, measures of drawings
OTHER_CHARACTERS = (W + "instrText", W + "delInstrText", W + "drawing", W + "pict", W + "object", MC + "Choice")


def read(path: Path, name: str | None = None) -> Document:
    """The document in the file `path`; `name` is what it is called in the result.  Raises `Rejected`."""
    if path.stat().st_size > limits.FILE_BYTES:
        raise Rejected("too_large", f"上限 {limits.FILE_BYTES // limits.MIB} MB")
    return read_bytes(path.read_bytes(), name if name is not None else path.name)


def read_bytes(data: bytes, name: str) -> Document:
    """The document in `data`.  Raises `Rejected` with the class of what is wrong."""
    if len(data) > limits.FILE_BYTES:
        raise Rejected("too_large", f"上限 {limits.FILE_BYTES // limits.MIB} MB")
    return DocxReading(open_parts(data), name, hashlib.sha256(data).hexdigest()).document()


@dataclass
class DocxReading:
    """The reading of one document."""

    parts: Parts
    name: str
    digest: str
    warnings: dict[tuple[str, str], Warned] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)  # all characters of the parts, before settling
    private: bool = False

    def document(self) -> Document:
        main = self.parts.main()
        styles = Styles(self.optional("styles"))
        reading = StoryState(styles, Lists(self.optional("numbering"), styles))
        root = self.text_part(main, reading)
        for kind in ("footnote", "endnote"):
            self.read_notes(kind, reading)
        self.read_chunks(reading)
        body = next(root.iterchildren(W + "body"), root)
        blocks = read_story(body, "body", reading)
        self.read_margins(reading)
        self.read_diagrams(reading)
        self.note_package(reading)
        return Document(
            name=self.name,
            format="docx",
            sha256=self.digest,
            blocks=tuple(blocks),
            warnings=tuple(self.warnings.values()),
            omitted=tuple(reading.omitted),
            metadata=self.metadata(),
            coverage=self.coverage(blocks, reading),
        )

    def warn(self, code: str, message: str) -> None:
        self.warnings.setdefault((code, message), Warned(code, message))

    # --- parts

    def optional(self, kind: str) -> Element | None:
        """A part that the main part refers to; None when it is missing or broken."""
        found: Element | None = None
        for name in self.parts.related(kind)[:1]:
            found = self.salvage(name, lambda part: parse_office(self.parts.read(part), part))
        return found

    def salvage(self, name: str, load: Callable[[str], Element]) -> Element | None:
        """An attempt on an optional part; attacks are still refused."""
        try:
            return load(name)
        except KeyError:
            self.warn("salvaged_part", f"部件 {name} 缺失，已略过")
        except Rejected as error:
            if error.error not in SALVAGEABLE:
                raise
            self.warn("salvaged_part", f"部件 {name} 损坏，已略过")
        return None

    def text_part(self, name: str, reading: StoryState) -> Element:
        """A part with text: parsed, its characters noted, settled."""
        root = parse_office(self.parts.read(name), name)
        if not root.tag.startswith(W):
            raise Rejected("bad_package", f"部件 {name} 不是 Word 文字")
        pieces = source_text(root)
        self.source.append(pieces)
        settled = settle(root, reading.styles, private=PRIVATE.search(pieces) is not None)
        reading.omitted += settled.omitted
        reading.boxes.update(settled.boxes)
        if settled.revised:
            self.warn("tracked_changes", "文件中有未接受的修订，已按接受全部修订后的文字读取")
        if settled.hidden:
            self.warn("hidden_text", "文件中有隐藏文字，未计入正文")
        if not are_whole(root):
            reading.fields_whole = False
            self.warn("salvaged_part", "域代码不完整，已按普通文字读取")
        return root

    def read_notes(self, kind: str, reading: StoryState) -> None:
        for name in self.parts.related(f"{kind}s")[:1]:
            root = self.salvage(name, lambda part: self.text_part(part, reading))
            if root is not None:
                notes: dict[str, Element] = {}
                for place, note in enumerate(root.iterchildren()):
                    identifier = note.get(W + "id") or ""
                    known = note.tag == W + kind and identifier not in notes
                    notes[identifier if known else f"{place}?"] = note  # nothing refers to the others
                reading.notes[kind] = notes

    def read_margins(self, reading: StoryState) -> None:
        """Headers, footers, comments, and what nothing refers to: kept apart."""
        for kind, notes in reading.notes.items():
            for note in notes.values():
                leave_apart(note, kind, "unreferenced", reading)
        for blocks in reading.chunks.values():
            text = "\n".join(block.text for block in blocks if not block.merged)
            reading.omitted.append(Omitted("unreferenced", text))
        for kind, reason in (("header", "header"), ("footer", "footer"), ("comments", "comment")):
            for name in self.parts.related(kind):
                root = self.salvage(name, lambda part: self.text_part(part, reading))
                if root is not None:
                    leave_apart(root, reason, reason, reading)

    def read_chunks(self, reading: StoryState) -> None:
        """Embedded web pages and plain texts; other documents inside this one are not opened."""
        for chunk in self.parts.chunks():
            try:
                data = self.parts.read(chunk.target)
                if data.startswith((b"PK", OLE_MAGIC, b"{\\rtf")):
                    raise Rejected("not_a_document", "文档中的文档")
                embedded = html_page.read_bytes(data, chunk.target)
            except (KeyError, Rejected):
                self.warn("active_content_ignored", "文件中嵌入的文档片段未读取，请在 Word 中另存后再放入")
                continue
            reading.chunks[chunk.identifier] = list(embedded.blocks)
            reading.omitted += embedded.omitted
            self.source += [block.text for block in embedded.blocks if not block.merged]
            self.source += [omitted.text for omitted in embedded.omitted]

    def read_diagrams(self, reading: StoryState) -> None:
        """The words in diagrams: kept apart, since they have no order."""
        for name in self.parts.related("diagramData"):
            root = self.salvage(name, lambda part: parse_office(self.parts.read(part), part))
            words = [element.text or "" for element in root.iter(DRAWING_TEXT)] if root is not None else []
            self.source += words
            if any(map(str.strip, words)):
                reading.omitted.append(Omitted("drawing", "\n".join(words)))

    # --- what is said about the file

    def note_package(self, reading: StoryState) -> None:
        for code, message in self.parts.notes():
            self.warn(code, message)
        if reading.unknown:
            self.warn("characters_replaced", f"有 {reading.unknown} 个符号无法识别，已用 � 代替")

    def metadata(self) -> dict[str, str]:
        """Title and dates from the file's properties."""
        found: dict[str, str] = {}
        for name in self.parts.properties():
            root = self.salvage(name, lambda part: parse_office(self.parts.read(part), part))
            for element in root.iter() if root is not None else ():
                key = etree.QName(element).localname
                if key in ("title", "subject", "created", "modified") and (element.text or "").strip():
                    found.setdefault(key, (element.text or "").strip()[:500])
        return found

    def coverage(self, blocks: list[Block], reading: StoryState) -> float:
        """The share of the source's visible characters that is in a block or was left out on purpose."""
        source = visible_count("".join(self.source))
        if source > limits.TEXT_CHARACTERS:
            raise Rejected("too_large", f"超过 {limits.TEXT_CHARACTERS} 字")
        kept = visible_count("".join([block.text for block in blocks if not block.merged]))
        left_out = visible_count("".join([omitted.text for omitted in reading.omitted]))
        return min(1.0, (kept - reading.added + left_out) / source) if source else 1.0


def source_text(root: Element) -> str:
    """All characters of a part that may be seen.

    Where nothing but text elements can hold characters, lxml gathers them at once; a text in an element
    that this reader does not know then counts as lost, as it should.
    """
    if next(root.iter(*OTHER_CHARACTERS), None) is None:
        return str(etree.tostring(root, method="text", encoding="unicode"))
    return "".join([element.text or "" for element in root.iter(*TEXTS)])


def visible_count(text: str) -> int:
    return len("".join(text.split()))


def leave_apart(element: Element, part: str, reason: str, reading: StoryState) -> None:
    """Read a story that is no part of the text into `omitted`."""
    text = "\n".join([block.text for block in read_story(element, part, reading) if not block.merged])
    if text.strip():
        reading.omitted.append(Omitted(reason, text))
