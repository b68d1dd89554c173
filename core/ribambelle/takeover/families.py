"""Families and their children, from one file or two: read as the page of imports reads a list."""

from collections.abc import Sequence
from dataclasses import replace

from ribambelle.families import columns, importing
from ribambelle.families.columns import FIELDS
from ribambelle.families.planning import Outcome
from ribambelle.families.table_files import TableFile
from ribambelle.families.tables import KnownFamily
from ribambelle.identity.tables import Adult
from ribambelle.takeover.lines import Line
from ribambelle.takeover.matters import Matter, Taking

CODES = tuple(one.code for one in FIELDS)
OF_CHILD = (
    "number",
    "child_given_name",
    "child_family_name",
    "child_born_on",
    "school",
    "class_name",
)
NEEDED = ("number", "child_given_name")


async def bring_families(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Write families: a line for each, or for each of their children."""
    return await _bring(lines, taking)


async def bring_children(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Write the children of families known by their number, in this takeover or before."""
    parents = await _parents()
    known, strangers = [], []
    for line in lines:
        number = line.said.get("number", "")
        if number in parents:
            known.append(replace(line, said={**line.said, **parents[number]}))
        else:
            told = (
                f"aucune famille ne porte le numéro {number}" if number else "il manque le numéro"
            )
            strangers.append(Outcome(line.rank, "refused", told))
    return sorted([*await _bring(known, taking), *strangers], key=lambda one: one.rank)


async def _bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    if not lines:
        return []
    rows = tuple(tuple(line.said.get(code, "") for code in CODES) for line in lines)
    # a field nobody says is no column: a child whose name is not told takes its parent's
    told = {code for line in lines for code in line.said}
    mapping = {code: place for place, code in enumerate(CODES) if code in told}
    table = TableFile(CODES, rows, tuple(line.at for line in lines))
    made = await importing.planned(table, mapping, taking.now.date())
    taking.traces += await importing.write(made, taking.now)
    return [Outcome(lines[one.rank - 2].rank, one.done, one.told) for one in made.outcomes]


async def _parents() -> dict[str, dict[str, str]]:
    """Return the first adult of each family that bears a number, as a list would say it."""
    numbers = {
        row["household"]: row["number"]
        for row in await KnownFamily.select(KnownFamily.household, KnownFamily.number)
    }
    rows = await Adult.select(Adult.household, Adult.given_name, Adult.family_name).order_by(
        Adult.rank, ascending=False
    )
    return {
        numbers[row["household"]]: {
            "given_name": row["given_name"],
            "family_name": row["family_name"],
        }
        for row in rows
        if row["household"] in numbers
    }


FAMILIES = Matter("families", "Familles", 10, FIELDS, bring_families)
CHILDREN = Matter(
    "children",
    "Enfants",
    20,
    tuple(
        columns.Field(one.code, one.label, one.headings, is_needed=one.code in NEEDED)
        for one in FIELDS
        if one.code in OF_CHILD
    ),
    bring_children,
)
