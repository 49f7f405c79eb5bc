"""Characters of symbol fonts (Wingdings …) as ordinary ones: ticked boxes, ticks, bullets.

Word keeps such a character as a number in the font's own table, often moved to the private area
U+F000–F0FF, where no other font shows anything.
"""

from __future__ import annotations

import re

PRIVATE = re.compile("[\uf000-\uf0ff]")

WINGDINGS = {
    0x6C: "●",
    0x6D: "❍",
    0x6E: "■",
    0x6F: "□",
    0x70: "□",
    0x71: "❑",
    0x72: "❒",
    0x73: "◆",
    0x74: "◆",
    0x75: "◆",
    0x76: "❖",
    0x77: "◆",
    0x78: "☒",
    0x9E: "·",
    0x9F: "•",
    0xA1: "○",
    0xA2: "○",
    0xA3: "○",
    0xA4: "◉",
    0xA5: "◎",
    0xA7: "▪",
    0xA8: "☐",
    0xAB: "★",
    0xB2: "✧",
    0xD8: "➢",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
    0x46: "☞",
    0x4A: "☺",
    0x22: "✂",
    0x28: "☎",
    0x2A: "✉",
    **{0x80 + digit: "⓪①②③④⑤⑥⑦⑧⑨⑩"[digit] for digit in range(11)},
    **{0x8B + digit: "⓿❶❷❸❹❺❻❼❽❾❿"[digit] for digit in range(11)},
}
WINGDINGS_2 = {
    0x4F: "✗",
    0x50: "✓",
    0x51: "☒",
    0x52: "☑",
    0x53: "☒",
    0x54: "☒",
    0x55: "⊗",
    0x56: "⊗",
    0x81: "①",
    0x97: "●",
    0x98: "●",
    0x99: "○",
    0xA0: "■",
    0xA2: "■",
    0xA3: "☐",
    0xA4: "☐",
    0xA5: "☐",
    0xAE: "◆",
    **{0x6A + digit: "①②③④⑤⑥⑦⑧⑨⑩"[digit] for digit in range(10)},
}
SYMBOL = {
    0xB7: "•",
    0xA8: "♦",
    0xAE: "→",
    0xB0: "°",
    0xB1: "±",
    0xB3: "≥",
    0xA3: "≤",
    0xB4: "×",
    0xB8: "÷",
    0xB9: "≠",
    0xBB: "≈",
    0xD6: "√",
    0xDE: "⇒",
    0x2D: "−",
    0xE5: "∑",
    0x25: "%",
    0x61: "α",
    0x62: "β",
    0x67: "γ",
    0x64: "δ",
    0x70: "π",
    0x57: "Ω",
    0x6D: "μ",
    0x6C: "λ",
    0x71: "θ",
    0x73: "σ",
    0x53: "Σ",
    0x44: "Δ",
}
WEBDINGS = {0x61: "✓", 0x72: "✗", 0x63: "□", 0x67: "■", 0x6E: "●", 0x3D: "●"}
FONTS = {"wingdings": WINGDINGS, "wingdings 2": WINGDINGS_2, "symbol": SYMBOL, "webdings": WEBDINGS}
# a private character whose font is not stated: the same reading in most fonts that bullets use
UNSTATED = {**WINGDINGS, 0xB7: "•"}
UNKNOWN = "\ufffd"


def visible(character: str, font: str) -> str:
    """What a person sees; U+FFFD when that is not known, the character itself in an ordinary font."""
    code = ord(character)
    private = 0xF000 <= code <= 0xF0FF
    table = FONTS.get(font.lower())
    if table is None:
        return UNSTATED.get(code & 0xFF, UNKNOWN) if private else character
    if not private and code > 0xFF:
        return character
    low = code & 0xFF
    ordinary = chr(low) if table is SYMBOL and 0x20 <= low < 0x40 else UNKNOWN
    return table.get(low, ordinary)


def visible_text(text: str, font: str) -> str:
    """`text` with the private characters in it made visible."""
    return PRIVATE.sub(lambda match: visible(match.group(), font), text)
