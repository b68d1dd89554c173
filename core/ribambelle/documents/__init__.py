"""Papers that people keep: printed from a template and data, never from typed code."""
