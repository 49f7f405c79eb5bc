"""Atoms → evidence: what each atom looks like, as names that weights can add up.  Nothing here decides anything.

Names come from rules (`FIELDS`: which rule of a field an atom's words match) and from an atom's surroundings: its
label and how labels nest in this paper, how often its key recurs here, length, stop, place, style, column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.core.model import Block, Document
from pipeline.extract.atoms import BRACKET, CLAUSE, KEY, PIECE, Atom, Atoms
from pipeline.ruleset.rule import Rules

# fields of rules that are evidence where they match at an atom's start, and anywhere in it
AT_START = (
    "frame",
    "part",
    "break",
    "rectification",
    "effect",
    "facet",
    "responsibility",
    "status_group",
    "answers",
    "title_line",
    "signature_date",
    "signature_name",
    "unlabelled",
    "assigned",
    "school_heading",
)
INSIDE = ("listing", "advice_lead", "heading_note", "announce_next", "covers")
OUTWARD = (
    "label", "key.", "form", "status", "rule.rectification", "rule.responsibility", "word.problem", "word.done", "stop",
    "block.first", "rule.frame", "set.", "word.office", "word.person", "word.some", "word.total", "opens.", "length",
    "word.verb_first", "rule.part", "nest",
)  # fmt: skip
SIGNS = ("-1:=", "-1:/", "+1:=", "+1:/", "-2:=", "-2:/", "^:")  # of what stands beside an atom
_NEAR = 12  # atoms in which the next block is looked for
_SHORT, _MIDDLE, _LONG = 10, 24, 60
_OFTEN = 3


def evidence(document: Document, atoms: Atoms, rules: Rules) -> list[frozenset[str]]:
    """The names that hold for each atom, its neighbours' with a sign in front (`-1:`, `+1:`, `^:` next block)."""
    return with_neighbours(own_evidence(document, atoms, rules), [atom.block for atom in atoms.items])


def own_evidence(document: Document, atoms: Atoms, rules: Rules) -> list[set[str]]:
    """The names that hold for each atom by itself and by the paper that it stands in."""
    own = [set(_own(document, atoms, number, rules)) for number in range(len(atoms.items))]
    for number, names in enumerate(_around(atoms)):
        own[number] |= names
    paper = _paper(atoms, rules)
    _together(atoms, own)
    for number, names in enumerate(_sets(document, atoms, own)):
        own[number] |= names | paper
    return own


def with_neighbours(own: Sequence[set[str]], blocks: Sequence[int]) -> list[frozenset[str]]:
    """Each atom's own evidence and what its neighbours show outwards."""
    outward = [[name for name in names if name.startswith(OUTWARD)] for names in own]
    found: list[frozenset[str]] = []
    for names, beside in zip(own, neighbours(blocks), strict=True):
        whole = set(names)
        for sign, other in beside:
            whole |= {sign + name for name in outward[other]} if other is not None else {sign}
        found.append(frozenset(whole))
    return found


def neighbours(blocks: Sequence[int]) -> Iterator[list[tuple[str, int | None]]]:
    """For each atom its neighbours with their signs (`=` same block, `/` another); None where there is none."""
    count = len(blocks)
    for number, block in enumerate(blocks):
        found: list[tuple[str, int | None]] = []
        for sign, other in (("-1:", number - 1), ("+1:", number + 1), ("-2:", number - 2)):
            if 0 <= other < count:
                found.append((sign + ("=" if blocks[other] == block else "/"), other))
            else:
                found.append((f"{sign}none", None))
        behind = next((k for k in range(number + 1, min(number + _NEAR, count)) if blocks[k] != block), None)
        if behind is not None:
            found.append(("^:", behind))
        yield found


def _own(document: Document, atoms: Atoms, number: int, rules: Rules) -> Iterator[str]:
    atom = atoms.items[number]
    block = document.blocks[atom.block]
    text = atoms.text(atom)
    body = text.rstrip("。；，：、！？ \n")
    yield f"form.{atom.form}"
    if behind_dash(atoms, atom):
        yield "opens.dash"
    yield from _shape(atom, block, text, body)
    if atom.form == KEY:
        yield from _named("rectification", text if text.rstrip().endswith("：") else text.rstrip() + "：", rules)
        yield from _named("effect", text.rstrip() + "：", rules)
        yield from _named("responsibility", text.rstrip() + "：", rules)
        yield from _named("frame", text.rstrip() + "：某问题", rules)
        return
    inner = atom.key if atom.form == BRACKET else text
    status = rules.at("status", inner)
    if status is not None:
        yield "status.whole" if status.end >= len(inner.rstrip("。；， ")) else "status.opens"
        yield f"status.{status.rule.value}"
    for field in AT_START:
        yield from _named(field, inner, rules)
    for field in INSIDE:
        if rules.first(field, inner) is not None:
            yield f"rule.{field}"
    for rule in rules.within("evidence", body):
        if rule.search(body) is not None:
            yield rule.id
    if atom.mark is None and status is None and rules.first("status", body) is not None:
        yield "status.inside"


