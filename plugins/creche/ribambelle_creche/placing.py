"""An offer in words: the crèche, the days, the entry, and for how many children it is."""

from collections.abc import Sequence
from datetime import date

from ribambelle.web import formats
from ribambelle_creche import examining
from ribambelle_creche.domain import week
from ribambelle_creche.queries import contracts, decisions, facilities
from ribambelle_creche.tables import Offer

NUMBERS = {1: "un", 2: "deux", 3: "trois", 4: "quatre", 5: "cinq"}
TOO_LATE = (
    "L’entrée vient après la dernière date que vous aviez indiquée : la place n’est pas libre avant. "
    "Si vous la refusez, votre demande garde sa date et son rang pour vos autres vœux."
)
CALL_FIRST = "Vous pouvez appeler la mairie avant de répondre."
NO_PLACE = "Votre enfant n’a plus de place, ni à {}, ni à {}."


def told_of(offer: Offer) -> str:
    """Say what an offer gives, in one line, for a message and a letter."""
    return words(offer.facility.name, offer.slots, offer.start_on, offer.until)


def words(name: str, slots: int, start: date, until: date | None = None) -> str:
    """Say a crèche, its days and an entry.

    >>> words("Les Lilas", 15, date(2027, 1, 4)).replace(formats.NBSP, " ")
    'Les Lilas, lundi, mardi, à partir du lundi 4 janvier 2027'
    """
    said = f"{name}, {week.words(slots)}, à partir du {formats.jour(start, True)}"
    return f"{said}, jusqu’au {formats.jour(until, True)}" if until else said


def share(placed: int, children: int) -> str:
    """Say for how many children of a file its places are, and what accepting ends for the others.

    >>> share(1, 2)
    'Pour un enfant sur deux. Accepter met fin à la demande : pour l’autre, faites-en une nouvelle.'
    >>> share(2, 3)[:27], share(1, 3)[-40:]
    ('Pour deux enfants sur trois', 'pour les autres, faites-en une nouvelle.')
    >>> share(2, 2)
    ''
    """
    if placed >= children:
        return ""
    many, of = NUMBERS.get(placed, str(placed)), NUMBERS.get(children, str(children))
    others = "l’autre" if children - placed == 1 else "les autres"
    return (
        f"Pour {many} enfant{'s' * (placed > 1)} sur {of}. Accepter met fin à la demande : "
        f"pour {others}, faites-en une nouvelle."
    )


def commission_of(offer: Offer) -> int | None:
    """Return the commission an offer came from; none for a place given at once."""
    row = offer.commission
    number = row.id if hasattr(row, "id") else row
    return int(number) if number else None


async def share_of(rows: Sequence[Offer]) -> str:
    """Say for how many children of its file some offers made together are; nothing when for all."""
    first = rows[0]
    commission = commission_of(first)
    if not first.child or commission is None:
        return ""
    seen = await decisions.examined_row(commission, int(first.application))
    return share(len(rows), examining.of_json(seen.asked).count)


async def lost_by(offer: Offer | None) -> tuple[str, str] | None:
    """Return the crèche of a place a child moved to and the one it left for it: giving it up now
    leaves the child without either.
    """
    left = await contracts.left_for(offer) if offer else []
    if offer is None or not left:
        return None
    names = await facilities.all_names()
    return str(offer.facility.name), names.get(int(left[0].facility), "")
