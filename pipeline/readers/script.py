"""Is a text what it should be: simplified Chinese, not a traditional or glossed copy, not mojibake?

In: text.  Out: a name, a warning, or `Rejected`.  One idea: which characters only one of the two national
character sets holds says which script a text is in, so no list has to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.core.errors import Rejected
from pipeline.core.model import Document, Warned
from pipeline.readers.encoding import COMMON_ENOUGH, SAMPLE, common_share
from pipeline.readers.lines import shapes

ENOUGH = 20  # Chinese characters below which nothing can be said
_COMMON = 0.6  # share of everyday characters below which a text is no usual Chinese
_WESTERN, _CHINESE = ("latin-1", "cp1252"), ("gb18030", "big5")  # encodings that programs take others for
_HAN = re.compile(r"[\u4e00-\u9fff]")
_GLOSS = re.compile(r"[\u4e00-\u9fff][（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹ]{1,6}[1-5]?[)）]")
_LATIN = re.compile(r"[\u00a1-\u00ff]")


@lru_cache(maxsize=8192)
def _script_of(char: str) -> int:
    """1: only traditional, -1: only simplified, 0: both or neither."""
    simplified, traditional = _has(char, "gb2312"), _has(char, "big5")
    return int(traditional) - int(simplified)


def _has(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def script(text: str) -> str:
    """simplified, traditional or glossed (每个字后带拼音)."""
    piece = text[:SAMPLE]
    han = _HAN.findall(piece)
    if len(han) < ENOUGH:
        return "simplified"
    if len(_GLOSS.findall(piece)) >= max(5, len(han) // 50):
        return "glossed"
    marks = [_script_of(char) for char in han]
    traditional, simplified = marks.count(1), marks.count(-1)
    return "traditional" if traditional > simplified and traditional >= len(han) // 20 else "simplified"


def mojibake(text: str) -> str:
    """What shows that the text went through a wrong encoding before it came here, or ""."""
    piece = text[:SAMPLE]
    han, foreign = len(_HAN.findall(piece)), sum(char > "\x7f" for char in piece)
    if (ruins := shapes().mojibake.findall(piece)) and len(ruins) * 100 >= han:
        return f"出现“{ruins[0]}”等乱码 {len(ruins)} 处"
    if foreign >= ENOUGH and len(_LATIN.findall(piece)) * 2 > foreign and _mistaken(piece, _WESTERN):
        return "汉字成了西文字母"
    if _rare(piece) and han * 2 > foreign and _mistaken(piece, _CHINESE):
        return "汉字成了别的汉字"
    if piece.count("?") >= ENOUGH and piece.count("?") > 2 * han:
        return "汉字成了问号"
    return ""


def _rare(piece: str) -> bool:
    """Whether most of its letters are such as no paper of today's Chinese has many of."""
    return sum(char > "\x7f" for char in piece) >= 2 * ENOUGH and common_share(piece) < _COMMON


def _mistaken(piece: str, codecs: Sequence[str]) -> bool:
    """Whether the characters, taken back to bytes, are everyday Chinese in another encoding; rare ones are not."""
    for data, wrong in ((piece.encode(codec, "ignore"), codec) for codec in codecs):
        for text in (data.decode(codec, "ignore") for codec in ("utf-8", *_CHINESE) if codec != wrong):
            if len(_HAN.findall(text)) >= max(ENOUGH // 2, len(piece) // 8) and common_share(text) >= COMMON_ENOUGH:
                return True
    return False


def check_text(document: Document, text: str) -> tuple[Warned, ...]:
    """What is doubtful about a document's text.

    A file whose encoding we had to find and that went through a wrong one is refused as bad_encoding, a PDF whose fonts
    give no characters as no_text; a package says its characters itself: what looks ruined there is another language.
    A text of rare characters is read: nothing shows that they are wrong.  Raises traditional_script too.
    """
    ruin, rare = mojibake(text), _rare(text[:SAMPLE])
    if ruin and document.encoding:
        raise Rejected("bad_encoding", ruin)
    if (ruin or rare) and document.format == "pdf":
        raise Rejected("no_text", ruin or "多数字符不是常用汉字")
    found = "simplified" if rare else script(text)
    if found != "simplified":
        raise Rejected("traditional_script", "繁体字" if found == "traditional" else "字后带拼音")
    if not (ruin or rare):
        return ()
    return (Warned("foreign_text", f"文字不像中文材料（{ruin or '多数字符不是常用汉字'}），请对照原件"),)
