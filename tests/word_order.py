"""The order of children that ECMA-376 (5th edition, part 1 and 4) prescribes, and what breaks it in a docx.

Word refuses or repairs a file whose elements stand in another order; LibreOffice and python-docx don't mind, so only
a table like this one finds it.  Extensions of other namespaces (`mc:`, `w14:`) are not judged.
"""

from __future__ import annotations

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"

# element → its children in order; an element named here may hold nothing else of the same namespace
WORD = {
    "settings": "writeProtection view zoom removePersonalInformation removeDateAndTime doNotDisplayPageBoundaries "
    "displayBackgroundShape printPostScriptOverText printFractionalCharacterWidth printFormsData "
    "embedTrueTypeFonts embedSystemFonts saveSubsetFonts saveFormsData mirrorMargins alignBordersAndEdges "
    "bordersDoNotSurroundHeader bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors "
    "hideGrammaticalErrors activeWritingStyle proofState formsDesign attachedTemplate linkStyles "
    "stylePaneFormatFilter stylePaneSortMethod documentType mailMerge revisionView trackRevisions "
    "doNotTrackMoves doNotTrackFormatting documentProtection autoFormatOverride styleLockTheme "
    "styleLockQFSet defaultTabStop autoHyphenation consecutiveHyphenLimit hyphenationZone "
    "doNotHyphenateCaps showEnvelope summaryLength clickAndTypeStyle defaultTableStyle evenAndOddHeaders "
    "bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets drawingGridHorizontalSpacing "
    "drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery "
    "doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin drawingGridVerticalOrigin "
    "doNotShadeFormData noPunctuationKerning characterSpacingControl printTwoOnOne "
    "strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore savePreviewPicture "
    "doNotValidateAgainstSchema saveInvalidXml ignoreMixedContent alwaysShowPlaceholderText "
    "doNotDemarcateInvalidXml saveXmlDataOnly useXSLTWhenSaving saveThroughXslt showXMLTags "
    "alwaysMergeEmptyNamespace updateFields hdrShapeDefaults footnotePr endnotePr compat docVars rsids "
    "mathPr attachedSchema themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats "
    "doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType schemaLibrary "
    "shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator",
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
    "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
    "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl "
    "cs em lang eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "tblGrid": "gridCol",
    "tblBorders": "top left start bottom right end insideH insideV",
    "tcBorders": "top left start bottom right end insideH insideV tl2br tr2bl",
    "tblCellMar": "top left start bottom right end",
    "pBdr": "top left bottom right between bar",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "font": "altName panose1 charset family notTrueType pitch sig embedRegular embedBold embedItalic embedBoldItalic",
    "document": "background body",
}
AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark tickLblPos "
    "spPr txPr crossAx crosses crossesAt "
)
CHART = {
    "chartSpace": "date1904 lang roundedCorners style clrMapOvr pivotSource protection chart spPr txPr externalData "
    "printSettings userShapes",
    "chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend plotVisOnly dispBlanksAs",
    "title": "tx layout overlay spPr txPr",
    "plotArea": "layout barChart pieChart catAx valAx dTable spPr",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "pieChart": "varyColors ser dLbls firstSliceAng",
    "ser": "idx order tx spPr invertIfNegative pictureOptions explosion dPt dLbls trendline errBars cat val shape",
    "dPt": "idx invertIfNegative marker bubble3D explosion spPr",
    "dLbls": "dLbl delete numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent "
    "showBubbleSize separator showLeaderLines leaderLines",
    "catAx": AXIS + "auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": AXIS + "crossBetween majorUnit minorUnit dispUnits",
    "scaling": "logBase orientation max min",
    "legend": "legendPos legendEntry layout overlay spPr txPr",
    "strCache": "ptCount pt",
    "numCache": "formatCode ptCount pt",
}
DRAWING = {
    "inline": "extent effectExtent docPr cNvGraphicFramePr",
    "anchor": "simplePos positionH positionV extent effectExtent wrapNone wrapSquare wrapTight wrapThrough "
    "wrapTopAndBottom docPr cNvGraphicFramePr",
}
RANK = {
    space + name: {space + child: at for at, child in enumerate(children.split())}
    for space, table in ((W, WORD), (C, CHART), (WP, DRAWING))
    for name, children in table.items()
}
LEADING = {f"{W}p": f"{W}pPr", f"{W}r": f"{W}rPr", f"{W}tc": f"{W}tcPr"}  # what stands first where it stands at all
REQUIRED = {f"{W}tbl": ("tblPr", "tblGrid"), f"{W}tblBorders": (), f"{W}style": ("name",)}


def out_of_order(part: str, tree: etree._Element) -> list[str]:
    """The elements of a part whose children are in another order, unknown, or missing."""
    wrong = []
    for node in tree.iter(etree.Element):
        children = [child for child in node if isinstance(child.tag, str)]
        ranks = RANK.get(node.tag)
        if ranks is not None:
            own = [ranks.get(child.tag, -1) for child in children if _space(child) == _space(node)]
            if own != sorted(own) or -1 in own:
                wrong.append(f"{part}: {_name(node)} {[_name(child) for child in children]}")
        first = LEADING.get(node.tag)
        if first and any(child.tag == first for child in children[1:]):
            wrong.append(f"{part}: {_name(node)} begins with {_name(children[0])}")
        wrong += [
            f"{part}: {_name(node)} without {name}"
            for name in REQUIRED.get(node.tag, ())
            if node.find(_space(node) + name) is None
        ]
        if node.tag == f"{W}body" and children and any(child.tag == f"{W}sectPr" for child in children[:-1]):
            wrong.append(f"{part}: body goes on behind its section")
        if node.tag == f"{W}tc" and (not children or children[-1].tag != f"{W}p"):
            wrong.append(f"{part}: cell without a paragraph at its end")
    return wrong


def _space(node: etree._Element) -> str:
    return f"{{{etree.QName(node).namespace}}}"


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname
