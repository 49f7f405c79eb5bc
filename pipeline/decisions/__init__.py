"""What people decided, as data.

In: the workbook and lists that people changed.  Out: corrections and waivers, and tables with them laid over.  May
import `reconcile`, `readers` and what is below.
"""
