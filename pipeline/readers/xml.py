"""The one guarded entry for XML of documents: bytes in, an lxml tree out.

Nothing is ever loaded or expanded: a document type (and with it every entity) is refused, whatever the
encoding.  Depth is bounded by libxml2's own guard, the number of elements is counted before a tree is
built.  No other module parses XML of documents; a test sees to that.
"""

from __future__ import annotations

import io
import re

from lxml import etree

from pipeline.core import limits
from pipeline.core.errors import Rejected

PROLOG_END = re.compile(rb"<[A-Za-z_:\x80-\xff]")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
# names that the strict form of the format writes differently: (strict, usual)
STRICT = b"http://purl.oclc.org/ooxml/"
STRICT_NAMES = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)


def parser() -> etree.XMLParser:
    """A fresh parser with every dangerous option named, so that no library default decides."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
        collect_ids=False,
    )


def parse(data: bytes, what: str) -> etree._Element:
    """The root of the XML `data`; `what` names the part in messages.  Raises `Rejected`."""
    refuse_document_type(data, what)
    # two upper bounds of the elements, in any encoding: four bytes each (<a/>), one opening sign each
    if len(data) > 4 * limits.XML_ELEMENTS and data.count(b"<") > limits.XML_ELEMENTS:
        count_elements(data, what)
    try:
        root = etree.fromstring(data, parser())
    except etree.XMLSyntaxError as error:
        raise Rejected(*syntax_class(error, what)) from error
    except (ValueError, LookupError) as error:  # an encoding that is not known
        raise Rejected("bad_xml", f"{what}：{str(error)[:120]}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Rejected("xml_dtd_forbidden", what)
    return root


def parse_office(data: bytes, what: str) -> etree._Element:
    """`parse`, with the names of the strict form of Office files turned into the usual ones."""
    root = parse(data, what)
    if STRICT not in data and not data.startswith(UTF16_MARKS):
        return root
    plain = etree.tostring(root, encoding="utf-8")
    if STRICT not in plain:
        return root
    for strict, usual in STRICT_NAMES:
        plain = plain.replace(b'="' + strict, b'="' + usual)
    return parse(plain, what)


def refuse_document_type(data: bytes, what: str) -> None:
    """A document type stands before the first element; looked for before anything is parsed."""
    head = data.replace(b"\x00", b"") if data.startswith(UTF16_MARKS) else data
    first = PROLOG_END.search(head)
    if b"<!DOCTYPE" in (head[: first.start()] if first else head):
        raise Rejected("xml_dtd_forbidden", what)


def count_elements(data: bytes, what: str) -> None:
    """Count elements without keeping them; only for parts that may have too many."""
    count = 0
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _event, element in events:
            count += 1
            if count > limits.XML_ELEMENTS:
                raise Rejected("too_large", f"{what} 超过 {limits.XML_ELEMENTS} 个元素")
            parent = element.getparent()
            if parent is not None:  # done with this child: keep the tree at one path
                parent.remove(element)
    except etree.XMLSyntaxError as error:
        raise Rejected(*syntax_class(error, what)) from error


def syntax_class(error: etree.XMLSyntaxError, what: str) -> tuple[str, str]:
    message = str(error)
    if "xcessive depth" in message:
        return "xml_too_deep", f"{what} 嵌套超过 {limits.XML_DEPTH} 层"
    return "bad_xml", f"{what}：{message[:120]}"
