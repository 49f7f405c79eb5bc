"""Every code has one Chinese label, and a broken label file is named with its place."""

from pathlib import Path

import pytest

from pipeline.core.errors import RuleError
from pipeline.core.rows import SCHEMA
from pipeline.core.vocabulary import Kind
from pipeline.ruleset.labels import load_labels

RULES = Path(__file__).parent.parent / "rules"


def test_every_table_column_and_kind_has_a_chinese_label():
    labels = load_labels(RULES)
    for table, columns in SCHEMA.items():
        assert labels.of("table", table) != table
        for column in columns:
            assert labels.column(table, column) != column
    assert all(labels.of("kind", kind) != kind for kind in Kind)


def test_labels_read_back_to_codes():
    labels = load_labels(RULES)
    for group in ("status", "kind", "review", "sheet"):
        for code in labels.groups[group]:
            assert labels.code(group, labels.of(group, code)) == code
    assert labels.code("status", "没有这个状态") is None


def test_a_table_s_own_heading_wins():
    labels = load_labels(RULES)
    assert labels.column("claims", "unit") == "计量单位"
    assert labels.column("documents", "unit") == "单位"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("  sha256: 文件指纹\n", "  sha265: 文件指纹\n"), "是不是想写 sha256"),
        (lambda text: text.replace("  done: 已完成\n", "  done: 正在整改\n"), "同名"),
        (lambda text: text.replace("table:\n", "tables:\n", 1), "table"),
        (lambda text: text.replace("  docno: 文号\n", "  docno:\n"), "docno"),
        (lambda text: "- 一\n- 二\n", "键: 值"),
        (lambda text: text + "bad: [", "YAML"),
    ],
)
def test_a_broken_label_file_says_what_is_wrong(tmp_path, change, says):
    text = (RULES / "labels.yaml").read_text(encoding="utf-8")
    (tmp_path / "labels.yaml").write_text(change(text), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_labels(tmp_path)
    assert says in str(caught.value)
