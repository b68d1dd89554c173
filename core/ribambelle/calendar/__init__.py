"""School years as a commune lives them."""
