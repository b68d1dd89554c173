"""Rules of the crèches: no clock, no database, no request."""
