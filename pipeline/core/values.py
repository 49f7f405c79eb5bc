"""Recognisers of Chinese numerals, money and dates: text in, plain values out.

All of them read the *view* of a text: the same characters at the same places, with punctuation
full-width and digits and letters half-width, so that one pattern serves both ways of typing.
Nothing is guessed: what has no single reading gives None.
"""

from __future__ import annotations

import calendar
import re
from decimal import Decimal

# half-width punctuation → the full-width one that rules are written with; never brackets of 文号
_TO_WIDE = str.maketrans(",;:!?()", "，；：！？（）")
_TO_NARROW = {0xFF01 + i: 0x21 + i for i in range(94) if chr(0x21 + i) not in ",;:!?()"}
_BLANKS = dict.fromkeys((0x3000, 0xA0, 0x09), 0x20)
_TO_VIEW: dict[int, int] = {**_TO_NARROW, **_BLANKS, **_TO_WIDE}
_MARKUP = re.compile(r"\*\*|^\s*#{1,6}(?= )")


def view(text: str) -> str:
    """The text in one width, Markdown's marks as blanks; same length, so spans hold for both."""
    folded = text.translate(_TO_VIEW)
    return _MARKUP.sub(lambda found: " " * len(found[0]), folded) if "**" in folded or "# " in folded else folded


DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "兩": 2}
_WRITTEN = "零一二三四五六七八九"
UNITS = {"十": 10, "百": 100, "千": 1000}
# as sums are written on receipts
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")


def chinese_number(text: str) -> int | None:
    """`三十三` → 33, `二〇一九` → 2019, `一万二千` → 12000; None when it is no numeral."""
    if not text:
        return None
    text = text.translate(_FORMAL)
    if "万" in text:
        high, _, low = text.partition("万")
        upper, lower = chinese_number(high), chinese_number(low.lstrip("零〇")) if low else 0
        return None if upper is None or lower is None else upper * 10_000 + lower
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char] or None
        elif char in UNITS:
            total += (1 if digit is None else digit) * UNITS[char]
            digit = None
        else:
            return None
    return total + (digit or 0)


def numeral(number: int) -> str:
    """A number as headings write it: 10 → 十, 12 → 十二, 112 → 一百一十二; from 10,000 on in digits."""
    if not 0 < number < 10_000:
        return str(number)
    text, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + ("" if unit == "十" and digit == 1 and not text else _WRITTEN[digit]) + unit
        gap = False
    return text


def number(text: str) -> float | None:
    """A count or share in Arabic digits (commas and spaces allowed) or Chinese numerals: `1,200`, `十余`, `98.7%`."""
    plain = re.sub(r"[\s，,]", "", text).rstrip("余多%％")
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return float(plain)
    value = chinese_number(plain)
    return None if value is None else float(value)


# a number as it stands in a label, in digits, in a circle or in Chinese
LABELLED_NUMBER = r"\d+|[①-⑳㉑-㉟]|[零〇一二三四五六七八九十百]+"
FIRST_TEN = "一二三四五六七八九十"
CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)} | {chr(0x3251 + i): i + 21 for i in range(15)}

# numbers in one character: circled, in brackets (⑴ ㈠), with a full stop (⒈)
ENCLOSED = (
    CIRCLED
    | {chr(first + i): i + 1 for first in (0x2474, 0x2488) for i in range(20)}
    | {chr(0x3220 + i): i + 1 for i in range(10)}
)


def ordinal(text: str) -> int | None:
    """The number of a label: `三`, `12`, `⑤`, `⑴`, `1-2` (its last part)."""
    if text in ENCLOSED:
        return ENCLOSED[text]
    value = number(re.split(r"[-－—.]", text)[-1]) if text else None
    return None if value is None else int(value)


def next_number(text: str) -> str:
    """The number that follows, written in the same way (9 → 10, 九 → 十, ① → ②); "" where there is none."""
    if text.isascii():
        return str(int(text) + 1) if text.isdigit() else ""
    if text in CIRCLED:
        return next((sign for sign, value in CIRCLED.items() if value == CIRCLED[text] + 1), "")
    value = chinese_number(text)
    return "" if value is None else numeral(value + 1)


