"""Help at a desk of the town hall: sessions cut in slots, and the families that come."""
