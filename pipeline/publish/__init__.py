"""Tables as files for people: csv and parquet, the workbook, Word documents.

In: finished tables.  Out: files in a staging folder, then in their place.  Reads no document and decides nothing.  May
import `decisions` and what is below.
"""
