"""Nouns, values and limits that every room shares.

In: nothing of the project.  Out: the frozen types that pass between the rooms, the closed lists of code names, the
recognisers of Chinese numerals, money and dates, safe text, errors, limits, and files put in place in one step.
Imports no other room.
"""
