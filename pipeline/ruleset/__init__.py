"""Rules, labels and profiles as data.

In: the YAML files of `rules/` and an office's own.  Out: compiled rules, labels and settings, each knowing its file and
line; a wrong entry is refused there.  May import `core`.
"""
