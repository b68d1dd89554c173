"""The questions the directory asks its database."""
