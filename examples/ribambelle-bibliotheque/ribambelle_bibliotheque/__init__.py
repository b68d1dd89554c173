"""The library of a commune: cards for children, and what they come to."""
