"""Families and children as a file names them: by the number of the other program, then by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.families.columns import BY_CODE, Field
from ribambelle.families.tables import KnownFamily
from ribambelle.identity.tables import Adult, Child
from ribambelle.search import fold
from ribambelle.takeover.lines import Line, Unread

NUMBER = Field("number", BY_CODE["number"].label, BY_CODE["number"].headings, is_needed=True)
OF_CHILD = tuple(
    Field(code, BY_CODE[code].label, BY_CODE[code].headings, is_needed=code == "child_given_name")
    for code in ("child_given_name", "child_born_on")
)


@dataclass(frozen=True, slots=True)
class Named:
    """A child, by what a file says of it."""

    id: int
    household: int
    folded: str
    born_on: date | None


@dataclass(frozen=True, slots=True)
class Families:
    """The families that bear a number of the other program."""

    numbers: Mapping[str, int]
    adults: Mapping[int, int]
    """The first adult of each household."""
    children: Mapping[int, Sequence[Named]]

    def household(self, line: Line) -> int:
        """Return the household a line speaks of; raises Unread when nobody bears its number."""
        number = line.text("number", "le numéro de la famille")
        if number not in self.numbers:
            raise Unread(f"aucune famille ne porte le numéro {number} : reprenez-la d’abord")
        return self.numbers[number]

    def adult(self, line: Line) -> int:
        """Return the first adult of the household a line speaks of."""
        household = self.household(line)
        if household not in self.adults:
            raise Unread("cette famille n’a plus d’adulte : complétez-la d’abord")
        return self.adults[household]

    def child(self, line: Line) -> Named:
        """Return the child a line names; raises Unread for none, or when two answer.

        >>> from datetime import date
        >>> zoe = Named(5, 7, "zoe", date(2020, 3, 14))
        >>> known = Families({"F1": 7}, {7: 1}, {7: [zoe]})
        >>> known.child(Line(2, {"number": "F1", "child_given_name": "ZOÉ"})).id
        5
        >>> known.child(Line(3, {"number": "F1", "child_given_name": "Léo"}))
        Traceback (most recent call last):
        ...
        ribambelle.takeover.lines.Unread: cette famille n’a pas d’enfant « Léo »
        """
        told = line.text("child_given_name", "le prénom de l’enfant")
        born = line.day("child_born_on")
        found = [
            one
            for one in self.children.get(self.household(line), ())
            if one.folded == fold(told) and (born is None or one.born_on in (None, born))
        ]
        if not found:
            raise Unread(f"cette famille n’a pas d’enfant « {told} »")
        if len(found) > 1:
            raise Unread(f"cette famille a deux enfants « {told} » : ajoutez la date de naissance")
        return found[0]


async def families() -> Families:
    """Return the families that bear a number, with their first adult and their children."""
    rows = await KnownFamily.select(KnownFamily.number, KnownFamily.household)
    numbers = {row["number"]: row["household"] for row in rows}
    adults = {
        row["household"]: row["id"]
        for row in await Adult.select(Adult.id, Adult.household).order_by(
            Adult.rank, Adult.id, ascending=False
        )
    }
    children: dict[int, list[Named]] = {}
    for row in await Child.select(Child.id, Child.household, Child.given_name, Child.born_on):
        one = Named(row["id"], row["household"], fold(row["given_name"]), row["born_on"])
        children.setdefault(one.household, []).append(one)
    return Families(numbers, adults, children)
