"""One module per kind of person."""
