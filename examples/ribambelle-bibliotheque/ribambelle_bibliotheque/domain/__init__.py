"""Rules, without clock, database or request."""
