"""Enrolments: a family's own, and what each holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person, responsibilities
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Child
from ribambelle.workflow import start
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire.queries.sheets import ACCEPTED
from ribambelle_periscolaire.tables import Consent, Enrolled, Enrolment, Rules
from ribambelle_periscolaire.workflow import CHANGEABLE, CODE


@dataclass(frozen=True, slots=True)
class One:
    """An enrolment with its child, where it stands, and what it is for."""

    row: Enrolment
    child: Child
    demande: Demande
    activities: frozenset[int]

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row.id)

    @property
    def number(self) -> str:
        """Its number as people say it."""
        return f"P-{self.row.id}"

    @property
    def state(self) -> str:
        """Code of where it stands."""
        return str(self.demande.state)

    @property
    def may_change(self) -> bool:
        """Tell whether the family may still change what it asks."""
        return self.state in CHANGEABLE

    @property
    def name(self) -> str:
        """The child's given name."""
        return str(self.child.given_name)

    @property
    def whole_name(self) -> str:
        """The child's names."""
        return f"{self.child.given_name} {self.child.family_name}".strip()


async def children_of(person: Person, day: date) -> list[Child]:
    """Return the children a person may enrol, the eldest first: as a parent who decides for them.

    A child who is not born yet is enrolled in nothing.
    """
    held = await responsibilities.of_adult(person.adult, day)
    numbers = [one.child for one in held if may_enrol(one, day)]
    born = Child.id.is_in(numbers or [0]) & Child.born_on.is_not_null()
    found = await Child.objects().where(born).order_by(Child.id)
    return sorted(found, key=lambda one: (one.born_on or date.max, one.id))


def may_enrol(held: Held, day: date) -> bool:
    """Tell whether an adult may enrol a child."""
    return held.rights.has_authority and held.rights.allows("book", day)


async def mine(person: Person, number: int, day: date) -> One:
    """Return an enrolment of a child this person may enrol, or behave as if it did not exist."""
    found = await one(number)
    held = await responsibilities.of_adult(person.adult, day)
    if not any(each.child == found.child.id and may_enrol(each, day) for each in held):
        raise NotYours
    return found


async def one(number: int) -> One:
    """Return an enrolment, or behave as if it did not exist."""
    found = await _read(Enrolment.id == number)
    if not found:
        raise NotYours
    return found[0]


async def of_demande(demande: int) -> One | None:
    """Return the enrolment of a demande."""
    found = await _read(Enrolment.demande == demande)
    return found[0] if found else None


async def of_children(children: Iterable[int], years: Iterable[int]) -> list[One]:
    """Return the enrolments of some children for some school years, whatever their state."""
    return await _read(
        Enrolment.child.is_in(list(children) or [0]) & Enrolment.year.is_in(list(years) or [0])
    )


async def _read(which: Any) -> list[One]:
    rows = await Enrolment.objects(Enrolment.demande, Enrolment.child).where(
        which, Enrolment.demande.workflow == CODE
    )
    opened = await activities_of(row.id for row in rows)
    found = []
    for row in sorted(rows, key=lambda each: int(each.id)):
        child, demande = row.child, row.demande
        row.child, row.demande = child.id, demande.id
        found.append(One(row, child, demande, frozenset(opened.get(row.id, ()))))
    return found


async def activities_of(enrolments: Iterable[int]) -> dict[int, set[int]]:
    """Return what each enrolment is for."""
    rows = await Enrolled.select(Enrolled.enrolment, Enrolled.activity).where(
        Enrolled.enrolment.is_in(list(enrolments) or [0])
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["enrolment"], set()).add(row["activity"])
    return found


async def open_one(person: Person, child: Child, year: int, side: Any) -> int:
    """Begin an enrolment, or return the one that was begun: a child has one a school year."""
    async with transaction():
        await advisory(f"periscolaire.enrol:{child.id}:{year}")
        known = await Enrolment.objects().get(
            (Enrolment.child == child.id) & (Enrolment.year == year)
        )
        if known is not None:
            return int(known.id)
        demande = await start(CODE, side=side, account=person.account)
        row = Enrolment(
            demande=demande,
            child=child.id,
            year=year,
            account=person.account,
            school=child.school,
        )
        return int((await Enrolment.insert(row).returning(Enrolment.id))[0]["id"])


async def set_school(number: int, school: int | None, class_name: str) -> None:
    """Write the school and the class of the year asked."""
    await Enrolment.update({Enrolment.school: school, Enrolment.class_name: class_name}).where(
        Enrolment.id == number
    )


async def set_activities(number: int, wanted: Iterable[int]) -> None:
    """Write what an enrolment is for."""
    async with transaction():
        await Enrolled.delete().where(Enrolled.enrolment == number)
        rows = [Enrolled(enrolment=number, activity=one) for one in sorted(set(wanted))]
        if rows:
            await Enrolled.insert(*rows)


async def set_rules(one: One, rules: Rules, account: int, at: datetime) -> None:
    """Write which règlement was accepted, by whom and when; the acceptances before stay."""
    async with transaction():
        await Enrolment.update(
            {Enrolment.rules: rules.id, Enrolment.accepted_at: at, Enrolment.account: account}
        ).where(Enrolment.id == one.id)
        await Consent.insert(
            Consent(
                child=one.child.id,
                code=f"{ACCEPTED}{rules.id}",
                words=f"Règlement intérieur, version {rules.version}",
                is_given=True,
                given_at=at,
                account=account,
            )
        )


async def accepted_before(account: int, year: int, rules: int) -> datetime | None:
    """Return when an account accepted this règlement for another child of the same year."""
    row = (
        await Enrolment.select(Enrolment.accepted_at)
        .where((Enrolment.account == account) & (Enrolment.year == year))
        .where((Enrolment.rules == rules) & Enrolment.accepted_at.is_not_null())
        .order_by(Enrolment.accepted_at)
        .first()
    )
    return row["accepted_at"] if row else None
