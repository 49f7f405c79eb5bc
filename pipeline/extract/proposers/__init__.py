"""Proposers: each reads a whole paper in one form and offers what it found, or nothing.

In: a `Document` and the rules.  Out: a `Proposal`.  A new form of paper is a new proposer; it looks at no other one.
"""
