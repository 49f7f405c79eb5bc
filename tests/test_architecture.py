"""The shape of the house: what may import what, what start-up may load, how large a module may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pipeline"

# Libraries that cost start-up time, and the only modules that may import them.
HEAVY: dict[str, set[str]] = {
    "pandas": {"publish"},
    "pyarrow": {"publish"},
    "jieba": {"reconcile"},
    "lap": {"reconcile"},
    "openpyxl": {"publish", "decisions"},
    "docxtpl": {"publish"},
    "pebble": {"run"},
    "sqlite3": {"publish", "run"},
    "subprocess": {"readers", "lab"},
    "pycrfsuite": {"lab"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`readers.docx` for pipeline/readers/docx.py; a package's `__init__` is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


KNOWN = {f"pipeline.{name_of(path)}" for path in MODULES}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Modules that a file imports, anywhere in it (what is for type checkers only does not count), with the line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            yield from ((alias.name, item.lineno) for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            assert item.level == 0, f"{path}:{item.lineno}: relative import"
            inner = [f"{item.module}.{alias.name}" for alias in item.names]
            yield from ((name, item.lineno) for name in inner if name in KNOWN)
            if not all(name in KNOWN for name in inner):
                yield item.module or "", item.lineno


def test_rooms_import_only_the_rooms_below() -> None:
    """The contracts in pyproject.toml, by import-linter."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_heavy_libraries_stay_in_their_rooms() -> None:
    found = [
        f"{name_of(path)}:{line}: {module}"
        for path in MODULES
        for module, line in imports(path)
        if name_of(path).split(".")[0] not in HEAVY.get(module.split(".")[0], {name_of(path).split(".")[0]})
    ]
    assert found == []


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["run", "--no-such-option"]])
def test_start_up_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom pipeline.cli.commands import invoke\ninvoke(sys.argv[1:])\n"
        "heavy = {'pandas', 'jieba', 'openpyxl', 'pyarrow', 'numpy', 'lap', 'docx', 'lxml', 'yaml', 'pebble'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_modules_stay_small() -> None:
    long = {
        name_of(path): lines for path in MODULES if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_no_module_name_twice() -> None:
    names = [path.stem for path in MODULES if path.stem != "__init__"]
    assert sorted(names) == sorted(set(names))


def test_no_public_type_name_twice() -> None:
    """A class, or a type that is named by assignment (`Rows = list[Row]`)."""
    defined: dict[str, list[str]] = {}
    for path in MODULES:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
        assigned = [
            target.id
            for node in body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        for name in [*classes, *(name for name in assigned if name[:1].isupper() and not name.isupper())]:
            defined.setdefault(name, []).append(name_of(path))
    assert {name: places for name, places in defined.items() if len(places) > 1} == {}


def test_every_module_says_what_it_does() -> None:
    silent = [name_of(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not silent
