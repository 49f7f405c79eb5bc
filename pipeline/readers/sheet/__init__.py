"""Workbooks and csv: each sheet a table."""
