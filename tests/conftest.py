"""Options and places that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rules, load_rules

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write what the program reads now as the expectation of tests/cases"
    )


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The project's own rules."""
    return load_rules(rules_folder())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The annotated corpus beside the project; tests that need it skip by name where it is absent."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("needs ../shared (the annotated corpus), which is not here")
    return SHARED
