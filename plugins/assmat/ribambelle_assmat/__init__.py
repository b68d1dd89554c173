"""The public directory of childminders."""
