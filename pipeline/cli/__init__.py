"""The command line: arguments in, one call each, Chinese text and an exit code out.

May import every room; no room imports it.
"""
