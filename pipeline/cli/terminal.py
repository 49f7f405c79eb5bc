"""Results → text for the terminal: the summary of a run, one document as it was read, and which rule gave what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.reading_text import atoms_text, readings_text
from pipeline.core.errors import InputError, escaped
from pipeline.core.rows import DocumentRow, FactRow, Tables, by_problem
from pipeline.core.rows import place as place_of
from pipeline.core.vocabulary import Severity, State
from pipeline.ruleset.labels import Labels, load_labels

if TYPE_CHECKING:
    from pipeline.run.run_summary import Summary

HEADER_FIELDS = (
    "kind",
    "title",
    "unit",
    "inspector",
    "round",
    "inspected_from",
    "inspected_to",
    "feedback_date",
    "issued_date",
    "docno",
)
SET_ASIDE_SHOWN = 20
OTHERS_SHOWN = 5


def summary_text(summary: Summary, rules: Path) -> str:
    """The end of a run: documents by state, what was found, where it lies."""
    from pipeline.decisions.conflict_sheet import told

    labels = load_labels(rules)
    states = [f"{labels.of('state', state)} {summary.states[state]}" for state in State if summary.states[state]]
    severities = [f"{labels.of('severity', severity)} {summary.findings[severity]}" for severity in Severity]
    lines = [
        f"文件 {sum(summary.states.values())} 个："
        + ("，".join(states) or "无")
        + (f"（沿用上次结果 {summary.reused} 份）" if summary.reused else ""),
        f"单位 {summary.units} 个，问题 {summary.problems} 个，措施 {summary.measures} 条",
        f"核对发现 {sum(summary.findings.values())} 处：" + "，".join(severities),
        f"结果在 {summary.output}（整改台账.xlsx、各单位的报告、tables 中的数据表、运行日志.txt）",
        f"用时 {summary.seconds:.1f} 秒",
    ]
    if summary.day:
        lines.append(f"超期与到期按 {summary.day:%Y-%m-%d} 判断")
    if summary.doubtful:
        lines += ["", f"{len(summary.doubtful)} 份读法存疑，请先看："]
        lines += [f"  {file}：{message}" for file, message in summary.doubtful[:SET_ASIDE_SHOWN]]
        if len(summary.doubtful) > SET_ASIDE_SHOWN:
            lines.append(f"  …… 共 {len(summary.doubtful)} 份，其余见“文档”表")
    if summary.set_aside:
        lines += ["", "未能处理的文件："]
        lines += [f"  {file}：{message}" for file, message in summary.set_aside[:SET_ASIDE_SHOWN]]
        if len(summary.set_aside) > SET_ASIDE_SHOWN:
            lines.append(f"  …… 共 {len(summary.set_aside)} 个，其余见“文档”表")
    if summary.gaps:
        lines += ["", "没有写出的结果："]
        lines += [f"  {gap.name}：{gap.message}" for gap in summary.gaps[:SET_ASIDE_SHOWN]]
        if len(summary.gaps) > SET_ASIDE_SHOWN:
            lines.append(f"  …… 共 {len(summary.gaps)} 个，其余见运行日志")
    if summary.conflicts:
        lines += ["", *told(summary.conflicts, labels)]
    return escaped("\n".join([*lines, *(f"注意：{note}" for note in summary.notes)]), kept="\n")


def show_text(tables: Tables, rules: Path) -> str:
    """One document: header, outline with problems and measures, claims, findings."""
    labels = load_labels(rules)
    parts = [
        _header(tables.documents[0], labels),
        *readings_text(tables, labels),
        *_outline(tables, labels),
        *_claims(tables, labels),
        *_advice(tables),
        *_findings(tables, labels),
    ]
    return escaped("\n".join(parts), kept="\n\t")


def _header(document: DocumentRow, labels: Labels) -> str:
    lines = [f"{document.file}（{labels.of('state', document.state)}）"]
    for field in HEADER_FIELDS:
        if value := getattr(document, field):
            value = labels.of("kind", value) if field == "kind" else value
            lines.append(f"  {labels.column('documents', field)}：{value}")
    if document.message:
        lines.append(f"  {labels.column('documents', 'message')}：{document.message}")
    return "\n".join(lines)


def _outline(tables: Tables, labels: Labels) -> Iterator[str]:
    """Problems under their groups, each with its measures."""
    measures = by_problem(tables.measures)
    yield f"\n问题 {len(tables.problems)} 个，措施 {len(tables.measures)} 条"
    shown = ("", "", "")
    for problem in tables.problems:
        groups = (problem.school, problem.aspect, problem.category)
        for depth, group in enumerate(groups):
            if group and groups[: depth + 1] != shown[: depth + 1]:
                yield f"{'  ' * depth}【{group}】"
        shown = groups
        yield f"    {problem.seq}. {problem.problem}"
        details = [
            f"{labels.column('problems', field)}：{value}"
            for field in ("lead", "dept", "person", "deadline")
            if (value := getattr(problem, field))
        ]
        if problem.status:
            long_term = f"，{labels.column('problems', 'long_term')}" if problem.long_term else ""
            details.insert(0, f"[{labels.of('status', problem.status)}{long_term}]")
        if details:
            yield "       " + "  ".join(details)
        for measure in measures.get(problem.problem_id, ()):
            yield f"       - {measure.text}"


def _claims(tables: Tables, labels: Labels) -> Iterator[str]:
    if tables.claims:
        yield f"\n{labels.of('table', 'claims')} {len(tables.claims)} 处"
    for claim in tables.claims:
        scope = f"（{claim.scope}）" if claim.scope else ""
        inner = f"，属于{labels.of('metric', claim.part_of)}" if claim.part_of else ""
        value = claim.value
        shown = f"{value:g}" if value is not None and abs(value) < 1e6 else value
        yield f"  {labels.of('metric', claim.metric)}{scope} {shown}{inner}：{claim.text}"


def _advice(tables: Tables) -> Iterator[str]:
    if tables.advice:
        yield f"\n意见建议 {len(tables.advice)} 条"
    for advice in tables.advice:
        yield f"  {advice.seq}. {advice.text}"


def _findings(tables: Tables, labels: Labels) -> Iterator[str]:
    yield f"\n{labels.of('table', 'findings')} {len(tables.findings)} 处"
    for finding in tables.findings:
        name = labels.of("check", finding.check)
        yield f"  [{labels.of('severity', finding.severity)}] {name}：{finding.message}"
        if finding.quote:
            yield f"       原文：{finding.quote}"


# --- explain ---------------------------------------------------------------------------------------


def explain_text(tables: Tables, problem: int | None, rules: Path) -> str:
    """Every value with its rule, its place, and its field's other rules; the readings; why each piece is what it is."""
    from pipeline.ruleset.rule import load_rules

    facts = sorted(_chosen(tables, problem), key=place_of)
    labels, loaded = load_labels(rules), load_rules(rules)
    sources = {rule.id: rule.source for rule in loaded.all()}
    fields = {rule.id: rule.field for rule in loaded.all()}
    lines = [] if facts else ["没有取到值。"]
    for fact in facts:
        rule = fact.rule
        field = fact.field
        lines.append(f"{_field_name(field, labels)}：{labels.of(field, fact.value)}")
        lines.append(f"    原文“{fact.text}”（第 {fact.paragraph} 段 {fact.start}–{fact.end} 字）")
        place = f"（{sources[rule]}）" if rule in sources else ""
        others = [other for other, field in fields.items() if field == fields.get(rule) and other != rule]
        shown = "、".join(others[:OTHERS_SHOWN]) + (f"等 {len(others)} 条" if len(others) > OTHERS_SHOWN else "")
        lines.append(f"    规则 {rule}{place}" + (f"；同一字段的其他规则：{shown}" if others else ""))
    lines += [*readings_text(tables, labels), *atoms_text(tables, problem, labels)]
    return escaped("\n".join(lines), kept="\n\t")


def _field_name(field: str, labels: Labels) -> str:
    """A field's label: the column's of that name, or the table's whose rows it makes."""
    column = labels.column("problems", field)
    return column if column != field else labels.of("table", f"{field}s")


def _chosen(tables: Tables, problem: int | None) -> Iterable[FactRow]:
    """The facts of one problem by its number, or of the whole document.  Raises InputError for a wrong number."""
    if problem is None:
        return tables.facts
    wanted = {row.problem_id for row in tables.problems if row.seq == problem}
    if not wanted:
        numbers = len(tables.problems)
        remedy = f"请写 1 至 {numbers} 的序号，见 zhenggai show" if numbers else "这份文档没有读出问题"
        raise InputError(tables.documents[0].file, f"没有序号为 {problem} 的问题", remedy)
    return [fact for fact in tables.facts if fact.problem_id in wanted]
