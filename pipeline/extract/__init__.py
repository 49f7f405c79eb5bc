"""What one document says.

In: a `Document` and the rules.  Out: its tables: kind, header, problems, measures, claims, references, amounts, each
value with its place.  Depends on one paper only.  May import `readers` and what is below.
"""
