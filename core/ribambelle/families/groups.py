"""Groups of families a town hall writes to: all, a quartier, an age, what plugins know."""

from dataclasses import dataclass, replace

import structlog

from ribambelle import asking, tenants
from ribambelle.families import ages
from ribambelle.identity import schools
from ribambelle.identity.tables import Address, Child, Household, Quartier, Responsibility

log = structlog.get_logger(__name__)
EVERYBODY = "tous"


@dataclass(frozen=True, slots=True)
class FamilyGroup:
    """Some households of the commune, under a name agents know; `area` gathers those of a kind."""

    key: str
    label: str
    households: frozenset[int]
    area: str = "Autres groupes"
    is_complete: bool = False
    """Those whose file with a service is complete: the board counts them in every other group."""


async def groups() -> list[FamilyGroup]:
    """Return every group: all the families, each quartier, school and age, then those of the plugins."""
    rows = await Household.select(Household.id)
    everybody = FamilyGroup(
        EVERYBODY, "Toutes les familles", frozenset(row["id"] for row in rows), ""
    )
    return [everybody, *await _quartiers(), *await _schools(), *await _ages(), *await _of_plugins()]


async def group(key: str) -> FamilyGroup:
    """Return a group by its key; all the families when there is none of this name."""
    found = await groups()
    return next((one for one in found if one.key == key), found[0])


async def _quartiers() -> list[FamilyGroup]:
    names = await Quartier.select(Quartier.id, Quartier.name).order_by(Quartier.name)
    rows = await Address.select(Address.household, Address.quartier).where(
        Address.quartier.is_not_null()
    )
    living: dict[int, set[int]] = {}
    for row in rows:
        living.setdefault(row["quartier"], set()).add(row["household"])
    return [
        FamilyGroup(
            f"quartier:{one['id']}",
            f"Quartier {one['name']}",
            frozenset(living[one["id"]]),
            "Par quartier",
        )
        for one in names
        if one["id"] in living
    ]


async def _schools() -> list[FamilyGroup]:
    living = await schools.households(tenants.current().now().date())
    return [
        FamilyGroup(f"school:{one.id}", one.name, frozenset(living[one.id]), "Par école")
        for one in await schools.every()
        if one.id in living
    ]


async def _ages() -> list[FamilyGroup]:
    today = tenants.current().now().date()
    children = await Child.select(Child.id, Child.household, Child.born_on, Child.due_on)
    homes = await _other_homes()
    living: dict[str, set[int]] = {}
    for one in children:
        if code := ages.band(one["born_on"], one["due_on"], today):
            living.setdefault(code, set()).update({one["household"], *homes.get(one["id"], ())})
    return [
        FamilyGroup(f"age:{code}", label, frozenset(living[code]), "Par âge des enfants")
        for code, label in ages.BANDS.items()
        if code in living
    ]


async def _other_homes() -> dict[int, set[int]]:
    """Return where the parents of each child live: one who lives apart is told as the other is."""
    rows = await Responsibility.select(
        Responsibility.child, Responsibility.adult.household.as_alias("household")
    ).where(Responsibility.has_authority.eq(True) & Responsibility.ended_at.is_null())
    homes: dict[int, set[int]] = {}
    for row in rows:
        homes.setdefault(row["child"], set()).add(row["household"])
    return homes


async def _of_plugins() -> list[FamilyGroup]:
    return [
        replace(one, key=f"{plugin}:{one.key}")
        for plugin, told in await asking.each("family_groups")
        for one in told
    ]
