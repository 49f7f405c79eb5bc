"""Which results a run is to make (`--only`), as a person names them."""

from __future__ import annotations

import click

from pipeline.core.errors import InputError
from pipeline.core.vocabulary import RESULTS, TABLES


def results_named(ctx: click.Context, param: click.Parameter, value: str) -> frozenset[str]:
    """Names of results behind commas."""
    names = {name.strip() for name in value.replace("，", ",").split(",")} - {"", TABLES}
    unknown = sorted(names - set(RESULTS))
    if unknown:
        raise InputError(
            "--only", f"没有“{'、'.join(unknown)}”这种结果", f"请写 {'、'.join((TABLES, *RESULTS))}，用逗号隔开"
        )
    return frozenset(names)