_NAMED = r"([0-9]{1,3}|[一二三四五六七八九十]{1,3}|[①-⑳])"
_NAMED_RANGE = re.compile(rf"{_NAMED}(?:\s?[至到~～–—-]\s?第?{_NAMED})?")
_MOST_NAMED = 60  # numbers that one range may span


def numbers_of(text: str) -> list[int]:
    """The numbers of `第5至7个`, `第2、3个`, `第三、第七个`, `问题③`."""
    found: list[int] = []
    for match in _NAMED_RANGE.finditer(text):
        first, last = ordinal(match[1]), ordinal(match[2] or match[1])
        if first is not None and last is not None and 0 <= last - first < _MOST_NAMED:
            found += range(first, last + 1)
    return list(dict.fromkeys(found))


_SCALE = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
}
MONEY = (
    r"(?:(?<!\d)(?:\d{1,3}(?:[，,]\d{3}){1,4}|\d{1,12})(?:\.\d{1,6})?"
    r"|(?<![一二三四五六七八九十百千])[零一二两三四五六七八九十百千]{1,9}|[零壹贰叁肆伍陆柒捌玖拾佰仟]{1,9})"
    r"\s{0,2}(?:百万|千万|[万亿百千])?(?:余|多)?\s{0,2}(?:余|多)?元"
)
_MONEY = re.compile(
    r"(?P<number>\d{1,3}(?:[，,]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟]+)"
    r"\s{0,2}(?P<scale>百万|千万|[万亿百千])?\s{0,2}(?:余|多)?\s{0,2}元"
)


def in_yuan(unit: str) -> bool:
    """Whether a unit is one of money: 元, 万元."""
    return unit.endswith("元")


def money(text: str) -> float | None:
    """Yuan of `21.3万元`, `233,740元`, `九千七百五十元`; None when it is no sum."""
    match = _MONEY.fullmatch(view(text).strip())
    if match is None:
        return None
    figure = re.sub(r"[，,]", "", match["number"])
    chinese = None if figure[0].isdigit() else chinese_number(figure)
    if chinese is None and not figure[0].isdigit():
        return None
    value = Decimal(figure) if chinese is None else Decimal(chinese)
    return float(value * _SCALE[match["scale"] or ""])


_CN = "〇零○一二三四五六七八九十"
YEAR = rf"(?:(?:19|20)\s?\d\s?\d|二[{_CN}]{{3}})"
_MONTH_TEXT = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY_TEXT = r"(?:[12]\d|3[01]|0?[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_LOOSE_DAY = r"\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
# a date as people write it; the year may be missing, the day may be a part of the month
DATE = (
    rf"(?:{YEAR}\s?年\s?)?{_MONTH_TEXT}\s?月\s?(?:(?:{_LOOSE_DAY})\s?[日号]|[上中下]旬|底|末|初)?"
    rf"|{YEAR}\s?年\s?(?:底|末|初|年底)?|{YEAR}[./\-]{_MONTH_TEXT}(?:[./\-]{_DAY_TEXT})?"
)
_DATE = re.compile(
    rf"(?:(?P<year>{YEAR})\s?年\s?)?(?P<month>\d{{1,2}}|{_MONTH_TEXT})\s?月\s?(?:(?P<day>{_LOOSE_DAY})\s?[日号]?)?"
)
_DOTTED = re.compile(rf"(?P<year>{YEAR})\s?[./\-]\s?(?P<month>\d{{1,2}})(?:\s?[./\-]\s?(?P<day>\d{{1,2}}))?")
_YEAR_END = re.compile(rf"(?P<year>{YEAR})\s?年\s?年?[底末]")
# 2024717日, 2024年717日, 830日: only where a date must stand (patterns name it apart from DATE)
LOST_DATE = r"(?:(?:19|20)\d\d年?\d{2,4}|(?<!\d)\d{3,4})[日号]"
_LOST = re.compile(r"(?:(?P<year>(?:19|20)\d\d)年?)?(?P<rest>\d{2,4})[日号]")


