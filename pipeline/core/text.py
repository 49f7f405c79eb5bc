"""Text as cells and packages can hold it: characters that can't be stored replaced, formulas disarmed."""

from __future__ import annotations

import re

FORMULA_STARTS = frozenset("=+-@＝＋－＠")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# control characters, lone surrogates and U+FFFE/FFFF can be stored neither in csv readers' nor in Office's text
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> tuple[str, int]:
    """A text of lines that any file can hold, with how many characters had to be replaced by U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.subn(REPLACEMENT, text)


def file_name(path: str) -> str:
    """The name of a file without its folders, as any system writes them."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def place_in_file(path: str, place: str) -> str:
    """A file and where in it, as people are told: 通报.docx（二（三）1）."""
    return f"{file_name(path)}（{place}）" if place else file_name(path)


def cell_text(value: object) -> str:
    """A value as text of a table: nothing for None, true and false, figures without needless digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def storable(text: str) -> str:
    """The text with control characters, lone surrogates and non-characters replaced by U+FFFD."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def guarded(text: str) -> str:
    """`'` before what could start a formula: = + - @ (also full width, also after blanks), TAB, CR, LF."""
    bare = text.lstrip()
    return f"'{text}" if text[:1] in {"\t", "\r", "\n"} or bare[:1] in FORMULA_STARTS else text
