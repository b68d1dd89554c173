"""The rules of the directory: no clock, no database, no request."""
