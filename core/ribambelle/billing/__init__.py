"""What families owe for the days of a period: what each plugin says, line by line."""

from ribambelle import tenants
from ribambelle.billing.items import VERSION, BillableItem, Gap, Kind, Period, ordered

__all__ = ["VERSION", "BillableItem", "Gap", "Kind", "Period", "gaps", "items", "ordered"]


async def gaps(period: Period) -> list[Gap]:
    """Return what a period holds back: days that nobody closed."""
    found: list[Gap] = []
    for _, functions in tenants.current().hooks.each("billing_gaps"):
        for function in functions:
            found += await function(period)
    return sorted(found, key=lambda one: (one.day, one.key))


async def items(period: Period) -> list[BillableItem]:
    """Return all that is to bill, by payer and day; a plugin that fails stops everything.

    An invoice with a line missing would be wrong without a word.
    """
    found: list[BillableItem] = []
    for _, functions in tenants.current().hooks.each("billable_items"):
        for function in functions:
            found += await function(period)
    return ordered(found)
