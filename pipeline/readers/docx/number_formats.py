"""A number in one of Word's numbering formats: value and format name in, the characters Word shows out.

The formats are those of ECMA-376, 17.18.59 (ST_NumberFormat).  A value that a format has no character
for is shown in digits, as Word does.
"""

from __future__ import annotations

from collections.abc import Callable

CIRCLE = "○"  # U+25CB: the zero of the Chinese counting formats; the digital ones have 〇 (U+3007)
PLAIN = "一二三四五六七八九"
LEGAL_SIMPLIFIED = "壹贰叁肆伍陆柒捌玖"
LEGAL_TRADITIONAL = "壹貳參肆伍陸柒捌玖"
LEGAL_JAPANESE = "壱弐参四伍六七八九"
KOREAN = "일이삼사오육칠팔구"
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
GANADA = "가나다라마바사아자차카타파하"
CHOSUNG = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
CHICAGO = "*†‡§"
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def positional(value: int, digits: str, zero: str) -> str:
    """Digit by digit: 105 → 一〇五."""
    return "".join(zero if digit == "0" else digits[int(digit) - 1] for digit in str(value))


def under_hundred(value: int, digits: str, zero: str) -> str:
    """With 十 below a hundred (十一, 二十), digit by digit from there on (一○五)."""
    if not 10 <= value < 100:
        return positional(value, digits, zero)
    tens, ones = divmod(value, 10)
    return (digits[tens - 1] if tens > 1 else "") + "十" + (digits[ones - 1] if ones else "")


def counted(value: int, digits: str, units: str, *, zero: str = "", one: str = "always") -> str:
    """With the units 十百千万: 105 → 一百○五.

    `zero` stands once for skipped places inside the number.  `one` says where a leading 一 is
    written: "always" (壹拾), "not_ten" (十一 but 一百一十), "never" (Japanese 百十一).
    """
    if value == 0:
        return zero or "〇"
    high, low = divmod(value, 10_000)
    text = counted(high, digits, units, zero=zero, one=one) + units[3] if high else ""
    missing = False
    for place in (3, 2, 1, 0):
        digit = low // 10**place % 10
        if digit == 0:
            missing = True
            continue
        if missing and text:
            text += zero
        missing = False
        bare = place and digit == 1 and (one == "never" or (one == "not_ten" and place == 1 and not text))
        text += ("" if bare else digits[digit - 1]) + (units[place - 1] if place else "")
    return text


def listed(value: int, characters: str) -> str:
    """One character a value, digits beyond the last."""
    return characters[value - 1] if 1 <= value <= len(characters) else str(value)


def repeated(value: int, characters: str) -> str:
    """a … z, aa, bb …: the character again for each round, as Word letters its lists."""
    if value < 1:
        return str(value)
    rounds, place = divmod(value - 1, len(characters))
    return characters[place] * min(rounds + 1, 100)


def cycled(value: int, characters: str) -> str:
    return characters[(value - 1) % len(characters)] if value >= 1 else str(value)


def code_range(first: int, count: int) -> str:
    return "".join(chr(first + place) for place in range(count))


def roman(value: int) -> str:
    if not 1 <= value <= 32_767:
        return str(value)
    text = ""
    for worth, letters in ROMAN:
        times, value = divmod(value, worth)
        text += letters * times
    return text


def cardinal(value: int) -> str:
    """English words: 21 → twenty-one."""
    if value >= 1_000_000:
        return str(value)
    if value >= 1_000:
        high, low = divmod(value, 1_000)
        return cardinal(high) + " thousand" + (" " + cardinal(low) if low else "")
    if value >= 100:
        high, low = divmod(value, 100)
        return ONES[high] + " hundred" + (" " + cardinal(low) if low else "")
    if value >= 20:
        high, low = divmod(value, 10)
        return TENS[high] + ("-" + ONES[low] if low else "")
    return ONES[value]


