"""What no module may do: parse XML beside the guarded entry, unpack to disk, evaluate, run a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PIPELINE = Path(__file__).resolve().parent.parent / "pipeline"
MODULES = sorted(PIPELINE.rglob("*.py"))

# module.function as written in a call → the modules that may call it, and why
ALLOWED = {
    "etree.fromstring": {"xml.py", "html_page.py"},  # the guarded entry; the guarded parser of web pages
    "etree.iterparse": {"xml.py"},
    "etree.XMLParser": {"xml.py"},
    "etree.HTMLParser": {"html_page.py"},
}
PARSERS = {
    "parse", "fromstring", "fromstringlist", "XML", "HTML", "iterparse", "XMLParser", "HTMLParser", "XMLPullParser",
    "ETCompatXMLParser", "document_fromstring", "fragment_fromstring", "parseString",
}  # fmt: skip
XML_MODULES = {"etree", "html", "lxml", "objectify", "ElementTree", "ET", "minidom", "pulldom", "sax", "expat"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "xml", "defusedxml", "bs4", "html5lib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
NETWORK_MODULES = {"socket", "urllib", "http", "requests", "httpx", "ftplib", "smtplib", "ssl", "aiohttp"}
# the review page listens on this machine, the reader's page speaks HTTP with its own browser only
NETWORK_ALLOWED = {"review"}


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called, as far as it is written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults(source: str, name: str) -> list[str]:
    """What in a module breaks the rules."""
    tree = ast.parse(source)
    found = []
    for call, function in calls(tree):
        holder, _, last = function.rpartition(".")
        short = f"{holder.rpartition('.')[2]}.{last}"
        if last in PARSERS and holder.rpartition(".")[2] in XML_MODULES and name not in ALLOWED.get(short, set()):
            found.append(f"{call.lineno}: {function} parses beside the guarded entry")
        if last in ("extractall", "extract") and holder:
            found.append(f"{call.lineno}: {function} unpacks to disk")
        if function in FORBIDDEN_CALLS:
            found.append(f"{call.lineno}: {function}")
        if function in ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"):
            found.append(f"{call.lineno}: {function} runs a shell")
        for keyword in call.keywords:
            if keyword.arg == "shell" and ast.unparse(keyword.value) != "False":
                found.append(f"{call.lineno}: shell=")
    for module in imports(tree):
        if module.split(".")[0] in FORBIDDEN_MODULES and not module.startswith("xml.sax.saxutils."):  # only escapes
            found.append(f"import {module}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_module_keeps_the_rules(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_module_opens_no_connection(path: Path) -> None:
    used = {module.split(".")[0] for module in imports(ast.parse(path.read_text(encoding="utf-8")))}
    if not NETWORK_ALLOWED & set(path.parts):
        assert not used & NETWORK_MODULES


@pytest.mark.parametrize(
    "source",
    ["etree.parse('a')", "lxml.etree.fromstring(b'')", "html.fromstring('a')", "ET.XML('a')", "archive.extractall()",
     "import pickle", "from xml.etree import ElementTree", "eval('1')", "subprocess.run('a', shell=True)",
     "os.system('a')", "import marshal"],
)  # fmt: skip
def test_the_rules_see_what_they_forbid(source: str) -> None:
    assert faults(source, "other.py")


def test_guarded_parsers_name_their_options() -> None:
    """No default of the library decides: network, entities and size are named where a parser is made."""
    for name in ("xml.py", "html_page.py"):
        tree = ast.parse(next((PIPELINE / "readers").rglob(name)).read_text(encoding="utf-8"))
        made = [call for call, function in calls(tree) if function.endswith(("XMLParser", "HTMLParser", "iterparse"))]
        assert made
        for call in made:
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert options["no_network"] == "True"
            assert options["huge_tree"] == "False"
            if not ast.unparse(call.func).endswith("HTMLParser"):
                assert options["resolve_entities"] == "False"
                assert options["load_dtd"] == "False"
