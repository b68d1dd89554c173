"""The pages of the crèches, one module per kind of person."""
