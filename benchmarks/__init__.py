"""Measurements: synthetic truth for the checks, and how time grows with the number of units."""
