"""How a document was read → text for the terminal: its readings, where they differ, why each piece is what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.core.reading_rows import ReadingPartRow, ReadingRow
from pipeline.core.rows import Tables
from pipeline.ruleset.labels import Labels

_SHOWN = 8  # places in which two readings differ, and characters of their text
_LONG = 36
# the signs in front of a name of evidence, and the words that sets of like places put there
_SIGN = re.compile(r"[-+]\d:[=/]|\^:|(?=[-+]\d:)")
_SET = re.compile(r"(set|value|its)\.(?:set\.)?(next\.)?")
_NEAR = re.compile(r"(?:here|below)\.")


def readings_text(tables: Tables, labels: Labels) -> Iterator[str]:
    """The reading of a document in doubt, the others, and where the next best differs; nothing for one that is sure."""
    document = tables.documents[0]
    chosen = next((one for one in tables.readings if one.chosen), None)
    if chosen is None or document.confidence is None:
        return
    yield f"\n{labels.column('documents', 'confidence')} {document.confidence:.2f}"
    if document.doubts:
        doubts = "、".join(labels.of("doubt", code) for code in document.doubts.split())
        yield f"  {labels.column('documents', 'doubts')}：{doubts}"
    yield f"  采用的读法 {_told(chosen, labels)}"
    others = [one for one in tables.readings if not one.chosen]
    for number, other in enumerate(others):
        yield f"  另一种读法 {_told(other, labels)}"
        yield from _differences(tables, other) if number == 0 else ()


def _told(reading: ReadingRow, labels: Labels) -> str:
    parts = [f"{reading.problems} 个问题", f"{reading.measures} 条措施"]
    parts += [f"{reading.advice} 条意见建议"] if reading.advice else []
    return f"{reading.reading}（{labels.of('form', reading.form)}）：{'、'.join(parts)}"


def _differences(tables: Tables, other: ReadingRow) -> Iterator[str]:
    """Where a problem or measure of one reading is none in the other, in the order of the document."""
    parts = [part for part in tables.reading_parts if part.reading == other.reading]
    found = sorted([*_apart(tables, parts, "problem", "问题"), *_apart(tables, parts, "measure", "措施")])
    for _, line in found[:_SHOWN]:
        yield f"    {line}"
    if len(found) > _SHOWN:
        yield f"    …… 共 {len(found)} 处不同"


def _apart(
    tables: Tables, parts: Sequence[ReadingPartRow], role: str, name: str
) -> Iterator[tuple[tuple[int, int], str]]:
    rows = tables.problems if role == "problem" else tables.measures
    own = {(row.paragraph or 0, row.start or 0): row.problem if hasattr(row, "problem") else row.text for row in rows}
    others = {(part.paragraph or 0, part.start or 0): part.text for part in parts if part.role == role}
    for place in own.keys() - others.keys():
        yield place, f"第 {place[0]} 段“{_cut(own[place])}”不是{name}"
    for place in others.keys() - own.keys():
        yield place, f"第 {place[0]} 段“{_cut(others[place])}”也是{name}"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONG else flat[:_LONG] + "…"


# --- each piece ----------------------------------------------------------------------------------------------------


def atoms_text(tables: Tables, problem: int | None, labels: Labels) -> Iterator[str]:
    """Role, votes and evidence of each piece of a document, or of the paragraphs of one problem."""
    atoms = [atom for atom in tables.atoms if problem is None or atom.paragraph in _paragraphs(tables, problem)]
    if atoms:
        yield "\n逐段判读（正数支持这个角色，负数支持其次的角色）"
    for atom in atoms:
        other = f"；另一种读法：{labels.of('role', atom.other)}" if atom.other and atom.other != atom.role else ""
        yield f"第 {atom.paragraph} 段“{_cut(atom.text)}”：{labels.of('role', atom.role)}"
        yield (f"    把握 {atom.sure:.2f}，其次 {labels.of('role', atom.next_role)} {atom.next_sure:.2f}{other}")
        if atom.evidence:
            yield "    " + "；".join(f"{words(name, labels)} {weight:+.2f}" for name, weight in atom.evidence)


def _paragraphs(tables: Tables, problem: int) -> range:
    """The paragraphs from one problem to the next."""
    rows = {row.seq: row.paragraph or 0 for row in tables.problems}
    behind = [place for place in rows.values() if place > rows[problem]]
    return range(rows[problem], min(behind, default=max((a.paragraph for a in tables.atoms), default=0) + 1))


def words(name: str, labels: Labels) -> str:
    """A name of evidence in words: where it is looked for, then what holds there."""
    known = labels.groups["evidence"]
    where = ""
    for place in (_SIGN, _SET, _NEAR):
        found = place.match(name)
        if found is not None:
            code = "".join(f"{part.rstrip('.')}." for part in found.groups() if part) or found[0]
            where, name = where + known.get(code, ""), name[found.end() :]
    parts, told = name.split("."), ""
    for count in range(len(parts), 0, -1):  # the longest part of the name that has words; the rest as it is
        told = known.get(".".join(parts[:count]), "")
        if told:
            rest = ".".join(parts[count:])
            return f"{where}{told}" + (f"（{rest}）" if rest else "")
    return where + name
