"""Word documents: templates, layout by GB/T 9704, and what each kind of document holds."""
