"""The checks, one function each, named after the defect that it finds."""
