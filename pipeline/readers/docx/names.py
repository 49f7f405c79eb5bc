"""The names of WordprocessingML that the docx reader knows, as lxml spells them."""

from __future__ import annotations

from lxml import etree

Element = etree._Element  # lxml has no public name for the type of its elements

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
FLAT = "{http://schemas.microsoft.com/office/2006/xmlPackage}"

VAL = W + "val"
PARAGRAPH, RUN, TEXT, DELETED_TEXT, MATH_TEXT, DRAWING_TEXT = (
    W + "p",
    W + "r",
    W + "t",
    W + "delText",
    M + "t",
    A + "t",
)
PARAGRAPH_PROPERTIES, RUN_PROPERTIES = W + "pPr", W + "rPr"
TABLE, ROW, CELL = W + "tbl", W + "tr", W + "tc"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# every element whose characters a person may see
TEXTS = (TEXT, DELETED_TEXT, MATH_TEXT, DRAWING_TEXT)
