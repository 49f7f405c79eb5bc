"""Pictures of every view of the pages, to be looked at: cut off, overlapping, unreadable?

Usage: python -m benchmarks.page_pictures [folder of inputs] [folder of pictures]; without, `input` and `docs/pages`.
Needs playwright and Chromium, as the tests of the pages do.
"""

from __future__ import annotations

import queue
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from pipeline.publish.page.pages import FILE
from pipeline.review.intake import Intake
from pipeline.review.server import build_server
from pipeline.ruleset.layers import rules_folder
from pipeline.run import batch
from pipeline.run.batch import RunSettings

DESK, PHONE = (1280, 720), (390, 844)


def main(papers: Path, pictures: Path) -> None:
    """Run over the papers and take all pictures."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        output = Path(folder) / "out"
        settings = RunSettings(rules_folder())
        batch.run([papers], output, settings)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _static(browser, output, pictures)
        _served(browser, Intake(settings, output, Path(folder)), "review", pictures)
        _served(browser, Intake(settings, None, Path("~/整改通/2026-01-01-090000")), "start", pictures)
        browser.close()


def _static(browser: Browser, output: Path, pictures: Path) -> None:
    unit = max(output.glob(f"*/{FILE}"), key=lambda path: path.stat().st_size)
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto((output / FILE).as_uri())
        page.screenshot(path=pictures / f"batch-{name}.png")
        page.click("#tab-findings")
        page.screenshot(path=pictures / f"batch-findings-{name}.png", full_page=True)
        page.goto(unit.as_uri())
        page.keyboard.press("j")
        page.screenshot(path=pictures / f"unit-{name}.png")
        page.click("#tab-read")
        page.screenshot(path=pictures / f"unit-read-{name}.png")
        page.click("#tab-items")
        page.click("#theme")
        page.screenshot(path=pictures / f"unit-items-dark-{name}.png")
        page.close()


def _served(browser: Browser, intake: Intake, name: str, pictures: Path) -> None:
    addresses: queue.Queue[str] = queue.Queue()
    server = build_server(intake, 0, False, addresses.put)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
    page.goto(addresses.get(timeout=20))
    if name == "review":
        page.locator("#panel-units a").first.click()
        page.click("#tab-read")
        page.screenshot(path=pictures / f"{name}-cells.png")
        page.locator(".value[data-field=status]:visible").first.dblclick()
    page.screenshot(path=pictures / f"{name}.png")
    page.close()
    server.should_exit = True
    thread.join(20)


if __name__ == "__main__":
    main(*(Path(given) for given in (sys.argv[1:3] or ["input", "docs/pages"])))
