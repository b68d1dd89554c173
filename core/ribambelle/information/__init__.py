"""Pages an agent writes without code: information, and files to download."""
