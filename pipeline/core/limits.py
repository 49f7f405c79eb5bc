"""Every limit that a document is held to, in one place, each with its reason.

"Seen" figures come from 1,122 real packages (median / 99th percentile / largest).  A limit is set well
above the largest honest file and well below what hurts the machine; a file over one of them is
quarantined with the class named beside it.  Sizes are bytes, times seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB

# --- files -----------------------------------------------------------------------------------------

# A report of an inspected unit is text; even with photographs it stays far below this (too_large).
FILE_BYTES = 100 * MIB
# Text files have no pictures: a megabyte is half a million Chinese characters (too_large).
TEXT_FILE_BYTES = 20 * MIB
# All files that one uploaded archive may hold together, inflated (zip_bomb).
ARCHIVE_BYTES = 1024 * MIB
# Files in one uploaded archive; a district has some hundred units with some files each (zip_bomb).
ARCHIVE_FILES = 5_000
# An archive in an archive is usual (each unit zips its own); a third level is not (zip_bomb).
ARCHIVE_NESTING = 1

# One file of rules; the largest of our own has 45 KB, and this much costs a second to read and lay over (RuleError).
RULE_FILE_BYTES = 512 * KIB

# Years that a day given by a person may lie in; beyond them a slip of the keys, and sums of days run out.
FIRST_YEAR, LAST_YEAR = 1990, 2100

# --- zip packages (docx, xlsx, odt) ----------------------------------------------------------------

# Members of one package; seen 14 / 42 / 291 (zip_bomb).
PACKAGE_MEMBERS = 2_000
# One part, counted while it is inflated; seen 19 kB / 1.0 MB / 14 MB (zip_bomb).
PART_BYTES = 100 * MIB
# All parts that are read, counted the same way; seen 57 kB / 1.4 MB / 16.6 MB (zip_bomb).
PARTS_BYTES = 200 * MIB
# Inflated to stored bytes of one XML part, looked at from RATIO_FROM on; XML seen at most 41.5 (zip_bomb).
PART_RATIO = 200
RATIO_FROM = 1 * MIB
# Inflation goes by pieces, so that a lying header costs one piece and not the declared size.
PIECE_BYTES = 64 * KIB

# --- XML -------------------------------------------------------------------------------------------

# Open elements at one time; seen 7 / 20 / 29. It is the guard that libxml2 has built in, so that no
# depth of our own has to be counted (xml_too_deep).
XML_DEPTH = 256
# Elements of one part; seen 63 / 21,792 / 370,315 (too_large).
XML_ELEMENTS = 5_000_000

# --- text ------------------------------------------------------------------------------------------

# Characters of one document; the longest seen real report has under 200,000 (too_large).
TEXT_CHARACTERS = 20_000_000
# One paragraph or cell. A whole copied web page without a line feed stays below (too_large).
PARAGRAPH_CHARACTERS = 2_000_000
# Blocks of one document: the memory of a million of them is about 200 MB (too_large).
BLOCKS = 1_000_000

# --- tables and lists ------------------------------------------------------------------------------

# Tables in tables; three levels are seen in forms, a person can't read ten (xml_too_deep).
TABLE_NESTING = 20
# Columns of a table's grid: Word itself stops at 63, Excel ledgers have some tens; wider spans are cut.
TABLE_COLUMNS = 1_000
# Rows that one rowspan of a web page may cover; wider ones are cut.
ROW_SPAN = 10_000
# Copies that merged cells may add to a document: what a person sees grows by this much at most (too_large).
MERGED_COPIES = 200_000
# Characters that those copies may add (a merged cell of a megabyte over ten thousand rows; too_large).
MERGED_CHARACTERS = 20_000_000
# Levels of a list are 0 to 8 in every Word version; others are read as the nearest.
LIST_LEVELS = 9
# A list's counter: Word's own ceiling for w:start is 32,767; larger numbers in a file are cut to this.
LIST_NUMBER = 1_000_000
# Styles that a style may be based on, one after the other: Word stops at 11.
STYLE_CHAIN = 64

# --- spreadsheets ----------------------------------------------------------------------------------

# Sheets, rows (with those of the heading) and cells that are read of one workbook; a yearly ledger has some hundred
# rows, a county's of ten years some ten thousand (too_large).
SHEETS = 200
SHEET_ROWS = 100_100
SHEET_CELLS = 2_000_000
# One cell, read or filled in by a person: Excel itself stops at 32,767, readers of csv here (too_large, InputError).
CELL_CHARACTERS = 131_072

# --- PDF -------------------------------------------------------------------------------------------

# Pages of one PDF; a 500-page bound volume passes (too_large).
PDF_PAGES = 2_000
# Characters on one page, above it a drawing of letters and not a page (too_large).
PDF_PAGE_CHARACTERS = 200_000

# --- time and memory of one document (kept by the worker process) ------------------------------------

CPU_SECONDS = 30  # hostile files needed 0.9 s at the 99th percentile (timeout)
WALL_SECONDS = 60  # (timeout)
# A large file may take longer, in proportion to its size and up to a limit: a ledger of 100,000 rows has 5 MB.
CPU_SECONDS_A_MIB = 20
CPU_SECONDS_AT_MOST = 180
# How many times as long by the clock a second try may take: the machine was busy, the document may be harmless.
PATIENCE = 5
# LibreOffice starts in 2 to 5 s and converts a long report in 10 (timeout).
CONVERTER_SECONDS = 120
CONVERTER_MEMORY_BYTES = 2 * 1024 * MIB
# Largest seen 136 MB; the address space is counted, which is more than what is resident (memory).
MEMORY_BYTES = 1024 * MIB
MEMORY_BYTES_A_MIB = 256 * MIB  # of a large file beyond its first MiB, up to
MEMORY_BYTES_AT_MOST = 2048 * MIB
# What one worker may write to a file, and how many it may hold open.
WRITTEN_BYTES = 512 * MIB
OPEN_FILES = 256


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the work on one file may use: seconds of processor time and by the clock, bytes of address space."""

    cpu_seconds: int
    wall_seconds: int
    memory_bytes: int


def allowance(size: int) -> Allowance:
    """What a file of so many bytes may use: the same for all usual ones, more for large ones."""
    more = max(0, size - MIB) / MIB
    cpu = max(CPU_SECONDS, min(CPU_SECONDS_AT_MOST, CPU_SECONDS + round(CPU_SECONDS_A_MIB * more)))
    memory = max(MEMORY_BYTES, min(MEMORY_BYTES_AT_MOST, MEMORY_BYTES + round(MEMORY_BYTES_A_MIB * more)))
    return Allowance(cpu, round(WALL_SECONDS * cpu / CPU_SECONDS), memory)
