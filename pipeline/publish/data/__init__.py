"""The tables of a run for people who analyse them: what the columns are, a data package, a database, data frames."""
