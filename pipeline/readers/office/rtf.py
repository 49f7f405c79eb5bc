"""RTF before LibreOffice sees it: is it whole, and can nothing in it make LibreOffice open a file or an address?

LibreOffice 7.4 opens what INCLUDEPICTURE of an RTF names on this machine, whatever its profile says; so the
instructions of fields go out, but for a few that only draw or count.  What a field shows stays.
"""

from __future__ import annotations

import re

from pipeline.core.errors import Rejected

DEPTH = 1_000
_TOKEN = re.compile(rb"\\bin(\d{1,9}) ?|\\(?:fldinst|template|objdata)(?![a-z])|\\[\\{}']|[{}]")
_HARMLESS = re.compile(rb"\s*(?:EQ|SYMBOL|FORMTEXT|FORMCHECKBOX|FORMDROPDOWN|SEQ|PAGE|NUMPAGES|=)\b", re.IGNORECASE)
_CONTROL = re.compile(rb"\\[a-z]{1,32}-?\d{0,10} ?|[{}\r\n]")


def without_instructions(data: bytes) -> bytes:
    """The file with instructions that may name something outside blanked.  Raises bad_rtf when it is not whole."""
    out = bytearray(data)
    opened: list[tuple[int, int]] = []  # of each instruction that is open: depth, where it starts
    depth = at = 0
    while found := _TOKEN.search(data, at):
        token = found[0]
        at = found.end() + (int(found[1]) if found[1] else 0)
        if found[1] and opened:
            at = min(at, len(data))
            out[found.start() : at] = b" " * (at - found.start())  # braces in raw bytes close nothing
        if token == b"{":
            depth += 1
            if depth > DEPTH:
                raise Rejected("bad_rtf", f"嵌套超过 {DEPTH} 层")
        elif token == b"}":
            while opened and opened[-1][0] >= depth:
                _blank(out, opened.pop()[1], found.start())
            depth -= 1
            if depth == 0:
                return bytes(out[: found.end()])  # what follows the outermost brace does not count
        elif token[1:2].isalpha() and not token.startswith(b"\\bin"):
            opened.append((depth, found.end()))
    raise Rejected("bad_rtf", "文件不完整")


def _blank(out: bytearray, start: int, end: int) -> None:
    """Blank the content of a group, but for its braces, unless it is a harmless instruction."""
    content = bytes(out[start:end])
    plain = _CONTROL.sub(b"", content)
    if _HARMLESS.match(plain) and b"\\field" not in content and b"\\'" not in content and b"\\u" not in content:
        return
    # the braces stay where they are, so that the groups still close
    out[start:end] = re.sub(rb"[^{}]", b" ", re.sub(rb"\\[{}\\]", b"  ", content))
