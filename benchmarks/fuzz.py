"""Mutated files of every format through the program: nothing may come out but tables or `Rejected`.

    python benchmarks/fuzz.py --count 20000 --seed 7        prints what was found; exit code 1 when there is a finding

Each case is one seed file with a few mutations; inside zip packages the parts are mutated, so that the damage gets
past the container.  Formats that LibreOffice converts are taken up to the checks before conversion; one case in --every
goes on through extraction to the tables.  A case that takes longer than --patience ends the run with the stack; memory
is held by --memory.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import random
import resource
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.core.errors import Rejected  # noqa: E402
from pipeline.extract.process import tabulate  # noqa: E402
from pipeline.readers import archive, gate  # noqa: E402
from pipeline.readers.office import office_file  # noqa: E402
from pipeline.ruleset.layers import rules_folder  # noqa: E402
from pipeline.ruleset.rule import Rules, load_rules  # noqa: E402
from tests import web_pages, workbooks  # noqa: E402

Case = tuple[str, bytes]
MHT_HEAD = (
    b"From: x\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
)
TOKENS = (
    b"<", b">", b"\x00", b"\xff\xfe", b"{", b"}", b"(", b"\\bin999999999 ", b"<!DOCTYPE a>", b"&a;", b"]]>",
    b"PK\x03\x04", b"65535", b"-1", b"99999999999", b"endobj", b"stream", b"/Length 0", b'rowspan="65535"',
    b'colspan="65535"',
)  # fmt: skip


def seeds() -> list[Case]:
    """One file or more of each format."""
    import docx

    whole = "\r\n".join(web_pages.WHOLE)
    rows = "\r\n".join("\t".join(f"第{row}行{column}列" for column in range(4)) for row in range(5))
    document = docx.Document()
    for text in web_pages.WHOLE:
        document.add_paragraph(text)
    document.add_table(3, 3).cell(0, 0).text = "序号"
    stream = io.BytesIO()
    document.save(stream)
    made = [
        ("a.docx", stream.getvalue()),
        ("a.txt", f"{whole}\r\n{rows}".encode()),
        ("b.txt", whole.encode("gb18030")),
        ("c.txt", whole.encode("utf-16")),
        ("a.md", f"# {web_pages.TITLE}\n\n**一是**内容\n\n|甲|乙|\n|--|--|\n|1|2|\n".encode()),
        ("a.csv", '序号,问题,"措施"\r\n1,"甲,乙","一是\n二是"\r\n'.encode("gb18030")),
        ("a.xlsx", workbooks.data(workbooks.ledger())),
        *((f"{name}.html", page().encode("gb18030")) for name, page in web_pages.PAGES.items()),
        ("a.mht", MHT_HEAD + web_pages.government().encode() + b"\r\n--b--\r\n"),
    ]  # fmt: skip
    files = [(path.name, path.read_bytes()) for path in sorted((ROOT / "tests/files").glob("le*"))]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in made[:5]:
            bundle.writestr(f"材料/{name}", data)
    return [*made, *files, ("a.zip", packed.getvalue())]


def mutate(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to six changes."""
    piece = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at = rng.randrange(len(piece) + 1)
        length = min(rng.choice((1, 1, 4, 16, 200, 4000)), len(piece) - at)
        what = rng.randrange(7)
        if what == 0 and piece:
            piece[min(at, len(piece) - 1)] = rng.randrange(256)
        elif what == 1:
            del piece[at : at + length]
        elif what == 2:
            piece[at:at] = piece[at : at + length] * rng.choice((1, 2, 50))
        elif what == 3:
            piece[at : at + length] = rng.randbytes(length)
        elif what == 4:
            piece[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 300))
        elif what == 5:
            del piece[at:]
        else:
            piece[at : at + length] = bytes([rng.choice((0, 255, 32, 60))]) * length
    return bytes(piece)


def mutate_package(data: bytes, rng: random.Random) -> bytes:
    """A zip with one of its parts changed, the container sound."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = source.read(name)
            if name == chosen and rng.random() < 0.05:
                continue
            target.writestr(name, mutate(content, rng) if name == chosen else content)
    return out.getvalue()


def run(name: str, data: bytes, rules: Rules | None = None) -> str:
    """What the readers, and with rules the extraction, make of the case: a class of `Rejected`, or ok."""
    kind = gate.sniff(data, name)
    try:
        if kind in ("doc", "ole", "rtf", "odt", "fodt", "wordml"):
            office_file.check(data, kind)
        elif kind == "zip":
            for inner, content in archive.expand(data, "a"):
                gate.sniff(content if isinstance(content, bytes) else b"", inner)
        else:
            document = gate.read_bytes(data, name)
            assert document.blocks and 0 <= document.coverage <= 1
            if rules is not None:
                tables = tabulate(document, rules)
                assert len(tables.documents) == 1
    except Rejected as error:
        return error.error
    return "ok"


def fuzz(options: argparse.Namespace, report: Callable[[str], None]) -> int:
    """The number of findings in `options.count` cases."""
    count, seed = options.count, options.seed
    rules = load_rules(rules_folder())
    rng = random.Random(seed)  # noqa: S311 (the same cases again by the same seed)
    known = seeds()
    classes: Counter[str] = Counter()
    findings, slowest = 0, (0.0, "")
    for number in range(count):
        name, data = known[number % len(known)]
        try:
            changed = mutate_package(data, rng) if data[:2] == b"PK" and rng.random() < 0.6 else mutate(data, rng)
        except zipfile.BadZipFile:
            changed = mutate(data, rng)
        faulthandler.dump_traceback_later(options.patience, exit=True)
        started = time.perf_counter()
        try:
            classes[run(name, changed, rules if number % options.every == 0 else None)] += 1
        except BaseException as error:  # a panic of a native library is no Exception
            if isinstance(error, KeyboardInterrupt):
                raise
            findings += 1
            kept = Path(f"fuzz-{seed}-{number}-{name}")
            kept.write_bytes(changed)
            report(f"{kept}: {type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}")
        slowest = max(slowest, (time.perf_counter() - started, f"{number} {name}"))
    faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report(f"{count} cases, {findings} findings, slowest {slowest[0]:.2f} s ({slowest[1]}), {peak} MB at most")
    report(" ".join(f"{name}={times}" for name, times in classes.most_common()))
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=10, help="of how many cases one goes on to the tables")
    parser.add_argument("--patience", type=float, default=20, help="seconds that one case may take")
    parser.add_argument("--memory", type=int, default=1536, help="MB of address space")
    options = parser.parse_args()
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (options.memory << 20, options.memory << 20))
    return 1 if fuzz(options, lambda line: print(line, flush=True)) else 0


if __name__ == "__main__":
    sys.exit(main())
