"""Amounts and months in French words, as invoices say them."""

from datetime import date

THIN = "\u202f"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


def euros(cents: int) -> str:
    """Write an amount given in cents.

    >>> [euros(one).replace(THIN, "_") for one in (320, -5, 123456)]
    ['3,20_€', '−0,05_€', '1_234,56_€']
    """
    units, rest = divmod(abs(cents), 100)
    grouped = f"{units:,}".replace(",", THIN)
    return f"{'−' if cents < 0 else ''}{grouped},{rest:02}{THIN}€"


def day(one: date) -> str:
    """Write a day with its year.

    >>> day(date(2026, 9, 1))
    '1er septembre 2026'
    """
    return f"{'1er' if one.day == 1 else one.day} {MONTHS[one.month - 1]} {one.year}"


def span(first: date, last: date) -> str:
    """Name the days of a period: a month by its name, others by their bounds.

    >>> span(date(2026, 10, 1), date(2026, 10, 31))
    'octobre 2026'
    >>> span(date(2026, 10, 1), date(2026, 10, 15))
    '1er au 15 octobre 2026'
    >>> span(date(2026, 9, 28), date(2026, 10, 15))
    '28 septembre au 15 octobre 2026'
    """
    month = f"{MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) != (last.year, last.month):
        began = day(first)
        return f"{began if first.year != last.year else began.rpartition(' ')[0]} au {day(last)}"
    following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    if first.day == 1 and (following - last).days == 1:
        return month
    return f"{'1er' if first.day == 1 else first.day} au {day(last)}"
