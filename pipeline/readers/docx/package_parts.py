"""The parts of an Office package and how they refer to each other: bytes of a file in, named parts out.

A part is found through its relationships, as Office does, not by its usual name.  What refers to the
outside (templates, pictures, linked objects) is only counted, never opened.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from pipeline.core.errors import Rejected
from pipeline.readers.docx.names import CONTENT_TYPES, FLAT, RELATIONSHIPS
from pipeline.readers.package import OLE_MAGIC, open_package, refuse_document_types
from pipeline.readers.xml import parse, parse_office

ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# what may be wrong with a part that only adds something: everything else is an attack or the file's end
SALVAGEABLE = frozenset({"bad_xml", "bad_zip", "bad_package", "unsupported_compression"})
OTHER_OFFICE = ("spreadsheetml", "presentationml", "drawingml.", "ms-excel", "ms-powerpoint", "visio")
ACTIVE_NAMES = ("/activex/", "oleobject", "/embeddings/")


class PartSource(Protocol):
    """Where parts come from: a zip package or a single XML file."""

    def __contains__(self, name: str) -> bool: ...
    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Relationship:
    kind: str  # the last word of its type: styles, header, hyperlink …
    target: str  # the name of a part, or an address outside
    external: bool
    identifier: str = ""


@dataclass
class FlatSource:
    """The parts of a document that was saved as one XML file."""

    parts: dict[str, bytes]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.parts

    def names(self) -> list[str]:
        return list(self.parts)

    def read(self, name: str) -> bytes:
        return self.parts[name.lower()]


@dataclass
class Parts:
    """A package with its relationships."""

    source: PartSource
    warnings: list[tuple[str, str]] = field(default_factory=list)
    main_name: str = ""
    relations: list[Relationship] = field(default_factory=list)  # those of the main part
    root_relations: list[Relationship] = field(default_factory=list)

    def read(self, name: str) -> bytes:
        return self.source.read(name)

    def main(self) -> str:
        """The name of the main part; raises `Rejected` when the package is no Word document."""
        self.root_relations = self.relationships("")
        types = self.content_types()
        if any(relation.kind == "officeDocument" and relation.external for relation in self.root_relations):
            raise Rejected("bad_package", "正文部件指向文件之外")
        named = [relation.target for relation in self.root_relations if relation.kind == "officeDocument"]
        candidates = [name for name in (*named, "word/document.xml") if name in self.source]
        if not candidates:
            raise self.without_main(types)
        self.main_name = candidates[0]
        kind = types.get(self.main_name.lower(), "")
        if any(word in kind for word in OTHER_OFFICE):
            raise Rejected("not_a_document", kind.rsplit(".", 2)[-2][:40])
        if "macroenabled" in kind or any(name.lower().endswith("vbaproject.bin") for name in self.source.names()):
            self.warnings.append(("macro_present", "文件带有宏，宏未运行，也不会写入结果"))
        self.relations = self.relationships(self.main_name)
        return self.main_name

    def without_main(self, types: dict[str, str]) -> Rejected:
        if any(word in kind for kind in types.values() for word in OTHER_OFFICE) or "content.xml" in self.source:
            return Rejected("not_a_document")
        return Rejected("bad_package", "没有找到正文部件")

    def related(self, kind: str) -> list[str]:
        """The parts of a kind that the main part refers to, each once."""
        if not self.relations:  # no relationships at all: the usual names
            usual = posixpath.join(posixpath.dirname(self.main_name), f"{kind}.xml")
            return [usual] if usual in self.source else []
        targets = (relation.target for relation in self.relations if relation.kind == kind and not relation.external)
        return list(dict.fromkeys(targets))

    def chunks(self) -> list[Relationship]:
        """Embedded pieces in another format that Word shows in the text."""
        return [relation for relation in self.relations if relation.kind == "aFChunk" and not relation.external]

    def properties(self) -> list[str]:
        return [
            relation.target
            for relation in self.root_relations
            if relation.kind == "core-properties" and relation.target in self.source
        ]

    def content_types(self) -> dict[str, str]:
        """Part name in lower case → content type in lower case."""
        try:
            root = parse(self.source.read("[Content_Types].xml"), "[Content_Types].xml")
        except KeyError:
            if not isinstance(self.source, FlatSource):
                self.warnings.append(("salvaged_part", "部件 [Content_Types].xml 缺失"))
            return {}
        except Rejected as error:
            if error.error not in SALVAGEABLE:
                raise
            self.warnings.append(("salvaged_part", "部件 [Content_Types].xml 损坏"))
            return {}
        return {
            (item.get("PartName") or "").lstrip("/").lower(): (item.get("ContentType") or "").lower()
            for item in root.iterchildren(CONTENT_TYPES + "Override")
        }

    def relationships(self, owner: str) -> list[Relationship]:
        """The relationships of a part ("" for the package itself)."""
        folder, base = posixpath.split(owner)
        name = posixpath.join(folder, "_rels", base + ".rels")
        try:
            root = parse_office(self.source.read(name), name)
        except KeyError:
            return []
        except Rejected as error:
            if error.error not in SALVAGEABLE:
                raise
            self.warnings.append(("salvaged_part", f"部件 {name} 损坏，已略过"))
            return []
        return [
            Relationship(
                (item.get("Type") or "").rsplit("/", 1)[-1],
                item.get("Target") or "" if is_external(item) else resolved(folder, item.get("Target") or ""),
                is_external(item),
                item.get("Id") or "",
            )
            for item in root.iterchildren(RELATIONSHIPS + "Relationship")
        ]

    def notes(self) -> list[tuple[str, str]]:
        """Warnings about what the package holds besides text."""
        found = list(self.warnings)
        names = [name.lower() for name in self.source.names()]
        if any(word in name for name in names for word in ACTIVE_NAMES):
            found.append(("active_content_ignored", "文件中的嵌入对象或控件未打开"))
        outside = sorted({kind for kind in self.external_kinds() if kind != "hyperlink"})
        if outside:
            found.append(("external_link_ignored", f"文件引用的外部内容未打开（{'、'.join(outside)[:80]}）"))
        return found

    def external_kinds(self) -> list[str]:
        """The kinds of all relationships that lead out of the file (hyperlinks are text, not content)."""
        kinds = [relation.kind for relation in (*self.relations, *self.root_relations) if relation.external]
        main_rels = posixpath.join(
            *posixpath.split(self.main_name)[:1], "_rels", posixpath.basename(self.main_name) + ".rels"
        ).lower()
        for name in self.source.names():
            low = name.lower()
            if not low.endswith(".rels") or low in ("_rels/.rels", main_rels):
                continue
            if b"External" in self.source.read(name).replace(b"\x00", b""):
                folder, base = posixpath.split(name)
                owner = posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))
                kinds += [relation.kind for relation in self.relationships(owner) if relation.external]
        return kinds


def open_parts(data: bytes) -> Parts:
    """The parts of a docx or of a flat OPC file; raises `Rejected`."""
    if not data:
        raise Rejected("empty")
    if data.startswith(OLE_MAGIC):
        if ENCRYPTED_STREAM in data:
            raise Rejected("encrypted")
        raise Rejected("type_mismatch", "内容是旧版 Office 文件，不是 docx")
    if data.startswith(b"PK"):
        package = open_package(data)
        refuse_document_types(package)
        return Parts(package)
    if b"schemas.microsoft.com/office/2006/xmlPackage" in data[:4096].replace(b"\x00", b""):
        return Parts(flat_source(data))
    raise Rejected("type_mismatch", "内容不是 docx")


def flat_source(data: bytes) -> FlatSource:
    """The XML parts of a flat OPC file (pictures are left in their text form, unread)."""
    root = parse(data, "flat OPC")
    found: dict[str, bytes] = {}
    types = etree.Element(CONTENT_TYPES + "Types")
    for part in root.iterchildren(FLAT + "part"):
        name = (part.get(FLAT + "name") or "").lstrip("/")
        if name.lower() in found:
            raise Rejected("ambiguous_package", f"有两个部件同名：{name[:80]}")
        content = part.find(FLAT + "xmlData")
        inner = next(content.iterchildren(), None) if content is not None else None
        found[name.lower()] = etree.tostring(inner, encoding="utf-8", with_tail=False) if inner is not None else b""
        override = etree.SubElement(types, CONTENT_TYPES + "Override")
        override.set("PartName", "/" + name)
        override.set("ContentType", part.get(FLAT + "contentType") or "")
    found.setdefault("[content_types].xml", etree.tostring(types, encoding="utf-8"))
    return FlatSource(found)


def is_external(item: etree._Element) -> bool:
    return (item.get("TargetMode") or "").lower() == "external"


def resolved(folder: str, target: str) -> str:
    """The name of a part from a relationship's target."""
    target = target.replace("\\", "/").split("#", 1)[0]
    return posixpath.normpath(target if target.startswith("/") else posixpath.join(folder, target)).lstrip("/")
