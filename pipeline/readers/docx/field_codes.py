"""Fields of a docx: which text is instruction and which is shown.

A field is `begin`, instruction, `separate`, result, `end`, spread over runs and even paragraphs, and may
hold others in both halves.  Some show something without a result: ticked boxes, lists to choose from, and
the EQ fields by which Word puts a number in a circle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from pipeline.readers.docx.names import VAL, W
from pipeline.readers.docx.styles import is_on, whole

KIND = W + "fldCharType"
EQUATION = re.compile(r"\s*eq\b", re.IGNORECASE)
OVERLAID = re.compile(r"\\o\s*(?:\\a[cr]\s*)?\(\s*([○◯〇Oo□☐])\s*[,，;；]\s*([^\s()]{1,4})\s*\)", re.IGNORECASE)
ARGUMENTS = re.compile(r"\(([^()\\]*)\)")
BOXED = {"√": "☑", "✓": "☑", "×": "☒", "✗": "☒"}


@dataclass(slots=True)
class Open:
    """A field that has begun."""

    fallback: str = ""
    result: bool = False
    instruction: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    """The fields that are open at a place in a story."""

    stack: list[Open] = field(default_factory=list)
    instructions: int = 0  # how many of them are still in their instruction

    @property
    def hiding(self) -> bool:
        """The place is inside an instruction: nothing is shown."""
        return self.instructions > 0

    def step(self, element: etree._Element) -> str:
        """Take a `w:fldChar`; gives what a field without a result shows, when it ends."""
        kind = element.get(KIND)
        shown = ""
        if kind == "begin":
            self.stack.append(Open(chosen(element)))
            self.instructions += 1
        elif kind == "separate" and self.stack:
            self.instructions -= not self.stack[-1].result
            self.stack[-1].result = True
        elif kind == "end" and self.stack:
            closed = self.stack.pop()
            if not closed.result:
                self.instructions -= 1
                shown = closed.fallback or equation("".join(closed.instruction))
        return shown

    def instruct(self, text: str) -> None:
        if self.stack and not self.stack[-1].result:
            self.stack[-1].instruction.append(text)


def are_whole(root: etree._Element) -> bool:
    """Whether all fields of a part end; in a broken one nothing may be hidden by them."""
    depth = 0
    for element in root.iter(W + "fldChar"):
        kind = element.get(KIND)
        depth += (kind == "begin") - (kind == "end")
        if depth < 0:
            return False
    return depth == 0


def checkbox(element: etree._Element) -> str:
    """The box of a form field, ticked or not; "" for other fields."""
    box = element.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return ""
    state = box.find(W + "checked")
    if state is None:
        state = box.find(W + "default")
    return "☑" if state is not None and is_on(state) else "☐"


def chosen(element: etree._Element) -> str:
    """The entry that is chosen in a form's list; "" for other fields."""
    choices = element.find(f"{W}ffData/{W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(VAL) or "" for entry in choices.iterchildren(W + "listEntry")]
    result = choices.find(W + "result")
    place = whole(result.get(VAL), 0, 0, 1_000) if result is not None else 0
    return entries[place] if place < len(entries) else ""


def equation(instruction: str) -> str:
    """What an EQ field shows: `\\o\\ac(○,3)` is ③, `\\o\\ac(□,√)` is ☑; else its arguments.

    Other instructions show nothing.
    """
    if EQUATION.match(instruction) is None:
        return ""
    match = OVERLAID.search(instruction)
    if match is None:
        return "/".join(part.strip() for part in re.split("[,，;；]", "".join(ARGUMENTS.findall(instruction))))
    frame, inside = match.groups()
    if frame in "□☐":
        return BOXED.get(inside, inside)
    if inside.isdecimal() and 1 <= int(inside) <= 20:
        return chr(0x2460 + int(inside) - 1)
    return inside