def _together(atoms: Atoms, own: Sequence[set[str]]) -> None:
    """A paragraph with several clauses of one opening (有的…；有的…) is evidence for each of its atoms."""
    opened = Counter(atom.block for atom, names in zip(atoms.items, own, strict=True) if "word.some" in names)
    for atom, names in zip(atoms.items, own, strict=True):
        if opened[atom.block] > 1:
            names.add("block.some")


def behind_dash(atoms: Atoms, atom: Atom) -> bool:
    """Whether an atom stands behind a dash within its paragraph (计划照抄——重新制定计划)."""
    return atoms.views[atom.block][max(0, atom.start - 2) : atom.start] == "——"


def _named(field: str, text: str, rules: Rules) -> Iterator[str]:
    hit = rules.at(field, text)
    if hit is not None:
        yield f"rule.{field}"
        if hit.rule.value or field in ("responsibility", "effect"):
            yield f"rule.{field}.{hit.value if len(hit.value) < 24 and hit.value.isascii() else ''}"


def _shape(atom: Atom, block: Block, text: str, body: str) -> Iterator[str]:
    size = len(body)
    yield "length." + (
        "none"
        if not size
        else "short"
        if size <= _SHORT
        else "middle"
        if size <= _MIDDLE
        else "long"
        if size <= _LONG
        else "longer"
    )
    end = text[-1:] if text else ""
    yield "stop." + {"。": "full", "；": "semicolon", "：": "colon", "，": "comma"}.get(end, "none")
    if atom.first:
        yield "block.first"
    if atom.last:
        yield "block.last"
    if atom.first and atom.last:
        yield "block.only"
    if block.align:
        yield f"align.{block.align}"
    if block.style.startswith("heading"):
        yield "style.heading"
    if block.bold and atom.start < block.bold:
        yield "style.bold"
    if block.kind == "cell":
        yield "cell"
    if block.part != "body":
        yield f"part.{block.part}"
    if any(char.isdigit() for char in body):
        yield "has.digit"
    if "《" in body:
        yield "has.title"
    if "“" in body:
        yield "has.quote"
    if "，" in body:
        yield "has.comma"
    if atom.mark is not None:
        yield "label"
        yield f"label.{atom.mark.scheme.rstrip('+').split()[0]}"
        if atom.mark.number == 1:
            yield "label.one"
        if atom.mark.inline:
            yield "label.inline"
        if atom.mark.enumerator:
            yield "label.enumerator"


def _around(atoms: Atoms) -> list[set[str]]:
    """Evidence from the whole paper: nesting of labels, recurring keys and lines, place in the paper."""
    items = atoms.items
    found: list[set[str]] = [set() for _ in items]
    _nesting(items, found)
    keys = Counter(atom.key for atom in items if atom.form == KEY)
    lines = Counter(atoms.text(atom) for atom in items if atom.form == PIECE and atom.first and atom.last)
    for number, atom in enumerate(items):
        if atom.form == KEY:
            found[number].add("key.often" if keys[atom.key] >= _OFTEN else "key.seldom")
        elif atom.form == PIECE and atom.first and atom.last and lines[atoms.text(atom)] >= _OFTEN:
            found[number].add("line.often")
    labelled = [number for number, atom in enumerate(items) if atom.mark is not None]
    first, last = (labelled[0], labelled[-1]) if labelled else (len(items), -1)
    for number in range(len(items)):
        if number < first:
            found[number].add("place.before_labels")
        if number >= last:
            found[number].add("place.behind_labels")
        share = number / max(1, len(items))
        if number < 4:
            found[number].add("place.start")
        if len(items) - number <= 4:
            found[number].add("place.end")
        found[number].add("place.first_tenth" if share < 0.1 else "place.last_tenth" if share > 0.9 else "place.middle")
    return found


def _nesting(items: Sequence[Atom], found: list[set[str]]) -> None:
    """How the labels of this paper nest: the depth of each label's scheme, and whether the next label goes deeper."""
    labelled = [(number, atom.mark.scheme.rstrip("+")) for number, atom in enumerate(items) if atom.mark is not None]
    depth: dict[str, int] = {}
    stack: list[str] = []
    for _, scheme in labelled:
        if scheme in stack:
            del stack[stack.index(scheme) + 1 :]
        else:
            stack.append(scheme)
        depth.setdefault(scheme, len(stack) - 1)
    times = Counter(scheme for _, scheme in labelled)
    deepest = max(depth.values(), default=0)
    for k, (number, scheme) in enumerate(labelled):
        here = found[number]
        here.add(f"nest.depth{min(depth[scheme], 4)}")
        if depth[scheme] == deepest:
            here.add("nest.deepest")
        here.add("nest.many" if times[scheme] >= 8 else "nest.few" if times[scheme] <= 3 else "nest.some")
        if k + 1 < len(labelled):
            following = labelled[k + 1][1]
            relation = "same" if following == scheme else "deeper" if depth[following] > depth[scheme] else "up"
            here.add(f"nest.next_{relation}")
            here.add("nest.next_near" if labelled[k + 1][0] == number + 1 else "nest.next_far")
        else:
            here.add("nest.next_none")
        if k:
            before = labelled[k - 1][1]
            relation = "same" if before == scheme else "deeper" if depth[before] > depth[scheme] else "up"
            here.add(f"nest.before_{relation}")
    at = -1
    for number in range(len(items)):
        if items[number].mark is not None:
            at = number
        elif at >= 0:
            scheme = items[at].mark.scheme.rstrip("+")  # type: ignore[union-attr]
            found[number].add(f"under.depth{min(depth[scheme], 4)}")
            if items[at].mark.enumerator:  # type: ignore[union-attr]
                found[number].add("under.enumerator")
            if depth[scheme] == deepest:
                found[number].add("under.deepest")


