"""A whole run: which files, in which processes, what was done before.

In: input paths and settings.  Out: the results in the output folder, every input accounted for once.  May import
every room but `lab` and `cli`.
"""
