"""parse → tables → docx → parse gives the same tables, for every bulletin, plan and ledger of the corpus."""

import functools
import importlib.util
import re

import pytest
from fixpoint import differences
from samples import CORPUS, RULES, corpus_names

from pipeline.core.vocabulary import ANSWERS
from pipeline.extract.process import process, process_bytes
from pipeline.publish.word.content import Source
from pipeline.publish.word.documents import BUILDERS
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.template import load_template, render
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.rule import load_rules


@functools.cache
def rules():
    return load_rules(RULES)


@functools.cache
def template(kind):
    return load_template(RULES / "templates" / f"{kind}.docx", load_profile(RULES))


def rendered(name, form, folder):
    """An annotated document in one of its formats."""
    spec = importlib.util.spec_from_file_location("annotated", CORPUS / "annotated.py")
    annotated = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(annotated)
    source = annotated.Source(next(CORPUS.glob(f"*/{name}.ann.txt")))
    path = folder / f"{name}.{form}"
    if form == "docx":
        source.docx(path)
    else:
        path.write_text(source.txt() if form == "txt" else source.html(), encoding="utf-8")
    return path


def rebuilt(tables) -> bytes:
    kind = tables.documents[0].kind
    source = Source(tables, load_labels(RULES), load_profile(RULES))
    report = BUILDERS[kind](source, "单位", tables.documents)[0]
    return render(template(kind), report.context, report.title)


def answering() -> list[str]:
    """Bulletins, plans and ledgers of the corpus: what is written again from its tables."""
    kinds = {name: next(CORPUS.glob(f"*/{name}.ann.txt")).read_text(encoding="utf-8") for name in corpus_names()}
    return [name for name, text in kinds.items() if re.search(r"^kind: (bulletin|plan|ledger)$", text, re.MULTILINE)]


@pytest.mark.parametrize("form", ["docx", "txt", "html"])
@pytest.mark.parametrize("name", [*answering(), "seed"])
def test_the_rebuilt_document_reads_as_the_same_tables(name, form, tmp_path):
    if not CORPUS.is_dir():
        pytest.skip("the shared corpus is absent")
    path = rendered(name, form, tmp_path)
    first = process(path, path.name, rules())
    assert first.documents[0].kind in ANSWERS and first.problems
    content = rebuilt(first)
    second = process_bytes(content, f"{path.stem}.docx", rules())
    assert differences(first, second) == []
    assert rebuilt(second) == content, "rebuilt again from its own reading it is the same file"
