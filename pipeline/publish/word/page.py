"""Putting a profile's layout on a template: styles, run fonts, sections, page numbers, theme.

What the template sets directly on a run (a font of its own) stays; all that follows from the style is
written out on every run, so that no theme or default font is left anywhere.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from pipeline.publish.word.layout import (
    Layout,
    ParagraphStyle,
    fonts_xml,
    indent_xml,
    run_properties,
    section_xml,
    style_xml,
)
from pipeline.readers.xml import parse

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ODD, EVEN = "rIdPageOdd", "rIdPageEven"
_FIELD = re.compile(r"\{\{\s*(\w+)\.(\w+)\s*\}\}")
# by the field of the body that is a heading: its place in the outline
OUTLINE = {"题": '<w:outlineLvl w:val="{{{{ {0}.纲 }}}}"/>'}


_DATE_INDENT = "{{ 版面.日期 }}"
# a line of a loop says which it is, in its row or by the loop; a line alone is the first
_SIGNATURE_LINE = "行.次 if 行 is defined and 行.次 is defined else loop.index0 if loop is defined else 0"
_SIGNATURE_INDENT = f"{{{{ 版面.署名[{_SIGNATURE_LINE}] }}}}"


def w(name: str) -> str:
    """A name in the WordprocessingML namespace."""
    return f"{{{W}}}{name}"


def element(xml: str) -> etree._Element:
    """Our own small pieces of WordprocessingML as elements."""
    wrapped = f'<x xmlns:w="{W}" xmlns:r="{R}">{xml}</x>'
    return parse(wrapped.encode(), "版式")[0]


def elements(xml: str) -> list[etree._Element]:
    """Like `element`, for several in a row."""
    return list(parse(f'<x xmlns:w="{W}" xmlns:r="{R}">{xml}</x>'.encode(), "版式"))


def prepare(parts: dict[str, bytes], root: etree._Element, profile: Layout) -> dict[str, str]:
    """Change a template's parts and its document tree so that they follow the profile; our style ids → its own."""
    identities = _styles(parts, profile)
    by_identity = {identity: profile.styles[name] for name, identity in identities.items()}
    for paragraph in root.iter(w("p")):
        _paragraph(paragraph, by_identity, profile)
    numbered = bool(profile.setting("page_number", "show", True))
    for section in root.iter(w("sectPr")):
        _section(section, profile, numbered)
    outside = profile.setting("page_number", "style", "outside") == "outside"
    parts["word/settings.xml"] = _settings(numbered and outside)
    for name in [n for n in parts if n.startswith(("word/_rels/settings", "customXml/"))]:
        del parts[name]
    _theme(parts, profile)
    parts["docProps/core.xml"] = core_properties("")
    _register(parts, profile, identities, numbered, outside)
    return identities


def _styles(parts: dict[str, bytes], profile: Layout) -> dict[str, str]:
    """Write the profile's styles over the template's; gives our id → the template's id.

    Word and WPS rename the ids of built-in styles when they save, so a style is known by its name.
    """
    root = parse(parts["word/styles.xml"], "word/styles.xml")
    known = {}
    for found in root.findall(w("style")):
        name = found.find(w("name"))
        if name is not None and found.get(w("type")) == "paragraph":
            known[str(name.get(w("val"))).lower()] = found
    defaults = root.find(w("docDefaults"))
    if defaults is not None:
        root.remove(defaults)
    root.insert(
        0,
        element(
            f"<w:docDefaults><w:rPrDefault><w:rPr>{run_properties(profile, profile.styles['Normal'])}"
            '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
            "<w:pPrDefault/></w:docDefaults>"
        ),
    )
    identities: dict[str, str] = {}
    for style in profile.styles.values():
        old = known.get(style.name.lower())
        identity = str(old.get(w("styleId"))) if old is not None else style.id
        identities[style.id] = identity
        xml = style_xml(profile, style, identity)
        fresh = element(xml.replace('basedOn w:val="Normal"', f'basedOn w:val="{identities["Normal"]}"'))
        if old is not None:
            root.replace(old, fresh)
        else:
            root.append(fresh)
    for properties in root.iter(w("rFonts")):
        for attribute in [a for a in properties.attrib if str(a).endswith("Theme")]:
            del properties.attrib[attribute]
    parts["word/styles.xml"] = _bytes(root)
    return identities