# what of a text is a year or a day, and no quantity
YEAR_UNIT, YUAN = "年", "元"
A_YEAR = r"(?:19|20)\d\d(?=学?年|至|—|-|～|级|届)"
A_DAY = r"\d{1,2}月(?:份|\d{1,2}[日号])?|\d{1,2}[日号]"
# the whole of a cell, year first: 2025-06-30, 2025/6, 2025年6月
_SHORT_YEAR = re.compile(r"(?<!\d)(2\d)年(?=\d{1,2}月)")  # 25年6月底
_WHOLE_CELL = re.compile(rf"(?:{DATE})[底末]?(?:之前|以前|前)?(?:完成)?")  # what people write into a cell for dates
_CELL_DATE = r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?)?日?"
# so many people (3名, 十二人); the marks of counting in a phrase (给予诫勉2人 → 给予诫勉)
CATEGORY_COUNTERS = ("类", "大类", "大项")  # classifiers that count categories whatever they classify
PEOPLE_COUNTERS = ("人", "名", "人次")
PERSONS = r"(?<!\d)(\d{1,5}|[一二两三四五六七八九十]{1,3})\s?[名位人]"
COUNTING = r"[^一-龥]|[名人次]|[一二两三四五六七八九十](?=[名人])"


def _part(text: str | None) -> int | None:
    return None if not text else int(number(text.replace(" ", "")) or 0)


def whole_year(text: str) -> str:
    """The text with years in four digits: 25年6月 → 2025年6月."""
    return _SHORT_YEAR.sub(r"20\1年", text)


def date_parts(text: str) -> tuple[int | None, int | None, int | None] | None:
    """Year, month and day as written (each may be None); None when the text holds no date."""
    plain = view(text).strip()
    match = _DATE.match(plain) or _DOTTED.match(plain)
    if match:
        return _part(match["year"]), _part(match["month"]), _part(match["day"])
    match = _YEAR_END.match(plain)
    if match:
        return _part(match["year"]), 12, None
    return lost_date(plain)


def cell_date(text: str, year: int | None = None) -> str | None:
    """The ISO date (or month) that the whole of a cell states (`2025-06-30`, `2025年9月底`, `9月底前` of a year)."""
    plain = whole_year(view(text).strip())
    found = re.fullmatch(_CELL_DATE, plain)
    if found:
        return iso(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    parts = date_parts(plain) if _WHOLE_CELL.fullmatch(plain) else None
    return iso(parts[0] or year, parts[1], parts[2]) if parts else None


def lost_date(text: str) -> tuple[int | None, int | None, int | None] | None:
    """A date that lost 年/月 in copying (`2024717日`), when exactly one reading is possible."""
    match = _LOST.fullmatch(text)
    if match is None:
        return None
    year = int(match["year"]) if match["year"] else None
    rest = match["rest"]
    readings = {
        (int(rest[:cut]), int(rest[cut:]))
        for cut in range(1, len(rest))
        if rest[0] != "0" and rest[cut] != "0" and valid(year or 2024, int(rest[:cut]), int(rest[cut:]))
    }
    if len(readings) != 1:
        return None
    month, day = readings.pop()
    return year, month, day


def valid(year: int, month: int, day: int | None = None) -> bool:
    """Whether the calendar has this day (or month)."""
    return 1 <= month <= 12 and (day is None or 1 <= day <= calendar.monthrange(year, month)[1])


def iso(year: int | None, month: int | None, day: int | None = None) -> str | None:
    """`2021-09-06`, or `2021-09` without a day; None when it is no possible date."""
    if year is None or month is None or not valid(year, month, day):
        return None
    return f"{year:04d}-{month:02d}" + (f"-{day:02d}" if day else "")


def iso_date(text: str, year: int | None = None) -> str | None:
    """The ISO form of a written date; `year` stands in for one that is not written."""
    parts = date_parts(text)
    return None if parts is None else iso(parts[0] or year, parts[1], parts[2])


def chinese_date(iso: str | None) -> str:
    """`2024-06-30` as 2024年6月30日 (no zeros in front), `2024-06` as 2024年6月; other text as it is."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", iso or "")
    if not found:
        return iso or ""
    year, month, day = found.groups()
    return f"{year}年{int(month)}月" + (f"{int(day)}日" if day else "")
