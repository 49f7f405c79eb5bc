"""Automatic numbers: the labels that Word shows."""

from __future__ import annotations

import pytest

from pipeline.readers.docx.docx_file import read_bytes
from pipeline.readers.docx.number_formats import FORMATS, format_number
from tests.docx_files import abstract, docx, level, number, numbered, paragraph

VALUES = (1, 2, 9, 10, 11, 19, 20, 21, 99, 100, 101, 110, 111)
SHOWN = {
    "decimal": "1 2 9 10 11 19 20 21 99 100 101 110 111",
    "decimalZero": "01 02 09 10 11 19 20 21 99 100 101 110 111",
    "decimalHalfWidth": "1 2 9 10 11 19 20 21 99 100 101 110 111",
    "decimalFullWidth": "１ ２ ９ １０ １１ １９ ２０ ２１ ９９ １００ １０１ １１０ １１１",
    "decimalFullWidth2": "１ ２ ９ １０ １１ １９ ２０ ２１ ９９ １００ １０１ １１０ １１１",
    "decimalEnclosedCircle": "① ② ⑨ ⑩ ⑪ ⑲ ⑳ 21 99 100 101 110 111",
    "decimalEnclosedCircleChinese": "① ② ⑨ ⑩ 11 19 20 21 99 100 101 110 111",
    "decimalEnclosedParen": "⑴ ⑵ ⑼ ⑽ ⑾ ⒆ ⒇ 21 99 100 101 110 111",
    "decimalEnclosedFullstop": "⒈ ⒉ ⒐ ⒑ ⒒ ⒚ ⒛ 21 99 100 101 110 111",
    "upperRoman": "I II IX X XI XIX XX XXI XCIX C CI CX CXI",
    "lowerRoman": "i ii ix x xi xix xx xxi xcix c ci cx cxi",
    "upperLetter": "A B I J K S T U UUUU VVVV WWWW FFFFF GGGGG",
    "lowerLetter": "a b i j k s t u uuuu vvvv wwww fffff ggggg",
    "ordinal": "1st 2nd 9th 10th 11th 19th 20th 21st 99th 100th 101st 110th 111th",
    "chineseCounting": "一 二 九 十 十一 十九 二十 二十一 九十九 一○○ 一○一 一一○ 一一一",
    "taiwaneseCounting": "一 二 九 十 十一 十九 二十 二十一 九十九 一○○ 一○一 一一○ 一一一",
    "chineseCountingThousand": "一 二 九 十 十一 十九 二十 二十一 九十九 一百 一百○一 一百一十 一百一十一",
    "taiwaneseCountingThousand": "一 二 九 十 十一 十九 二十 二十一 九十九 一百 一百○一 一百一十 一百一十一",
    "japaneseCounting": "一 二 九 十 十一 十九 二十 二十一 九十九 百 百一 百十 百十一",
    "koreanCounting": "일 이 구 십 십일 십구 이십 이십일 구십구 백 백일 백십 백십일",
    "chineseLegalSimplified": "壹 贰 玖 壹拾 壹拾壹 壹拾玖 贰拾 贰拾壹 玖拾玖 壹佰 壹佰零壹 壹佰壹拾 壹佰壹拾壹",
    "ideographLegalTraditional": "壹 貳 玖 壹拾 壹拾壹 壹拾玖 貳拾 貳拾壹 玖拾玖 壹佰 壹佰零壹 壹佰壹拾 壹佰壹拾壹",
    "ideographDigital": "一 二 九 一〇 一一 一九 二〇 二一 九九 一〇〇 一〇一 一一〇 一一一",
    "japaneseDigitalTenThousand": "一 二 九 一〇 一一 一九 二〇 二一 九九 一〇〇 一〇一 一一〇 一一一",
    "taiwaneseDigital": "一 二 九 一○ 一一 一九 二○ 二一 九九 一○○ 一○一 一一○ 一一一",
    "ideographTraditional": "甲 乙 壬 癸 11 19 20 21 99 100 101 110 111",
    "ideographZodiac": "子 丑 申 酉 戌 19 20 21 99 100 101 110 111",
    "ideographZodiacTraditional": "甲子 乙丑 壬申 癸酉 甲戌 壬午 癸未 甲申 99 100 101 110 111",
    "ideographEnclosedCircle": "㈠ ㈡ ㈨ ㈩ 11 19 20 21 99 100 101 110 111",
    "numberInDash": "- 1 -|- 2 -|- 9 -|- 10 -|- 11 -|- 19 -|- 20 -|- 21 -|- 99 -|- 100 -|- 101 -|- 110 -|- 111 -",
    "hex": "1 2 9 A B 13 14 15 63 64 65 6E 6F",
    "none": "||||||||||||",
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_format_shows_what_word_shows(name: str) -> None:
    expected = SHOWN[name].split("|" if "|" in SHOWN[name] else " ")
    assert [format_number(value, name) for value in VALUES] == expected


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("chineseCountingThousand", 1005, "一千○五"), ("chineseCountingThousand", 12345, "一万二千三百四十五"),
    ("japaneseCounting", 1234, "千二百三十四"), ("upperLetter", 27, "AA"), ("upperLetter", 28, "BB"),
    ("lowerRoman", 1994, "mcmxciv"), ("cardinalText", 21, "Twenty-one"), ("ordinalText", 22, "Twenty-second"),
    ("chicago", 5, "**"), ("aiueo", 1, "ア"), ("russianLower", 3, "в"), ("not a format", 7, "7"),
    ("chineseCounting", 0, "○"), ("decimal", -3, "0"),
])  # fmt: skip
def test_single_values(name: str, value: int, expected: str) -> None:
    assert format_number(value, name) == expected


