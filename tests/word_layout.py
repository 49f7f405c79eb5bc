"""What a docx looks like once styles are resolved: paragraphs with their style, runs with font and size."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from lxml import etree

from tests.word_order import out_of_order

NS = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
W = f"{{{NS['w']}}}"


@dataclass
class Docx:
    """The parts of a docx as trees."""

    trees: dict
    names: list

    @property
    def body(self):
        return self.trees["word/document.xml"].find("w:body", NS)

    @property
    def styles(self):
        found = self.trees["word/styles.xml"].findall("w:style", NS)
        return {style.get(f"{W}styleId"): style for style in found}

    def paragraphs(self):
        """(style id, text, paragraph) of each paragraph, tables' too."""
        for paragraph in self.body.iter(f"{W}p"):
            style = paragraph.find("w:pPr/w:pStyle", NS)
            text = "".join(t.text or "" if t.tag == f"{W}t" else "\n" for t in paragraph.iter(f"{W}t", f"{W}br"))
            yield style.get(f"{W}val") if style is not None else "Normal", text, paragraph

    def text(self):
        return [text for _, text, _ in self.paragraphs()]


def opened(content) -> Docx:
    data = content if isinstance(content, bytes) else content.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        trees = {n: etree.fromstring(package.read(n)) for n in names if n.endswith((".xml", ".rels"))}
    return Docx(trees, names)


def misplaced(docx: Docx) -> list[str]:
    """Elements whose children are not in the order that Word enforces, and missing parts."""
    wrong = []
    for part, tree in docx.trees.items():
        wrong += out_of_order(part, tree)
        if part.endswith(".rels"):
            wrong += [f"{part}: {r.get('Target')}" for r in tree if not _exists(docx, part, r.get("Target"))]
    for override in docx.trees["[Content_Types].xml"]:
        path = override.get("PartName")
        if path and path.lstrip("/") not in docx.names:
            wrong.append(f"type of a missing part {path}")
    return wrong


def _exists(docx, part, target):
    folder = part.replace("_rels/", "").rsplit("/", 1)[0] if "/" in part.replace("_rels/", "") else ""
    path = "/".join(p for p in [folder, target] if p)
    while "/../" in path:
        before, after = path.split("/../", 1)
        path = "/".join(p for p in [before.rpartition("/")[0], after] if p)
    return path in docx.names