def _paragraph(paragraph: etree._Element, styles: dict[str, ParagraphStyle], profile: Layout) -> None:
    properties = paragraph.find(w("pPr"))
    named = properties.find(w("pStyle")) if properties is not None else None
    identity = str(named.get(w("val"))) if named is not None else ""
    style = styles.get(identity) or profile.styles["Normal"]
    for name in [n for n in paragraph.attrib if "rsid" in str(n).lower() or str(n).endswith(("paraId", "textId"))]:
        del paragraph.attrib[name]
    for mark in paragraph.findall(w("proofErr")):
        paragraph.remove(mark)
    for run in paragraph.iter(w("r")):
        _run(run, style, profile)
    heading = _FIELD.search("".join(node.text or "" for node in paragraph.iter(w("t"))))
    if style.outline is not None and heading and heading[2] in OUTLINE and properties is not None:
        # its font is the paper's own level, its place in the navigation pane goes without gaps
        _insert(properties, element(OUTLINE[heading[2]].format(heading[1])), ("rPr", "sectPr"))
    if style.id in ("Signature", "SignatureMore", "DocDate") and properties is not None:
        # the distance from the edge depends on the words: it is worked out when they are known
        value = _DATE_INDENT if style.id == "DocDate" else _SIGNATURE_INDENT
        for old in (*properties.findall(w("ind")), *properties.findall(w("jc"))):
            properties.remove(old)
        indent = element(indent_xml(profile, style, right=0))
        for name in ("rightChars", "leftChars", "firstLineChars"):
            if name in [etree.QName(str(key)).localname for key in indent.attrib]:
                del indent.attrib[w(name)]
        # one of the two is the distance, the other 0
        indent.set(w("left"), value.replace(" }}", ".left }}"))
        indent.set(w("right"), value.replace(" }}", ".right }}"))
        _insert(properties, indent, ("outlineLvl", "rPr", "sectPr"))
        _insert(properties, element('<w:jc w:val="{{ 版面.对齐 }}"/>'), ("outlineLvl", "rPr", "sectPr"))


def _run(run: etree._Element, style: ParagraphStyle, profile: Layout) -> None:
    """Write the fonts out on a run; a font that the template gives it directly stays."""
    for name in [n for n in run.attrib if "rsid" in str(n).lower()]:
        del run.attrib[name]
    properties = run.find(w("rPr"))
    if properties is None:
        properties = etree.Element(w("rPr"))
        run.insert(0, properties)
    old = properties.find(w("rFonts"))
    own = old.get(w("eastAsia")) if old is not None else None
    if old is not None:
        properties.remove(old)
    fresh = element(fonts_xml(profile, own or style.font, style.digits))
    properties.insert(1 if properties.find(w("rStyle")) is not None else 0, fresh)


def section(profile: Layout, landscape: bool) -> str:
    """A section of its own inside a document, with the page numbers of the others."""
    numbered = bool(profile.setting("page_number", "show", True))
    return f"<w:sectPr>{_references(numbered)}{section_xml(profile, landscape)}</w:sectPr>"


def _references(numbered: bool) -> str:
    if not numbered:
        return ""
    return f'<w:footerReference w:type="even" r:id="{EVEN}"/><w:footerReference w:type="default" r:id="{ODD}"/>'


def _section(section: etree._Element, profile: Layout, numbered: bool) -> None:
    size = section.find(w("pgSz"))
    landscape = size is not None and size.get(w("orient")) == "landscape"
    kind = section.find(w("type"))
    for child in list(section):
        section.remove(child)
    for fresh in elements(_references(numbered)):
        section.append(fresh)
    if kind is not None:
        section.append(kind)
    for fresh in elements(section_xml(profile, landscape)):
        section.append(fresh)


def _insert(parent: etree._Element, child: etree._Element, before: tuple[str, ...]) -> None:
    for at, other in enumerate(parent):
        if etree.QName(other.tag).localname in before:
            parent.insert(at, child)
            return
    parent.append(child)


