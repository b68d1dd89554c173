"""One pre-registration file for all the crèches of a commune."""
