"""Programs told that a request moved: written with the move, signed, sent until they are taken."""
