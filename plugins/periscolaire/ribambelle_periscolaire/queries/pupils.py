"""The children a family may book for, with all that decides what it may book and what it pays."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle.database.door import DOOR
from ribambelle.identity import Person, custodies, responsibilities
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.tables import Enrolment

# One question, since every page and every booking asks it: whose children, enrolled in what, in
# which school and home, paid by whom, and what the household pays by.
OPENED = """
LEFT JOIN periscolaire_enrolment e ON e.child = c.id AND e.year BETWEEN {} AND {}
LEFT JOIN core_demande m ON m.id = e.demande AND m.state || '' = 'accepted'
LEFT JOIN periscolaire_enrolled d ON d.enrolment = e.id AND m.id IS NOT NULL
"""
# « || '' » keeps SQLite from starting with every demande ever accepted.
ASKED = """
SELECT c.id AS child, c.given_name, c.born_on, c.household, c.school, c.class_name,
  s.name AS school_name, e.year, d.activity,
  CASE WHEN m.id IS NOT NULL AND NOT e.is_placed THEN e.school END AS next_school,
  e.class_name AS next_class, h.postcode,
  (SELECT mark FROM periscolaire_edition LIMIT 1) AS mark,
  (SELECT count(*) FROM core_custody k WHERE k.child = c.id) AS shared,
  (SELECT p.adult FROM core_responsibility p JOIN core_adult q ON q.id = p.adult
   WHERE p.child = c.id AND p.ended_at IS NULL AND p.may_pay
     AND (p.until IS NULL OR p.until >= {})
   ORDER BY CASE WHEN p.adult = {} THEN 0 WHEN q.household = {} THEN 1 ELSE 2 END, p.id
   LIMIT 1) AS payer,
  (SELECT q.household FROM core_responsibility p JOIN core_adult q ON q.id = p.adult
   WHERE p.child = c.id AND p.ended_at IS NULL AND p.may_pay
     AND (p.until IS NULL OR p.until >= {})
   ORDER BY CASE WHEN p.adult = {} THEN 0 WHEN q.household = {} THEN 1 ELSE 2 END, p.id
   LIMIT 1) AS payer_home,
  (SELECT count(DISTINCT o.child) FROM periscolaire_enrolment o
   JOIN core_child b ON b.id = o.child JOIN core_demande w ON w.id = o.demande
   WHERE b.household = c.household AND o.year = e.year AND w.state || '' = 'accepted') AS enrolled,
  (SELECT @GATHER@ FROM periscolaire_situation t WHERE t.household = {}) AS situations
FROM core_responsibility r
JOIN core_child c ON c.id = r.child
LEFT JOIN core_school s ON s.id = c.school
LEFT JOIN core_address h ON h.household = {}
@OPENED@
WHERE r.adult = {} AND r.ended_at IS NULL AND r.may_book AND (r.until IS NULL OR r.until >= {})
  AND c.born_on IS NOT NULL
ORDER BY c.born_on, c.id
"""
OF_CHILDREN = """
SELECT c.id AS child, c.given_name, c.born_on, c.household, c.school, c.class_name,
  s.name AS school_name, e.year, d.activity,
  CASE WHEN m.id IS NOT NULL AND NOT e.is_placed THEN e.school END AS next_school,
  e.class_name AS next_class
FROM core_child c
LEFT JOIN core_school s ON s.id = c.school
"""
LINE = "t.first || ';' || coalesce(t.quotient_familial, -1) || ';' || @RESIDENT@"
GATHER = {
    "sqlite": f"group_concat({LINE}, '|')".replace("@RESIDENT@", "coalesce(t.is_resident, -1)"),
    "postgres": f"string_agg({LINE}, '|')".replace(
        "@RESIDENT@", "coalesce(t.is_resident::int, -1)"
    ),
}


def _asked(given: Any) -> Any:
    text = ASKED.replace("@OPENED@", OPENED).replace("@GATHER@", GATHER[DOOR.engine_type])
    home, me, day = given.household, given.adult, given.day
    payer = day, me, home
    years = given.first_year, given.last_year
    return Enrolment.raw(text, *payer, *payer, home, home, *years, me, day)


PUPILS = Prepared(_asked)
HOME = """
SELECT (SELECT @GATHER@ FROM periscolaire_situation t WHERE t.household = {}) AS situations,
  (SELECT h.postcode FROM core_address h WHERE h.household = {}) AS postcode
