"""What is this file really? Neither its name nor what the browser says of it counts."""

HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
SIGNATURES = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
HEAD = 32
"""Bytes needed to tell."""


def kind_of(head: bytes) -> str | None:
    """Return pdf, jpeg, png, webp or heic from the first bytes; None for anything else.

    A signature counts at the first byte only: a page of HTML with a PDF further on is no PDF.

    >>> kind_of(b"%PDF-1.7\\n"), kind_of(b"<html>%PDF-1.7"), kind_of(b"PK\\x03\\x04")
    ('pdf', None, None)
    >>> kind_of(b"RIFF\\x24\\0\\0\\0WEBPVP8 "), kind_of(b"\\0\\0\\0\\x18ftypheic")
    ('webp', 'heic')
    """
    for kind, signature in SIGNATURES.items():
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heic"
    return None
