"""How does an agent write a price and an hour?"""

import re

PRICE = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*€?")
HOUR = re.compile(r"(\d{1,2})\s*(?:h|:)\s*(\d{2})?")


def cents(text: str) -> int | None:
    """Return a price in cents, 0 for nothing written; None when it is no price.

    >>> cents("2,50"), cents("3 €"), cents(""), cents("deux")
    (250, 300, 0, None)
    """
    if not text.strip():
        return 0
    found = PRICE.fullmatch(text.strip())
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def minutes(text: str) -> int | None:
    """Return an hour as a minute of the day; None when it is none.

    >>> minutes("10 h 30"), minutes("16:00"), minutes("9h"), minutes("25 h"), minutes("tôt")
    (630, 960, 540, None, None)
    """
    found = HOUR.fullmatch(text.strip().lower())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return int(found[1]) * 60 + int(found[2] or 0)


def price(cents: int) -> str:
    """Write a price as it is typed.

    >>> price(250), price(300), price(0)
    ('2,50', '3,00', '')
    """
    return f"{cents // 100},{cents % 100:02}" if cents else ""


def hour(minutes: int) -> str:
    """Write an hour as it is typed.

    >>> hour(630), hour(960)
    ('10:30', '16:00')
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"