"""
# What another home pays by, when a relative books for it: asked then only.
OF_HOME = Prepared(
    lambda given: Enrolment.raw(
        HOME.replace("@GATHER@", GATHER[DOOR.engine_type]),
        given.home,
        given.home,
    )
)
CHILDREN = Prepared(
    lambda given: Enrolment.raw(
        f"{OF_CHILDREN}{OPENED} WHERE {many.among('c.id')} ORDER BY c.id",
        given.first_year,
        given.last_year,
        given.children,
    )
)


@dataclass(frozen=True, slots=True)
class Means:
    """What a household pays by from one day on; what is None is not known."""

    first: date
    quotient_familial: int | None
    is_resident: bool | None


UNKNOWN = Means(date.min, None, None)


@dataclass(frozen=True, slots=True)
class Family:
    """The children somebody may book for, and what the home they live in pays by."""

    pupils: dict[int, Pupil]
    payers: dict[int, int | None]
    shared: tuple[int, ...]
    """Children whose weeks two parents share, or may."""
    enrolled: dict[int, int]
    """By school year, how many children of the household are enrolled."""
    means: dict[int, tuple[Means, ...]]
    """By household that pays, what it pays by."""
    postcodes: dict[int, str]
    mark: str
    household: int = 0
    """Where the person who asks lives."""
    homes: dict[int, int | None] = field(default_factory=dict)
    """Where whoever pays for each child lives: elsewhere, when a relative books."""
    turns: dict[tuple[int, date], tuple[int, int]] = field(default_factory=dict)
    """By child and day, the parent who pays and their home, where a relative books for two homes."""

    def payer_on(self, child: int, day: date) -> int | None:
        """Return who pays for a child on a day: an adult of the register."""
        turn = self.turns.get((child, day))
        return turn[0] if turn else self.payers.get(child)

    def home_on(self, child: int, day: date) -> int | None:
        """Return where whoever pays for a child on a day lives."""
        turn = self.turns.get((child, day))
        return turn[1] if turn else self.homes.get(child)

    def means_on(self, child: int, day: date) -> Means:
        """Return what whoever pays for a child pays by on a day."""
        home = self.home_on(child, day)
        found = UNKNOWN
        for one in self.means.get(home or 0, ()):
            if one.first > day:
                break
            found = one
        return found

    def pays(self, child: int) -> bool:
        """Tell whether it is this home that pays for a child: others are not told how much."""
        return self.homes.get(child) == self.household


async def family_of(person: Person, day: date, years: tuple[int, int]) -> Family:
    """Return the children a person may book for, with the enrolments of some school years."""
    rows = await PUPILS.ask(
        adult=person.adult,
        household=person.household,
        first_year=years[0],
        last_year=years[1],
        day=day,
    )
    some, home = (rows[0] if rows else {}), person.household
    means = {home: _means(some.get("situations") or "")}
    postcodes = {home: some.get("postcode") or ""}
    homes = {row["child"]: row["payer_home"] for row in rows}
    others = {one for one in homes.values() if one is not None} - {home}
    await _add_homes(others, means, postcodes)
    return Family(
        _pupils(rows),
        {row["child"]: row["payer"] for row in rows},
        tuple(sorted({row["child"] for row in rows if row["shared"]})),
        {row["year"]: row["enrolled"] for row in rows if row["activity"] is not None},
        means,
        postcodes,
        some.get("mark") or "",
        home,
        homes,
    )


async def in_turn(family: Family, first: date, last: date) -> Family:
    """Return a family where each day of a child two homes share is paid by the parent it is with.

    Parents are left out: their own days are all they may book. A relative books those of both.
    """
    known = [child for child in family.shared if not family.pays(child)]
    if not known:
        return family
    turns: dict[tuple[int, date], tuple[int, int]] = {}
    held = await responsibilities.of_children(known, first)
    homes = {(one.child, one.adult): one.household for one in held if one.rights.may_pay}
    for child in known:
        for stay in await custodies.whose(child, first, last):
            home = homes.get((child, stay.parent))
            for day in range(stay.first.toordinal(), stay.last.toordinal() + 1) if home else ():
                turns[child, date.fromordinal(day)] = stay.parent, home or 0
    means, postcodes = dict(family.means), dict(family.postcodes)
    await _add_homes({home for _, home in turns.values()} - means.keys(), means, postcodes)
    return replace(family, turns=turns, means=means, postcodes=postcodes)


async def _add_homes(
    homes: set[int], means: dict[int, tuple[Means, ...]], postcodes: dict[int, str]
) -> None:
    for home in sorted(homes):
        found = await OF_HOME.ask(home=home)
        means[home] = _means(found[0]["situations"] or "" if found else "")
        postcodes[home] = (found[0]["postcode"] or "") if found else ""


async def family_of_children(children: list[int], years: tuple[int, int]) -> Family:
    """Return some children, whoever's they are, with the enrolments of some school years."""
    rows = await CHILDREN.ask(
        children=many.listed(children), first_year=years[0], last_year=years[1]
    )
    return Family(_pupils(rows), {}, (), {}, {}, {}, "")


def _pupils(rows: list[dict[str, Any]]) -> dict[int, Pupil]:
    opened: dict[int, dict[int, set[int]]] = {}
    places: dict[int, dict[int, tuple[int | None, str]]] = {}
    for row in rows:
        if row["next_school"] is not None:
            place = row["next_school"], row["next_class"]
            places.setdefault(row["child"], {})[row["year"]] = place
        years = opened.setdefault(row["child"], {})
        if row["activity"] is not None:
            years.setdefault(row["year"], set()).add(row["activity"])
    return {
        row["child"]: Pupil(
            row["child"],
            row["given_name"],
            row["household"],
            row["born_on"],
            row["school"],
            row["school_name"] or "",
            row["class_name"],
            {year: frozenset(found) for year, found in opened[row["child"]].items()},
            places.get(row["child"], {}),
        )
        for row in rows
    }


def _means(text: str) -> tuple[Means, ...]:
    found = []
    for line in filter(None, text.split("|")):
        first, quotient, resident = line.split(";")
        found.append(
            Means(
                date.fromisoformat(first[:10]),
                int(quotient) if int(quotient) >= 0 else None,
                bool(int(resident)) if int(resident) >= 0 else None,
            )
        )
    return tuple(sorted(found, key=lambda one: one.first))
