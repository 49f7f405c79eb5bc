"""What a docx looks like once styles are resolved: paragraphs with their style, runs with font and size."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from lxml import etree

NS = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
W = f"{{{NS['w']}}}"

# the order in which Word wants the children of these elements
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
           "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
           "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
           "textDirection textAlignment "
           "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
           "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl "
           "cs em lang eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
              "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
             "tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
             "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
}
RANK = {name: {child: at for at, child in enumerate(children.split())} for name, children in ORDER.items()}


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
        for node in tree.iter():
            name = etree.QName(node).localname
            if node.tag.startswith(W) and name in RANK:
                ranks = [RANK[name].get(etree.QName(child).localname, -1) for child in node]
                if ranks != sorted(ranks) or -1 in ranks:
                    wrong.append(f"{part}: {name} {[etree.QName(c).localname for c in node]}")
        if part.endswith(".rels"):
            wrong += [f"{part}: {r.get('Target')}" for r in tree if not _exists(docx, part, r.get("Target"))]
    for override in docx.trees["[Content_Types].xml"]:
        path = override.get("PartName")
        if path and path.lstrip("/") not in docx.names:
            wrong.append(f"type of a missing part {path}")
    wrong += ["cell without paragraph" for cell in docx.body.iter(f"{W}tc") if cell[-1].tag != f"{W}p"]
    return wrong


def _exists(docx, part, target):
    folder = part.replace("_rels/", "").rsplit("/", 1)[0] if "/" in part.replace("_rels/", "") else ""
    path = "/".join(p for p in [folder, target] if p)
    while "/../" in path:
        before, after = path.split("/../", 1)
        path = "/".join(p for p in [before.rpartition("/")[0], after] if p)
    return path in docx.names
