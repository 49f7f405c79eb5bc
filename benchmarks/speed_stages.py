"""What each stage of one paper costs, in processor time, and what other programs take for its text alone."""

from __future__ import annotations

import gc
import io
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import docx
from lxml import etree

from pipeline.extract.process import extraction
from pipeline.extract.tabulate import build
from pipeline.readers import gate
from pipeline.ruleset.layers import reading_with, rules_folder
from pipeline.ruleset.rule import load_rules

_NAME = "benchmark.docx"


def floor(data: bytes) -> object:
    """Inflate and parse the one part that holds the text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def stages(files: Sequence[Path], rounds: int) -> Mapping[str, float]:
    """Stage → milliseconds of processor time a paper, the median over the papers of each one's best round."""
    folder = rules_folder()
    rules = load_rules(folder)
    found: dict[str, list[float]] = {}

    def timed(stage: str, call: Callable[..., Any], *given: Any) -> Any:
        best, result = float("inf"), None
        for _ in range(rounds):
            gc.collect()
            begun = time.process_time()
            result = call(*given)
            best = min(best, time.process_time() - begun)
        found.setdefault(stage, []).append(1000 * best)
        return result

    with reading_with(folder):
        for path in files:
            data = path.read_bytes()
            timed("floor", floor, data)
            document = timed("read", gate.read_bytes, data, _NAME)
            extracted = timed("extract", extraction, document, rules)
            timed("tables", build, document, extracted)
            for name, call in _peers().items():
                timed(name, call, path)
    return {stage: median(times) for stage, times in found.items()}


def _peers() -> Mapping[str, Callable[[Path], object]]:
    """Other readers of Word files that are installed: the text of a file, no more."""
    peers: dict[str, Callable[[Path], object]] = {"python-docx text": _python_docx}
    if find_spec("kreuzberg"):
        from kreuzberg import extract_file_sync  # type: ignore[import-not-found,unused-ignore]

        peers["kreuzberg"] = extract_file_sync
    if find_spec("markitdown"):
        from markitdown import MarkItDown  # type: ignore[import-not-found,unused-ignore]

        peers["markitdown"] = MarkItDown().convert
    if find_spec("docling"):
        from docling.document_converter import DocumentConverter  # type: ignore[import-not-found,unused-ignore]

        peers["docling"] = DocumentConverter().convert
    return peers


def _python_docx(path: Path) -> object:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
