"""Word packages: parts, styles, numbering and stories, settled as the author sees them."""
