"""What the town hall writes to groups of families: one text, each adult once, by small batches."""
