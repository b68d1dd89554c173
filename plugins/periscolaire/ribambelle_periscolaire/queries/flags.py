"""What the people who receive a child must know of it on the day: its diet, an allergy, a PAI."""

from collections.abc import Iterable

from ribambelle_periscolaire.domain.sheet import Health
from ribambelle_periscolaire.queries import sheets


async def of_children(children: Iterable[int]) -> dict[int, str]:
    """Return what is to be known of some children, in a few words; nothing for the others."""
    kept = await sheets.of_children(children)
    told = {child: flagged(one.sheet.health) for child, one in kept.items()}
    return {child: words for child, words in told.items() if words}


def flagged(health: Health) -> str:
    """Say in a few words what a list may show: that there is something to read, never the illness.

    >>> flagged(Health("Sans porc", True, "Arachide", True)), flagged(Health("", False, has_pai=False))
    ('Sans porc, allergie, PAI', '')
    """
    words = (
        health.diet,
        "allergie" if health.has_allergy else "",
        "PAI" if health.has_pai else "",
    )
    return ", ".join(word for word in words if word)