def ordinal_text(value: int) -> str:
    words = cardinal(value)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:cut], words[cut:]
    if last.isdigit():
        return words
    return head + (ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th"))


def ordinal(value: int) -> str:
    suffix = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


def sexagenary(value: int) -> str:
    """甲子 … 癸亥, then digits."""
    return STEMS[(value - 1) % 10] + BRANCHES[(value - 1) % 12] if 1 <= value <= 60 else str(value)


def not_shown(_value: int) -> str:
    return ""


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": lambda value: str(value).translate(FULL_WIDTH),
    "decimalFullWidth2": lambda value: str(value).translate(FULL_WIDTH),
    "decimalEnclosedCircle": lambda value: listed(value, code_range(0x2460, 20)),
    "decimalEnclosedCircleChinese": lambda value: listed(value, code_range(0x2460, 10)),
    "decimalEnclosedParen": lambda value: listed(value, code_range(0x2474, 20)),
    "decimalEnclosedFullstop": lambda value: listed(value, code_range(0x2488, 20)),
    "numberInDash": lambda value: f"- {value} -",
    "hex": lambda value: f"{value:X}",
    "upperRoman": roman,
    "lowerRoman": lambda value: roman(value).lower(),
    "upperLetter": lambda value: repeated(value, code_range(ord("A"), 26)),
    "lowerLetter": lambda value: repeated(value, code_range(ord("a"), 26)),
    "ordinal": ordinal,
    "cardinalText": lambda value: cardinal(value).capitalize(),
    "ordinalText": lambda value: ordinal_text(value).capitalize(),
    "chicago": lambda value: repeated(value, CHICAGO),
    "chineseCounting": lambda value: under_hundred(value, PLAIN, CIRCLE),
    "taiwaneseCounting": lambda value: under_hundred(value, PLAIN, CIRCLE),
    "chineseCountingThousand": lambda value: counted(value, PLAIN, "十百千万", zero=CIRCLE, one="not_ten"),
    "taiwaneseCountingThousand": lambda value: counted(value, PLAIN, "十百千萬", zero=CIRCLE, one="not_ten"),
    "chineseLegalSimplified": lambda value: counted(value, LEGAL_SIMPLIFIED, "拾佰仟萬", zero="零"),
    "ideographLegalTraditional": lambda value: counted(value, LEGAL_TRADITIONAL, "拾佰仟萬", zero="零"),
    "japaneseCounting": lambda value: counted(value, PLAIN, "十百千万", one="never"),
    "japaneseLegal": lambda value: counted(value, LEGAL_JAPANESE, "拾百阡萬"),
    "koreanCounting": lambda value: counted(value, KOREAN, "십백천만", one="never"),
    "ideographDigital": lambda value: positional(value, PLAIN, "〇"),
    "japaneseDigitalTenThousand": lambda value: positional(value, PLAIN, "〇"),
    "taiwaneseDigital": lambda value: positional(value, PLAIN, CIRCLE),
    "koreanDigital": lambda value: positional(value, KOREAN, "영"),
    "koreanDigital2": lambda value: positional(value, PLAIN, "零"),
    "ideographTraditional": lambda value: listed(value, STEMS),
    "ideographZodiac": lambda value: listed(value, BRANCHES),
    "ideographZodiacTraditional": sexagenary,
    # named after circles, but the characters are the ones in brackets: ㈠ ㈡ …
    "ideographEnclosedCircle": lambda value: listed(value, code_range(0x3220, 10)),
    "aiueo": lambda value: cycled(value, AIUEO),
    "aiueoFullWidth": lambda value: cycled(value, AIUEO),
    "iroha": lambda value: cycled(value, IROHA),
    "irohaFullWidth": lambda value: cycled(value, IROHA),
    "ganada": lambda value: cycled(value, GANADA),
    "chosung": lambda value: cycled(value, CHOSUNG),
    "russianLower": lambda value: repeated(value, RUSSIAN),
    "russianUpper": lambda value: repeated(value, RUSSIAN.upper()),
    "none": not_shown,
    "bullet": not_shown,
}


def format_number(value: int, name: str, pattern: str = "") -> str:
    """`value` in the format `name`; `pattern` is the sample of a custom format ("001, 002, …").

    A format that is not known here (Thai, Hebrew …) is shown in digits.
    """
    if name == "custom":
        return str(value).zfill(min(len(pattern.split(",")[0].strip()), 10))
    return FORMATS.get(name, str)(max(value, 0))