def _settings(even_and_odd: bool) -> bytes:
    return (
        f'{HEAD}<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        + ("<w:evenAndOddHeaders/>" if even_and_odd else "")
        + '<w:characterSpacingControl w:val="doNotCompress"/>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
        'w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    ).encode()


def _theme(parts: dict[str, bytes], profile: Layout) -> None:
    """A theme that names fonts which are not there makes WPS complain: name ours."""
    body = profile.styles["Normal"].font
    latin = body if profile.digits == "same" else profile.digits
    for name in [n for n in parts if n.startswith("word/theme/") and n.endswith(".xml")]:
        text = parts[name].decode("utf-8")
        text = re.sub(r'(<a:latin typeface=")[^"]*"', rf'\g<1>{escape(latin)}"', text)
        text = re.sub(r'(<a:ea typeface=")[^"]*"', rf'\g<1>{escape(body)}"', text)
        parts[name] = re.sub(r'(<a:font script="Hans" typeface=")[^"]*"', rf'\g<1>{escape(body)}"', text).encode()


def _register(
    parts: dict[str, bytes], profile: Layout, identities: dict[str, str], numbered: bool, outside: bool
) -> None:
    """Footers, font table and settings, entered into the package's lists."""
    relations = parse(parts["word/_rels/document.xml.rels"], "关系")
    types = parse(parts["[Content_Types].xml"], "类型")
    wanted = {"settings": "settings.xml", "fontTable": "fontTable.xml"}
    parts["word/fontTable.xml"] = _font_table(profile)
    if numbered:
        right = identities["PageNumberRight"]
        left = identities["PageNumberLeft"] if outside else right
        parts["word/pageOdd.xml"] = _footer(profile, right, "PageNumberRight", outside)
        parts["word/pageEven.xml"] = _footer(profile, left, "PageNumberLeft" if outside else "PageNumberRight", outside)
    namespace = etree.QName(relations).namespace
    for child in list(relations):
        kind = str(child.get("Type", "")).rsplit("/", 1)[-1]
        if kind in (*wanted, "footer", "customXml"):
            if kind == "footer":
                parts.pop(f"word/{child.get('Target')}", None)
            relations.remove(child)
    entries = [("rIdSettings", "settings", "settings.xml"), ("rIdFonts", "fontTable", "fontTable.xml")]
    if numbered:
        entries += [(ODD, "footer", "pageOdd.xml"), (EVEN, "footer", "pageEven.xml")]
    for identity, kind, target in entries:
        etree.SubElement(relations, f"{{{namespace}}}Relationship", Id=identity, Type=f"{OFFICE}/{kind}", Target=target)
    content = etree.QName(types).namespace
    named = {
        "settings.xml": "settings",
        "fontTable.xml": "fontTable",
        "pageOdd.xml": "footer",
        "pageEven.xml": "footer",
    }
    for child in list(types):
        path = str(child.get("PartName", "")).lstrip("/")
        gone = path not in parts and path != "word/document.xml"
        if path and (gone or path.split("/")[-1] in named):
            types.remove(child)
    for _, _, target in entries:
        etree.SubElement(
            types, f"{{{content}}}Override", PartName=f"/word/{target}", ContentType=f"{WORD_TYPE}.{named[target]}+xml"
        )
    parts["word/_rels/document.xml.rels"], parts["[Content_Types].xml"] = _bytes(relations), _bytes(types)


def _font_table(profile: Layout) -> bytes:
    """The fonts by name, with what to take where one is missing."""
    names = {style.font: None for style in profile.styles.values()}
    fonts = "".join(
        f'<w:font w:name="{escape(name)}">'
        + (f'<w:altName w:val="{escape(",".join(profile.fonts[name]))}"/>' if profile.fonts.get(name) else "")
        + '<w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name in names
    )
    return f'{HEAD}<w:fonts xmlns:w="{W}">{fonts}</w:fonts>'.encode()


def _footer(profile: Layout, identity: str, name: str, outside: bool) -> bytes:
    """A footer with the page number as a field; on odd pages right, on even pages left."""
    style = profile.styles[name]
    fonts = f"<w:rPr>{fonts_xml(profile, style.font, style.digits)}</w:rPr>"
    before, _, after = str(profile.setting("page_number", "form", "— {} —")).partition("{}")
    middle = "" if outside else '<w:ind w:right="0" w:rightChars="0"/><w:jc w:val="center"/>'

    def run(content: str) -> str:
        return f"<w:r>{fonts}{content}</w:r>"

    field = (
        run('<w:fldChar w:fldCharType="begin"/>')
        + run('<w:instrText xml:space="preserve"> PAGE </w:instrText>')
        + run('<w:fldChar w:fldCharType="separate"/>')
        + run("<w:t>1</w:t>")
        + run('<w:fldChar w:fldCharType="end"/>')
    )
    return (
        f'{HEAD}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="{escape(identity)}"/>{middle}</w:pPr>'
        + run(f'<w:t xml:space="preserve">{escape(before)}</w:t>')
        + field
        + run(f'<w:t xml:space="preserve">{escape(after)}</w:t>')
        + "</w:p></w:ftr>"
    ).encode()


def core_properties(title: str, day: str = "") -> bytes:
    """Title, maker and the paper's own day (ISO), so that the same content is the same file; a day or none."""
    stamp = f' xsi:type="dcterms:W3CDTF">{escape(day)}T00:00:00Z</dcterms:'
    dates = f"<dcterms:created{stamp}created><dcterms:modified{stamp}modified>" if len(day) == len("2000-01-01") else ""
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>整改通</dc:creator><dc:language>zh-CN</dc:language>"
        f"<cp:lastModifiedBy>整改通</cp:lastModifiedBy>{dates}</cp:coreProperties>"
    ).encode()


def chart_xml(name: str, number: int, size_mm: tuple[float, float], words: str) -> str:
    """The drawing that shows a chart, in place of a run's text; `words` say what it shows to who can't see it."""
    across, down = (round(side * 36000) for side in size_mm)
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    return (
        f'<w:drawing><wp:inline xmlns:wp="{drawing}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{across}" cy="{down}"/>'
        f'<wp:docPr id="{number}" name="{escape(name)}" descr={quoteattr(words)}/>'
        f'<wp:cNvGraphicFramePr/><a:graphic xmlns:a="{DRAWING}"><a:graphicData uri="{CHART}">'
        f'<c:chart xmlns:c="{CHART}" xmlns:r="{R}" r:id="{escape(name)}"/></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing>"
    )


def chart_relations(name: str) -> bytes:
    """Where a chart keeps its numbers."""
    return (
        f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/package" Target="../embeddings/{name}.xlsx"/></Relationships>'
    ).encode()


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
