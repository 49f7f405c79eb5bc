"""Papers held against each other and against themselves.

In: the tables of all documents.  Out: cases, links, recounts and findings.  Depends on rows, never on files.  May
import `ruleset` and `core`.
"""
