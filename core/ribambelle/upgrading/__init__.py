"""A fleet brought to a new version: a first commune alone, then waves, each with a way back.

A commune is only read while it is upgraded. Whatever goes wrong, its base is what it was before;
the others are served meanwhile, and whoever is stopped on the way goes on when it is run again.
"""
