"""Bytes of a text file to characters: which encoding it is, and how sure that is.

In: bytes (and the label that a web page gives itself).  Out: `Decoded`.  One idea: what must decode
strictly is tried in the order of how hard it is to pass by chance (BOM, UTF-8, then GB18030, Big5
and UTF-16 against each other by the share of common characters); only then is anything guessed.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import lru_cache

from pipeline.core.errors import Rejected
from pipeline.core.model import Warned

SAMPLE = 60_000  # characters that are looked at to judge an encoding
COMMON_ENOUGH = 0.75  # honest Chinese has over 0.97 of its characters among the common ones
LOST_AT_MOST = 0.05  # share of replaced characters above which a text is not that encoding

CONTROLS_AT_MOST = 0.2  # share of control characters above which bytes are no text
_CONTROLS = [chr(code) for code in (*range(1, 9), *range(14, 27), *range(28, 32))]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {"utf-8-sig": "utf-8", "cp950": "big5"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters, the encoding's name and what a person should know about it."""

    text: str
    encoding: str
    warnings: tuple[Warned, ...] = ()


@lru_cache(maxsize=1)
def common_simplified() -> frozenset[str]:
    """Level 1 of GB 2312 (3,755 characters in daily use) and its signs."""
    plane = _plane("gb2312", (*range(0xA1, 0xA4), *range(0xB0, 0xD8)), (range(0xA1, 0xFF),))
    return plane | frozenset("—·“”‘’…")


@lru_cache(maxsize=1)
def common_traditional() -> frozenset[str]:
    """Level 1 of Big5 (5,401 characters) and its signs."""
    return _plane("big5", (*range(0xA1, 0xA4), *range(0xA4, 0xC7)), (range(0x40, 0x7F), range(0xA1, 0xFF)))


def _plane(codec: str, leads: tuple[int, ...], trails: tuple[range, ...]) -> frozenset[str]:
    pairs = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for part in trails for trail in part)
    return frozenset(char for pair in pairs for char in pair)


def common_share(text: str) -> float:
    """Share of the characters beyond ASCII that daily Chinese uses; 1 when there are none."""
    foreign = [char for char in text[:SAMPLE] if char > "\x7f" and not char.isspace() and char != "\ufeff"]
    if not foreign:
        return 1.0
    return max(sum(char in known for char in foreign) for known in (common_simplified(), common_traditional())) / len(
        foreign
    )


def decode(data: bytes, label: str = "") -> Decoded:
    """The text of `data`.  `label` is what the file says of itself and is tried last.  Raises bad_encoding."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _checked(data.decode(codec, "replace"), codec)
    if (guess := _wide(data)) is not None:
        return guess
    if (text := _strict(data, "utf-8")) is not None:
        return _checked(text, "utf-8")
    rivals = [
        (common_share(text), codec, text)
        for codec in ("gb18030", "cp950", "utf-16-le", "utf-16-be")
        if (text := _strict(data, codec)) is not None
    ]
    if rivals:
        share, codec, text = max(rivals, key=lambda rival: rival[0])
        if share >= COMMON_ENOUGH:
            return _checked(text, codec, guessed=codec != "gb18030")
    return _damaged(data) or _labelled(data, label) or _detected(data)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: its digits, blanks and line ends have a NUL on one side only."""
    piece = data[:SAMPLE]
    even, odd = piece[0::2].count(0), piece[1::2].count(0)
    if max(even, odd) * 50 < len(piece) or max(even, odd) < 5 * min(even, odd) or len(data) < 4:
        return None
    codec = "utf-16-be" if even > odd else "utf-16-le"
    text = data.decode(codec, "replace")
    return _checked(text, codec, guessed=True) if common_share(text) >= COMMON_ENOUGH else None


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 or GB18030 with some bytes lost (cut off, a wrong download)."""
    best: tuple[float, str, str] | None = None
    for codec in ("utf-8", "gb18030"):
        text = data.decode(codec, "replace")
        lost = text.count("\ufffd") / max(1, sum(char > "\x7f" for char in text))
        if lost <= LOST_AT_MOST + 1 / max(1, len(text)) and common_share(text) >= COMMON_ENOUGH:
            best = min(best, (lost, codec, text)) if best else (lost, codec, text)
    return _checked(best[2], best[1], guessed=True) if best else None


def _labelled(data: bytes, label: str) -> Decoded | None:
    text = _strict(data, label) if label else None
    return _checked(text, label.lower(), guessed=True) if text is not None and common_share(text) >= 0.5 else None


def _detected(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes  # heavy, and hardly ever needed

    best = from_bytes(data[:SAMPLE]).best()
    text = _strict(data, best.encoding) if best is not None else None
    if best is None or text is None or common_share(text) < COMMON_ENOUGH:
        raise Rejected("bad_encoding", "不是 UTF-8、GB18030、Big5 或 UTF-16")
    return _checked(text, best.encoding, guessed=True)


def _checked(text: str, codec: str, *, guessed: bool = False) -> Decoded:
    """The result, its NULs taken out and its losses counted."""
    if sum(map(text.count, _CONTROLS)) > CONTROLS_AT_MOST * len(text):
        raise Rejected("unknown_format", "满是控制字符，不是文字")
    name = _NAMES.get(codec, codec)
    lost, nuls = text.count("\ufffd"), text.count("\x00")
    warnings = []
    if guessed:
        warnings.append(Warned("encoding_guessed", f"编码按内容判断为 {name}，请核对有无乱码"))
    if lost or nuls:
        warnings.append(Warned("characters_replaced", f"有 {lost + nuls} 个字符无法识别，已替换或略去"))
    return Decoded(text.replace("\x00", "").removeprefix("\ufeff"), name, tuple(warnings))
