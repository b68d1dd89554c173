"""What programs may read and book, by the rules of the pages."""
