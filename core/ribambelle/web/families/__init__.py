"""My family: who answers for each child, where we live, whose week it is."""
