"""Invented towns, for tests and measures."""
