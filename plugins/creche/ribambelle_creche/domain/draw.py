"""Who goes first when two files have the same points and the same date? A draw anybody can redo.

The town hall throws a seed when the commission opens and shows its digest only: it can no longer
choose another. It publishes the seed when files are closed: anybody computes every number again.
"""

import hashlib
import hmac

SEED_BYTES = 32
DRAWN = 6
"""Bytes kept of a number: 281 474 976 710 656 possible ones, so hardly ever twice the same."""


def commitment(seed: bytes) -> str:
    """Return what is shown of a seed at opening, in hexadecimal.

    >>> commitment(bytes(32))[:16]
    '66687aadf862bd77'
    """
    return hashlib.sha256(seed).hexdigest()


def number(seed: bytes, file: str) -> int:
    """Return the number drawn for a file; the highest goes first.

    >>> number(bytes(32), "C-2041"), number(bytes(32), "C-2042")
    (215176618686988, 64508633706998)
    """
    digest = hmac.new(seed, file.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:DRAWN], "big")


def is_kept(seed: bytes, shown: str) -> bool:
    """Tell whether the seed published is the one promised.

    >>> is_kept(bytes(32), commitment(bytes(32))), is_kept(b"another", commitment(bytes(32)))
    (True, False)
    """
    return hmac.compare_digest(commitment(seed), shown)
