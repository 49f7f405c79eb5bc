"""Document + Sections + Rules → what the document says; one module a group of fields."""
