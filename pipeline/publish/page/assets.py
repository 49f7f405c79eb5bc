"""The parts of a page that are no text of a document: style, scripts, ECharts, and the policy that admits only them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.core.text import storable

_HERE = Path(__file__).parent
CHARTS = "echarts.simple.min.js"  # Apache ECharts 6.1.0 as its npm package has it; licence and notice lie beside it


@cache
def asset(name: str) -> str:
    """A file of `static/` as text that can stand in a page."""
    text = (_HERE / "static" / name).read_text(encoding="utf-8")
    assert "</script" not in text.lower(), name
    return text


def policy(styles: Sequence[str], scripts: Sequence[str], connect: str = "'none'") -> str:
    """The content security policy of a page: these very styles and scripts, nothing else, and no address at all."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {' '.join(map(_hashed, styles))}",
            f"script-src {' '.join(map(_hashed, scripts))}",
            "img-src data:",
            f"connect-src {connect}",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


@cache
def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def data(value: Any) -> Markup:
    """A value as JSON that can stand in a script element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 (escaped above)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(template: str, scripts: Sequence[str], connect: str = "'none'", **values: Any) -> str:
    """A whole page: the template filled, with the style and these scripts of `static/`."""
    style, texts = asset("page.css"), [asset(name) for name in scripts]
    html = (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 (our own file)
            scripts=[Markup(text) for text in texts],  # noqa: S704 (our own files)
            policy=policy([style], texts, connect),
            data=data,
            **values,
        )
    )
    return storable(html)
