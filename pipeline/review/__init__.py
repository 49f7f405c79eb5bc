"""The local review server: results in an output folder in, the same pages with editing out, on this machine only.

May import everything but `cli` and `lab`.  A decision is written at once to the store that the workbook's go to.
"""
