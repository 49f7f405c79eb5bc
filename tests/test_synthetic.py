"""Planted faults are found, faultless documents raise nothing; the command prints the full figures."""

from __future__ import annotations

from benchmarks.reconcile import timed
from benchmarks.synthetic import measured, report


def test_planted_faults_are_found_and_nothing_else_is_raised():
    score = measured(60, 15)
    for severity, least in (("error", 0.98), ("warning", 0.98)):
        recall, precision, planted = score.figures(severity)
        assert planted > 20
        assert recall >= least, report(score, 20)
        assert precision >= least, report(score, 20)
    assert score.cases > 30
    assert score.false_overdue == 0
    assert score.missed_overdue == 0


def test_time_grows_about_linearly():
    timed(2, 10)  # loads the dictionary
    small, links, _ = timed(10, 20)
    large, more, _ = timed(40, 20)
    assert more > 3 * links
    assert large < 4 * 2.5 * small
