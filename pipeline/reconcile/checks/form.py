"""Checks of form: document numbers, residues of templates, other units' names, private data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.rows import ProblemRow
from pipeline.core.vocabulary import Action, Severity
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Context, Defect, check

_FAR = 120  # characters before a name that are looked at for the beginning of its sentence
_WIDE = 8  # characters before and after a name that say in what relation it stands


@dataclass(frozen=True, slots=True)
class Place:
    """A piece of a document's text, and the problem that it belongs to."""

    text: str
    problem: ProblemRow | None
    paragraph: int
    part: str


def places(paper: Paper) -> Iterator[Place]:
    """All text of a paper, each piece once: problems, their answers, and everything else."""
    for problem in paper.problems:
        paragraph = problem.paragraph or 0
        yield Place(problem.problem, problem, paragraph, "problem")
        yield Place(paper.answer(problem), problem, paragraph, "answer")
    for passage in paper.passages:
        yield Place(passage.text, None, passage.paragraph or 0, passage.part)


def _defect(
    paper: Paper, at: Place, quote: str, severity: Severity | None = None, expected: str = "", **words: str
) -> Defect:
    return Defect(
        paper,
        at.problem,
        quote=quote,
        expected=expected,
        actual=quote,
        paragraph=at.paragraph,
        words=words,
        severity=severity,
    )


@check("docno_malformed")
def docno_malformed(paper: Paper, context: Context) -> Iterator[Defect]:
    """A document number is not of the form X〔2024〕5号; each one is a defect of its own."""
    for at in places(paper):
        for trigger in ("docno", "docno_bare"):
            for match in context.settings.matches(trigger, at.text):
                faults = _docno_faults(match)
                if faults:
                    quote = at.text[match.start() : match.end()]
                    good = f"{match['agency']}〔{match['year']}〕{int(match['number']) if match['number'] else '×'}号"
                    yield _defect(paper, at, quote, expected=good, why="、".join(faults))


def _docno_faults(match: re.Match[str]) -> list[str]:
    return [
        fault
        for fault, found in (
            ("年份应当用六角括号〔〕", (match["open"], match["close"]) != ("〔", "〕")),
            ("括号内不应有“年”字", bool(match["nian"])),
            ("不应有“第”字", bool(match["di"])),
            ("序号前不应有 0", match["number"].startswith("0")),
            ("缺少序号", not match["number"]),
        )
        if found
    ]


@check("template_residue")
def template_residue(paper: Paper, context: Context) -> Iterator[Defect]:
    """XX, 20XX年, 某学校 and other words that a template left in; several in one text are one defect."""
    seen = set()
    for at in places(paper):
        found = context.settings.hits("residue", at.text)
        key = at.problem.problem_id if at.problem else at.paragraph
        if found and key not in seen:
            seen.add(key)
            match = next(context.settings.matches("residue", at.text))
            yield _defect(paper, at, at.text[max(0, match.start() - 8) : match.end() + 8])


@check("foreign_name")
def foreign_name(paper: Paper, context: Context) -> Iterator[Defect]:
    """Another school stands where this one should: its name acts, or it lies in another county."""
    settings = context.settings
    own = _own_names(paper)
    if not paper.row.unit or not settings.find("school_unit", paper.row.unit):
        return  # a bureau names its schools; and without a name nothing is foreign
    problems = "".join(problem.problem for other in context.case.papers for problem in other.problems)
    seen = set()
    for at in places(paper):
        if at.part in ("problem", "title", "attachment", "contact", "signature", "metadata"):
            continue
        for name, start, end, foreign, by_words in _names(at.text, own, context):
            before, after = at.text[max(0, start - _WIDE) : start], at.text[end : end + _WIDE]
            deciding = bool(settings.find("acting_after", after))
            acting = (
                deciding or by_words or bool(settings.find("acting", before)) or (foreign and _acting(before, context))
            )
            known = settings.aliases.unit(name) in context.units
            if name in problems or not (acting or foreign or known):
                continue
            helping = settings.find("legitimate_after", after)
            related = settings.find("legitimate_name", _sentence_before(at.text, start, context))
            if not deciding and (helping or (related and not acting)):
                continue
            key = (at.problem.problem_id if at.problem else "", name)
            if key not in seen:
                seen.add(key)
                why = "（不在本地）" if foreign else ""
                yield _defect(paper, at, name, why=why)
        yield from _office_words(paper, at, context)
    yield from _titles_of_others(paper, own, context)


