"""Sealed copies of a commune: taken by themselves, kept by turns, tried out, put back.

A copy is a list of files, each a list of parts of a mebibyte; a part is kept once, whatever the
number of copies that hold it. Parts and lists are sealed (AES-256-GCM) with a key of the commune's
that the folder of copies never holds.
"""
