"""A real Chromium for the tests of the pages, one a module; absent, the tests skip by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install -e '.[dev]')")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs chromium (apt-get install chromium)")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(browser: Browser, size: tuple[int, int] = (1280, 720), expected: str = "") -> Iterator[Page]:
    """A fresh page; what goes wrong in its scripts, or is asked of another address, fails the test, but for what is
    `expected`."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("dialog", dismissed)
    try:
        yield page
        assert [fault for fault in faults if not expected or expected not in fault] == []
    finally:
        context.close()


def address(path: Path) -> str:
    """A file as a browser opens it from disk."""
    return path.resolve().as_uri()


def violations(page: Page) -> list[str]:
    """What axe-core calls a serious or critical hindrance on the page as it stands."""
    api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    found = api.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
