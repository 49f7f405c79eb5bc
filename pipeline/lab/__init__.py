"""Trying the rules themselves: their examples, their speed, their catalogue.

In: a folder of rules.  Out: lines for a person.  Never imported by a run.
"""
