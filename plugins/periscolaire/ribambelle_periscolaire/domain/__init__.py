"""The rules of booking, pricing and attendance: no clock, database or request."""
