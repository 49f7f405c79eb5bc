"""Trying the rules themselves: their examples, their speed, their catalogue, and the weights of their evidence.

In: a folder of rules, papers with known roles.  Out: lines for a person, `weights.yaml`.  Never imported by a run.
"""
