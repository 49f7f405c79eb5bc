"""The review page: typed rows in, html files out that need neither server nor network."""