_MOST = 0.6
_TOLD = frozenset(
    {"word.some", "word.total", "word.problem", "word.done", "word.verb_first", "word.reason", "word.person",
     "word.office", "has.digit",
     "length.short", "length.middle", "length.long", "length.longer", "stop.full", "stop.none", "word.problem_end",
     "rule.frame", "rule.part", "block.only", "word.future", "word.aspect_end", "status.whole", "status.opens"}
)  # fmt: skip


def forms_of(document: Document, atoms: Atoms) -> list[str]:
    """The form of each atom: atoms of one form in a paper most often play one role."""
    items = atoms.items
    return [
        "behind ——" if behind_dash(atoms, atom) else _form(document, atom, items[k - 1] if k else None)
        for k, atom in enumerate(items)
    ]


def _form(document: Document, atom: Atom, before: Atom | None) -> str:
    """What makes atoms of one paper alike: a label's scheme, a key, the key they stand behind, or their look."""
    if atom.mark is not None:
        return f"label {atom.mark.scheme}"
    if atom.form == KEY:
        return f"key {atom.key}"
    if before is not None and before.form == KEY and before.block == atom.block:
        return f"behind {before.key}"
    if atom.first:
        block = document.blocks[atom.block]
        return f"line {block.style} {block.align} {bool(block.bold)} {atom.last} {atom.end - atom.start > _MIDDLE}"
    return f"within {before.mark.scheme if before is not None and before.mark is not None else ''}"


def _sets(document: Document, atoms: Atoms, own: Sequence[set[str]]) -> list[set[str]]:
    """Evidence from all atoms of one form together: what most of them look like, and what most are followed by."""
    items = atoms.items
    forms = forms_of(document, atoms)
    members: dict[str, list[int]] = {}
    for number, form in enumerate(forms):
        members.setdefault(form, []).append(number)
    told: dict[str, set[str]] = {}
    for form, numbers in members.items():
        names = {"set.single"} if len(numbers) == 1 else {"set.few"} if len(numbers) <= _OFTEN else {"set.many"}
        counts: Counter[str] = Counter()
        for number in numbers:
            has = set(own[number] & _TOLD)
            if "word.problem" in has and "word.done" not in has:
                has.add("blame")
            if "word.done" in has and "word.problem" not in has:
                has.add("deed")
            if number + 1 < len(items):
                has |= {f"next.{name}" for name in _followed(items[number], items[number + 1], own[number + 1])}
            counts.update(has)
        if len(numbers) > 1:
            names |= {f"set.{name}" for name, times in counts.items() if times >= _MOST * len(numbers)}
        told[form] = names
    found = []
    for form in forms:
        names = set(told[form])
        if form.startswith("behind "):
            names = {f"value.{name}" for name in names} | {name for name in names if name == "set.many"}
            names |= {f"its.{name}" for name in told.get("key " + form[7:], ())}
        elif form.startswith("key "):
            names |= {f"value.{name}" for name in told.get("behind " + form[4:], ())}
        found.append(names)
    return found


def _followed(atom: Atom, behind: Atom, own: set[str]) -> Iterator[str]:
    where = "here" if behind.block == atom.block else "below"
    yield where
    if behind.form == KEY:
        yield f"{where}.key"
    elif behind.form == CLAUSE or "status.whole" in own:
        yield f"{where}.status"
    elif behind.mark is not None:
        same = atom.mark is not None and atom.mark.scheme == behind.mark.scheme
        yield f"{where}.label.{'same' if same else 'enumerator' if behind.mark.enumerator else 'other'}"
    else:
        yield f"{where}.plain"


def _paper(atoms: Atoms, rules: Rules) -> set[str]:
    """What the title and the opening of the paper say it is."""
    found = set()
    lines = ["".join(atoms.views[atom.block].split()) for atom in atoms.items[:12] if atom.first]
    for rule in rules.of("kind"):
        where = rule.options.get("where")
        texts = lines[:5] if where == "title" else lines if where == "opening" else []
        if any(len(text) <= 70 or where == "opening" for text in texts if rule.search(text) is not None):
            found.add(f"paper.{where}.{rule.value}")
    return found
