"""Canteen, care, Wednesdays and holidays."""
