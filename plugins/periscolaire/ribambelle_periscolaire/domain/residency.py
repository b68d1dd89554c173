"""Does a household live in the commune, for what it pays?"""

from collections.abc import Collection


def is_resident(known: bool | None, postcode: str, postcodes: Collection[str]) -> bool:
    """Tell whether a household pays as one of the commune: what is known first, then its address.

    Without an address, or where the commune gave no postcodes, it does.

    >>> is_resident(None, "44000", ["44119"]), is_resident(True, "44000", ["44119"])
    (False, True)
    >>> is_resident(None, "", ["44119"]), is_resident(None, "44000", [])
    (True, True)
    """
    if known is not None:
        return known
    return not postcodes or not postcode or postcode in postcodes
