"""Every question to the database, each a named sentence."""
