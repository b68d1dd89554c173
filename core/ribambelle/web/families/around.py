"""Who answers for a child, and whose weeks are whose, as a page of any plugin may show it.

Names and rights, and nothing else of anybody: no address, no income, no paper, no e-mail.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from ribambelle.identity import Person, custodies, responsibilities
from ribambelle.identity.custody import WEEKDAYS
from ribambelle.identity.responsibilities import Held
from ribambelle.web.families.custody import told

AHEAD = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Answering:
    """One adult of a child: how they are called, and what they may do."""

    name: str
    bond: str
    may_collect: bool
    until: date | None

    @property
    def collecting(self) -> str:
        """Say whether this adult may leave with the child.

        >>> Answering("Alex", "Parent", may_collect=True, until=None).collecting
        'peut venir chercher l’enfant'
        """
        return "peut venir chercher l’enfant" if self.may_collect else "ne vient pas le chercher"


@dataclass(frozen=True, slots=True)
class Around:
    """The adults of a child, and the custody in force when there is one."""

    adults: tuple[Answering, ...]
    custody: tuple[tuple[str, str], ...] = ()
    stays: tuple[tuple[date, date, str], ...] = ()
    weeks: tuple[str, str] = ("", "")
    """With whom the child is, Monday to Friday, on even weeks and on odd ones."""


async def around(child: int | None, now: datetime, person: Person | None = None) -> Around | None:
    """Return who is around a child; None when there is nobody to show, or nobody to show it to.

    :param person: the family that reads it; it holds authority over the child, or reads nothing.
    """
    if child is None:
        return None
    day = now.date()
    held = await responsibilities.of_child(child, day)
    if person is not None and not _answers(person, held):
        return None
    names = {
        one.adult: "vous" if person and one.adult == person.adult else one.name for one in held
    }
    adults = tuple(_answering(one, names[one.adult]) for one in held)
    stays = await custodies.whose(child, day, day + AHEAD)
    custody = await custodies.in_force(child, day)
    if custody is None or not stays:
        # one of the two no longer answers for the child: the custody is over
        return Around(adults) if adults else None
    sharing = custodies.sharing_of(custody)
    return Around(
        adults,
        tuple(await told(custody, person)),
        tuple((one.first, one.last, names.get(one.parent, "l’autre parent")) for one in stays),
        (
            at_home(sharing.in_the_week(even=True), names),
            at_home(sharing.in_the_week(even=False), names),
        ),
    )


def _answers(person: Person, held: list[Held]) -> bool:
    return any(one.adult == person.adult and one.rights.has_authority for one in held)


def _answering(one: Held, name: str) -> Answering:
    bond = "Parent" if one.rights.kind == "parent" else "Proche"
    authority = ", autorité parentale" if one.rights.has_authority else ""
    return Answering(name, bond + authority, one.rights.may_collect, one.rights.until)


def at_home(parents: tuple[int, ...], names: dict[int, str]) -> str:
    """Say with whom a child is from Monday to Friday.

    >>> at_home((1, 1, 1, 1, 1), {1: "vous"})
    'chez vous'
    >>> at_home((2, 2, 1, 1, 1), {1: "vous", 2: "Alex Payet"})
    'chez Alex Payet du lundi au mardi, chez vous du mercredi au vendredi'
    """
    runs = [
        (parent, [day for day, _ in days])
        for parent, days in groupby(enumerate(parents), key=lambda one: one[1])
    ]
    if len(runs) == 1:
        return f"chez {names.get(runs[0][0], 'l’autre parent')}"
    return ", ".join(
        f"chez {names.get(parent, 'l’autre parent')} "
        + (
            f"du {WEEKDAYS[days[0]]} au {WEEKDAYS[days[-1]]}"
            if len(days) > 1
            else f"le {WEEKDAYS[days[0]]}"
        )
        for parent, days in runs
    )
