"""Papers: those families give, kept sealed; those we print, from a template and data."""
