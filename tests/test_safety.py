"""What no module may do, in one scan over all files: evaluate, unpickle, run a shell, unpack to disk, open a
connection, parse XML beside the guarded entry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIPELINE = ROOT / "pipeline"
MODULES = sorted([*PIPELINE.rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])

# module.function as written in a call → the modules that may call it: the guarded entry, the guarded parser of web
# pages, and the benchmark that measures the library by itself
ALLOWED = {
    "etree.fromstring": {"readers/xml.py", "readers/web/html_page.py", "benchmarks/speed_stages.py"},
    "etree.iterparse": {"readers/xml.py"},
    "etree.XMLParser": {"readers/xml.py"},
    "etree.HTMLParser": {"readers/web/html_page.py"},
}
PARSERS = {
    "parse", "fromstring", "fromstringlist", "XML", "HTML", "iterparse", "XMLParser", "HTMLParser", "XMLPullParser",
    "ETCompatXMLParser", "document_fromstring", "fragment_fromstring", "parseString",
}  # fmt: skip
XML_MODULES = {"etree", "html", "lxml", "objectify", "ElementTree", "ET", "minidom", "pulldom", "sax", "expat"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "xml", "defusedxml", "bs4", "html5lib"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
NETWORK_MODULES = {"socket", "urllib", "http", "requests", "httpx", "ftplib", "smtplib", "ssl", "aiohttp"}
NETWORK_ROOMS = {"review"}  # the review page listens on this machine


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def faults(source: str, name: str) -> list[str]:
    """What in a module (its path below `pipeline`) breaks the rules."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [f"{name}:{node.lineno}: {what}" for what in _faults_of(node, name)]
    for line, module in imports(tree):
        top = module.split(".")[0]
        if top in FORBIDDEN_MODULES and not module.startswith("xml.sax.saxutils."):  # that one only escapes
            found.append(f"{name}:{line}: import {module}")
        if top in NETWORK_MODULES and name.split("/")[0] not in NETWORK_ROOMS:
            found.append(f"{name}:{line}: import {module} opens connections")
    return found


def _faults_of(call: ast.Call, name: str) -> Iterator[str]:
    function = ast.unparse(call.func)
    holder, _, last = function.rpartition(".")
    short = f"{holder.rpartition('.')[2]}.{last}"
    if last in PARSERS and holder.rpartition(".")[2] in XML_MODULES and name not in ALLOWED.get(short, set()):
        yield f"{function} parses beside the guarded entry"
    if last in ("extractall", "extract") and holder:
        yield f"{function} unpacks to disk"
    if function in FORBIDDEN_CALLS:
        yield function
    if function in SHELLS or any(k.arg == "shell" and ast.unparse(k.value) != "False" for k in call.keywords):
        yield f"{function} runs a shell"


def test_no_module_breaks_the_rules() -> None:
    found = [
        fault
        for path in MODULES
        for fault in faults(
            path.read_text(encoding="utf-8"),
            path.relative_to(PIPELINE if path.is_relative_to(PIPELINE) else ROOT).as_posix(),
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["etree.parse('a')", "lxml.etree.fromstring(b'')", "html.fromstring('a')", "ET.XML('a')", "archive.extractall()",
     "import pickle", "from xml.etree import ElementTree", "eval('1')", "subprocess.run('a', shell=True)",
     "os.system('a')", "import marshal", "import socket", "from urllib.request import urlopen"],
)  # fmt: skip
def test_the_rules_see_what_they_forbid(source: str) -> None:
    assert faults(source, "other.py")


def test_guarded_parsers_name_their_options() -> None:
    """No default of the library decides: network, entities and size are named where a parser is made."""
    for name in ("xml.py", "web/html_page.py"):
        tree = ast.parse((PIPELINE / "readers" / name).read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        made = [call for call in calls if ast.unparse(call.func).endswith(("XMLParser", "HTMLParser", "iterparse"))]
        assert made
        for call in made:
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert options["no_network"] == "True"
            assert options["huge_tree"] == "False"
            if not ast.unparse(call.func).endswith("HTMLParser"):
                assert options["resolve_entities"] == "False"
                assert options["load_dtd"] == "False"