def test_a_custom_format_pads_with_zeros() -> None:
    assert format_number(7, "custom", "001, 002, 003, ...") == "007"


def test_no_format_fails_on_any_value_that_a_list_can_have() -> None:
    for name in FORMATS:
        for value in (*range(130), 999, 1_000, 9_999, 10_000, 32_767, 1_000_000):
            assert isinstance(format_number(value, name), str)


# --- lists: (abstract definitions and lists, styles, paragraphs, expected labels)

P = numbered


def styled(style: str, text: str = "文", extra: str = "") -> str:
    return paragraph(text, f'<w:pStyle w:val="{style}"/>{extra}')


def style(identifier: str, inside: str, base: str = "", kind: str = "paragraph") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return f'<w:style w:type="{kind}" w:styleId="{identifier}"><w:name w:val="{identifier}"/>{based}{inside}</w:style>'


def list_property(numbering: int | None = None, place: int | None = None) -> str:
    level_xml = "" if place is None else f'<w:ilvl w:val="{place}"/>'
    number_xml = "" if numbering is None else f'<w:numId w:val="{numbering}"/>'
    return f"<w:pPr><w:numPr>{level_xml}{number_xml}</w:numPr></w:pPr>"


OUTLINE = abstract(
    0,
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimalEnclosedCircleChinese", "%4"),
)
DOTTED = abstract(0, level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%1.%2.%3"))

LISTS: dict[str, tuple[str, str, str, list[str]]] = {
    "four levels restart under each other": (
        OUTLINE + number(1, 0),
        "",
        P("a")
        + P("b", 1, 1)
        + P("c", 1, 2)
        + P("d", 1, 3)
        + P("e", 1, 3)
        + P("f", 1, 2)
        + P("g", 1, 1)
        + P("h")
        + P("i", 1, 1),
        ["一、", "（一）", "1.", "①", "②", "2.", "（二）", "二、", "（一）"],
    ),
    "numbers of several levels": (
        DOTTED + number(1, 0),
        "",
        P("a") + P("b", 1, 1) + P("c", 1, 2) + P("d", 1, 2) + P("e") + P("f", 1, 1),
        ["1", "1.1", "1.1.1", "1.1.2", "2", "2.1"],
    ),
    "levels that were skipped count as begun": (
        DOTTED + number(1, 0),
        "",
        P("a", 1, 2) + P("b", 1, 1) + P("c"),
        ["1.1.1", "1.2", "2"],
    ),
    "legal numbers": (
        abstract(
            0,
            level(0, "chineseCounting", "第%1章"),
            level(1, "chineseCounting", "%1.%2", "<w:isLgl/>"),
            level(2, "decimalZero", "%1.%3", "<w:isLgl/>"),
        )
        + number(1, 0),
        "",
        P("a") + P("b", 1, 1) + P("c", 1, 2),
        ["第一章", "1.1", "1.01"],
    ),
    "legal switched off": (
        abstract(0, level(0, "upperRoman", "%1"), level(1, "decimal", "%1.%2", '<w:isLgl w:val="0"/>')) + number(1, 0),
        "",
        P("a") + P("b", 1, 1),
        ["I", "I.1"],
    ),
    "a start that is not one": (
        abstract(0, level(0, "decimal", "%1.", start=5)) + number(1, 0),
        "",
        P("a") + P("b"),
        ["5.", "6."],
    ),
    "a start of nought": (
        abstract(0, level(0, "decimal", "%1.", start=0)) + number(1, 0),
        "",
        P("a") + P("b"),
        ["0.", "1."],
    ),
    "lists with one definition count on": (
        OUTLINE + number(1, 0) + number(2, 0),
        "",
        P("a") + P("b", 2) + P("c", 1),
        ["一、", "二、", "三、"],
    ),
    "startOverride begins anew, once": (
        OUTLINE + number(1, 0) + number(2, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
        "",
        P("a") + P("b") + P("c", 2) + P("d", 2) + P("e", 1),
        ["一、", "二、", "一、", "二、", "三、"],
    ),
    "startOverride of a deeper level": (
        OUTLINE + number(1, 0) + number(2, 0, '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="4"/></w:lvlOverride>'),
        "",
        P("a") + P("b", 1, 1) + P("c", 2, 1) + P("d", 2, 1) + P("e", 2) + P("f", 2, 1),
        ["一、", "（一）", "（四）", "（五）", "二、", "（四）"],
    ),
    "a level that a list defines for itself": (
        OUTLINE + number(1, 0, f'<w:lvlOverride w:ilvl="0">{level(0, "decimal", "问题%1：")}</w:lvlOverride>'),
        "",
        P("a") + P("b"),
        ["问题1：", "问题2："],
    ),
    "lvlRestart 0 never begins anew": (
        abstract(0, level(0, "chineseCounting", "%1、"), level(1, "decimal", "%2.", '<w:lvlRestart w:val="0"/>'))
        + number(1, 0),
        "",
        P("a") + P("b", 1, 1) + P("c") + P("d", 1, 1),
        ["一、", "1.", "二、", "2."],
    ),
    "lvlRestart 1 only after the first level": (
        abstract(
            0,
            level(0, "chineseCounting", "%1、"),
            level(1, "chineseCounting", "（%2）"),
            level(2, "decimal", "%3.", '<w:lvlRestart w:val="1"/>'),
        )
        + number(1, 0),
        "",
        P("a") + P("b", 1, 1) + P("c", 1, 2) + P("d", 1, 1) + P("e", 1, 2) + P("f") + P("g", 1, 2),
        ["一、", "（一）", "1.", "（二）", "2.", "二、", "1."],
    ),
    "numbers from a style": (
        OUTLINE + number(1, 0),
        style("标题甲", list_property(1)),
        styled("标题甲") + styled("标题甲"),
        ["一、", "二、"],
    ),
    "numbers from a style's base": (
        OUTLINE + number(1, 0),
        style("甲", list_property(1, 1)) + style("乙", "", "甲") + style("丙", "", "乙"),
        styled("丙") + styled("甲"),
        ["（一）", "（二）"],
    ),
    "the level is the one linked to the style": (
        abstract(
            0,
            level(0, "chineseCounting", "%1、", '<w:pStyle w:val="甲"/>'),
            level(1, "chineseCounting", "（%2）", '<w:pStyle w:val="乙"/>'),
        )
        + number(1, 0),
        style("甲", list_property(1)) + style("乙", list_property(1)),
        styled("甲") + styled("乙") + styled("乙"),
        ["一、", "（一）", "（二）"],
    ),
    "a style gives the level, its base the list": (
        OUTLINE + number(1, 0),
        style("甲", list_property(1)) + style("乙", list_property(None, 1), "甲"),
        styled("甲") + styled("乙"),
        ["一、", "（一）"],
    ),
    "a list of nought takes the style's number away": (
        OUTLINE + number(1, 0),
        style("甲", list_property(1)),
        styled("甲") + styled("甲", extra='<w:numPr><w:numId w:val="0"/></w:numPr>') + styled("甲"),
        ["一、", "", "二、"],
    ),
    "a definition that is linked to a numbering style": (
        abstract(0, '<w:numStyleLink w:val="列表"/>')
        + abstract(1, '<w:styleLink w:val="列表"/>', level(0, "ideographTraditional", "%1."))
        + number(1, 0)
        + number(2, 1),
        style("列表", list_property(2), kind="numbering"),
        P("a") + P("b", 2),
        ["甲.", "乙."],
    ),
    "links in a circle end": (
        abstract(0, '<w:numStyleLink w:val="列表"/>') + number(1, 0),
        style("列表", list_property(1), kind="numbering"),
        P("a"),
        [""],
    ),
    "styles in a circle end": (
        OUTLINE + number(1, 0),
        style("甲", "", "乙") + style("乙", "", "甲"),
        styled("甲") + P("b"),
        ["", "一、"],
    ),
    "no number, only its words": (
        abstract(0, level(0, "none", "附：")) + number(1, 0),
        "",
        P("a"),
        ["附："],
    ),
    "an empty label": (abstract(0, level(0, "decimal", "")) + number(1, 0), "", P("a"), [""]),
    "a list that is nowhere defined": (OUTLINE + number(1, 0), "", P("a", 9) + P("b"), ["", "一、"]),
    "a level that is nowhere defined": (OUTLINE + number(1, 0), "", P("a", 1, 7) + P("b"), ["", "一、"]),
    "a number that is out of all bounds": (
        abstract(0, level(0, "decimal", "%1.", start=99999999999999999999)) + number(1, 0),
        "",
        P("a", 1, 99999999999),
        [""],
    ),
    "bullets": (
        abstract(
            0,
            '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf06c"/><w:rPr><w:rFonts '
            'w:ascii="Wingdings"/></w:rPr></w:lvl>',
            level(1, "bullet", "—"),
        )
        + number(1, 0),
        "",
        P("a") + P("b", 1, 1),
        ["●", "—"],
    ),
    "a custom format in an alternative": (
        abstract(
            0,
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt '
            'w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/>'
            '</mc:Fallback></mc:AlternateContent><w:lvlText w:val="%1"/></w:lvl>',
        )
        + number(1, 0),
        "",
        P("a") + P("b"),
        ["001", "002"],
    ),
    "deleted paragraphs do not count": (
        OUTLINE + number(1, 0),
        "",
        P("a") + '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1"/>'
        '</w:rPr></w:pPr><w:del w:id="2"><w:r><w:delText>删</w:delText></w:r></w:del></w:p>' + P("b"),
        ["一、", "二、"],
    ),
    "empty paragraphs count": (OUTLINE + number(1, 0), "", P("a") + P("") + P("b"), ["一、", "二、", "三、"]),
    "paragraphs in tables count with the body": (
        OUTLINE + number(1, 0),
        "",
        P("a") + f"<w:tbl><w:tr><w:tc>{P('b')}</w:tc></w:tr></w:tbl>" + P("c"),
        ["一、", "", "三、"],
    ),
    "a text box counts for itself": (
        OUTLINE + number(1, 0),
        "",
        P("a") + f"<w:p><w:r><w:t>x</w:t><w:pict><v:textbox><w:txbxContent>{P('b')}{P('c')}</w:txbxContent></v:textbox>"
        "</w:pict></w:r></w:p>" + P("d"),
        ["一、", "", "一、", "二、", "二、"],
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_labels(name: str) -> None:
    numbering, styles, body, expected = LISTS[name]
    document = read_bytes(docx(body, numbering=numbering, styles=styles), "a.docx")
    assert [block.label for block in document.blocks] == expected
    assert document.coverage == 1.0


def test_a_number_in_a_cell_is_part_of_its_text() -> None:
    body = f"<w:tbl><w:tr><w:tc>{P('甲')}{P('乙')}</w:tc><w:tc>{P('')}</w:tc></w:tr></w:tbl>"
    document = read_bytes(docx(body, numbering=OUTLINE + number(1, 0)), "a.docx")
    assert [(block.text, block.label) for block in document.blocks] == [("一、 甲\n二、 乙", ""), ("三、", "")]


def test_levels_are_told() -> None:
    body = P("a", 1, 1) + styled("标题", extra='<w:outlineLvl w:val="0"/>') + paragraph("c")
    document = read_bytes(docx(body, numbering=OUTLINE + number(1, 0), styles=style("标题", "")), "a.docx")
    assert [block.level for block in document.blocks] == [1, 0, None]
