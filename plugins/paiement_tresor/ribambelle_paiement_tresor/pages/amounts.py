"""Amounts as people type them."""

import re

AMOUNT = "Écrivez une somme en euros, par exemple 12,50."
TYPED = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")


def cents_of(text: str) -> int | None:
    """Return the cents somebody typed in euros; None when it is no amount.

    >>> [cents_of(one) for one in ("12,50", " 1 234.5 € ", "7", "1,234", "-3", "")]
    [1250, 123450, 700, None, None, None]
    """
    found = TYPED.fullmatch(re.sub(r"[\s\u00a0\u202f€]", "", text))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
