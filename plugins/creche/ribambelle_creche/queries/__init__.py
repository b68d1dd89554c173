"""Every question the crèches ask the database, one function each."""
