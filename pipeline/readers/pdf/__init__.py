"""PDF with a text layer: characters, lines, paragraphs and ruled tables."""
