"""The treasury, played for tests and demonstrations: it knows nothing of the portal."""