def _titles_of_others(paper: Paper, own: list[str], context: Context) -> Iterator[Defect]:
    """A rule that the unit made or revised bears the name of another school: 印发《经济与管理学院…细则》."""
    problems = {problem.problem_id: problem for problem in paper.problems}
    for reference in paper.references:
        if reference.action not in (Action.CREATED, Action.REVISED):
            continue
        for match in context.settings.matches("title_owner", reference.title):
            name = match["name"]
            if not any(_short_for(name, one or "") for one in own):
                at = Place(
                    reference.title, problems.get(reference.problem_id or ""), reference.paragraph or 0, "answer"
                )
                yield _defect(paper, at, name, why="（在所定制度的名称里）")


def _acting(before: str, context: Context) -> bool:
    """Whether the words before a name make it act (确保…); its place may begin a character or two earlier."""
    return any(context.settings.find("acting", before[: len(before) - less]) for less in range(3))


def _sentence_before(text: str, end: int, context: Context) -> str:
    """The sentence of a name up to it: 转入的11名学生中，甲中学3人、乙学校2人."""
    ends = [match.end() for match in context.settings.matches("sentence_end", text[max(0, end - _FAR) : end])]
    return text[max(0, end - _FAR) : end][ends[-1] if ends else 0 :]


def _office_words(paper: Paper, at: Place, context: Context) -> Iterator[Defect]:
    """全局上下 in a school: a word of the bureau's template, though people do write it."""
    for words in context.settings.hits("office_words", at.text):
        yield _defect(paper, at, words, Severity.INFO, why="（学校材料中出现机关的说法）")


def _own_names(paper: Paper) -> list[str]:
    """Where the document names itself and its place."""
    row = paper.row
    header = [row.unit, row.title, row.short_name, row.inspector, row.contact]
    parts = ("title", "signature", "contact", "addressee")
    return [*header, *(x.text for x in paper.passages if x.part in parts)]


def _names(text: str, own: list[str], context: Context) -> Iterator[tuple[str, int, int, bool, bool]]:
    """Names of schools in a text that are not the document's own; the last values: of another place, found acting."""
    settings, ends = context.settings, set()
    for match in settings.matches("school", text):
        ends.add(match.end())
        if settings.find("not_a_place", match["area"]):
            continue
        if _cut_off(text, match, own) and not _acting(text[: match.start()], context):
            continue
        local = any(match["area"] in name for name in own)
        if not local or not any(_short_for(match["rest"], name) for name in own):
            yield text[match.start() : match.end()], match.start(), match.end(), not local, False
    for match in settings.matches("acting_school", text):
        if match.end("name") not in ends and not any(_short_for(match["name"], name) for name in own):
            yield match["name"], match.start("name"), match.end("name"), False, True


def _cut_off(text: str, match: re.Match[str], own: list[str]) -> bool:
    """巡察了县第二中学: the own name without its place, and the characters before it belong to a verb."""
    short = match["area"][-1] + match["rest"]
    return text[match.start() - 1 : match.start()].isalnum() and any(short in name for name in own)


def _short_for(name: str, own: str) -> bool:
    """Whether a name is a shorter way of writing the own one: its characters in their order."""
    rest = iter(own)
    return all(char in rest for char in name)


@check("personal_data")
def personal_data(paper: Paper, context: Context) -> Iterator[Defect]:
    """Identity numbers, bank cards, private telephones or secrecy marks in a text that is made public."""
    for at in places(paper):
        for match in context.settings.matches("personal", at.text):
            yield _defect(paper, at, at.text[match.start() : match.end()], why="证件号或涉密标志")
        if at.problem is not None:
            for match in context.settings.matches("mobile", at.text):
                yield _defect(paper, at, at.text[match.start() : match.end()], why="手机号码")


@check("name_inconsistent")
def name_inconsistent(paper: Paper, context: Context) -> Iterator[Defect]:
    """A numbered inspection group other than the one named in the opening."""
    own = context.settings.aliases.inspector(paper.row.inspector)
    if not own:
        return
    for at in places(paper):
        for match in context.settings.matches("inspector", at.text):
            text = at.text[match.start() : match.end()]
            if context.settings.aliases.inspector(text) not in ("", own):
                yield _defect(paper, at, text, what="巡察组", other=paper.row.inspector)
                return
