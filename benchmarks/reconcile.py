"""How long reconciliation takes, and how the time grows with the number of units.

    python -m benchmarks.reconcile [--units 100 250 500 1000] [--problems 30]

Tables of fictional units (feedback and bulletin) are made first; only matching, checks and the search for
copies are timed.  Growth is the time per unit against that of the smallest batch: 1.0 is linear.
"""

from __future__ import annotations

import argparse
import resource
import time

from benchmarks.generator import bank, make_unit
from benchmarks.render import unit_tables
from pipeline.core.rows import Tables, joined
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.layers import rules_folder


def batch(units: int, problems: int) -> Tables:
    """The merged tables of so many units."""
    texts = bank()
    return joined(unit_tables(make_unit(texts, number, problems)) for number in range(units))


def timed(units: int, problems: int) -> tuple[float, int, int]:
    """Seconds, links and findings of one run."""
    tables = batch(units, problems)
    start = time.perf_counter()
    found = reconcile(tables, rules_folder())
    return time.perf_counter() - start, len(found.links), len(found.findings)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, nargs="+", default=[100, 250, 500, 1000])
    parser.add_argument("--problems", type=int, default=30)
    options = parser.parse_args()
    print(f"{'units':>6} {'seconds':>8} {'growth':>7} {'links':>7} {'findings':>9} {'peak MB':>8}")
    base = 0.0
    for units in sorted(options.units):
        seconds, links, findings = timed(units, options.problems)
        base = base or seconds / units
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        growth = seconds / units / base
        print(f"{units:6d} {seconds:8.1f} {growth:7.2f} {links:7d} {findings:9d} {peak:8.0f}", flush=True)


if __name__ == "__main__":
    main()
