"""Native Word charts: numbers in, a chart part with its own small workbook out, so that Word can edit them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from xlsxwriter import Workbook

from pipeline.core.text import clean
from pipeline.publish.word.template import Chart
from pipeline.publish.workbook.sheets import CREATED

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
COLOURS = ("70AD47", "5B9BD5", "FFC000", "ED7D31", "A5A5A5")
Series = Sequence[tuple[str, Sequence[int]]]


def bar_chart(name: str, title: str, categories: Sequence[str], series: Series) -> Chart:
    """Stacked bars, one for each category."""
    rows = "".join(_series(at, label, values, categories, at) for at, (label, values) in enumerate(series))
    plot = (
        '<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>'
        f'{rows}<c:gapWidth val="60"/><c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="2"/><c:crosses val="autoZero"/><c:tickLblSkip val="1"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="t"/><c:majorGridlines/><c:numFmt formatCode="0" sourceLinked="0"/>'
        '<c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1"/>'
        '<c:crosses val="autoZero"/></c:valAx>'
    )
    return Chart(name, _part(title, plot), _workbook(categories, series), min(60 + 6 * len(categories), 200), title)


def pie_chart(name: str, title: str, categories: Sequence[str], values: Sequence[int]) -> Chart:
    """One pie with the share of each category."""
    points = "".join(
        f'<c:dPt><c:idx val="{at}"/><c:bubble3D val="0"/>{_fill(at)}</c:dPt>' for at in range(len(categories))
    )
    series: Series = [(title, values)]
    plot = (
        f'<c:pieChart><c:varyColors val="1"/>{_series(0, title, values, categories, None, points)}'
        '<c:firstSliceAng val="0"/></c:pieChart>'
    )
    return Chart(name, _part(title, plot), _workbook(categories, series), words=title)


def _fill(at: int) -> str:
    return f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[at % len(COLOURS)]}"/></a:solidFill></c:spPr>'


def _series(
    at: int, label: str, values: Sequence[int], categories: Sequence[str], colour: int | None, points: str = ""
) -> str:
    letter, last = chr(ord("B") + at), len(categories) + 1
    names = "".join(f'<c:pt idx="{i}"><c:v>{_safe(name)}</c:v></c:pt>' for i, name in enumerate(categories))
    numbers = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values))
    labels = (
        '<c:dLbls><c:showLegendKey val="0"/><c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="1"/><c:showBubbleSize val="0"/></c:dLbls>'
        if points
        else ""
    )
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>Sheet1!${letter}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{_safe(label)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        + ("" if colour is None else _fill(colour))
        + ("" if points else '<c:invertIfNegative val="0"/>')
        + points
        + labels
        + f'<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{len(categories)}"/>'
        f"{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${letter}$2:${letter}${last}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{numbers}</c:numCache></c:numRef></c:val>'
        "</c:ser>"
    )


def _safe(text: str) -> str:
    return escape(clean(text)[0])


def _part(title: str, plot: str) -> bytes:
    font = '<a:latin typeface="宋体"/><a:ea typeface="宋体"/>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace xmlns:c="{C}" xmlns:a="{A}" xmlns:r="{R}"><c:roundedCorners val="0"/><c:chart><c:title><c:tx>'
        f'<c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1400" b="0">{font}</a:defRPr></a:pPr><a:r>'
        f'<a:rPr lang="zh-CN" sz="1400" b="0">{font}</a:rPr><a:t>{_safe(title)}</a:t></a:r></a:p></c:rich></c:tx>'
        f'<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>{plot}</c:plotArea>'
        '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend><c:plotVisOnly val="1"/></c:chart>'
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1000">{font}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _workbook(categories: Sequence[str], series: Series) -> bytes:
    """The numbers behind a chart, which Word opens when somebody edits it."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet("Sheet1")
        for column, (label, values) in enumerate(series, 1):
            sheet.write_string(0, column, clean(label)[0])
            sheet.write_column(1, column, values)
        for row, category in enumerate(categories, 1):
            sheet.write_string(row, 0, clean(category)[0])
    return buffer.getvalue()
