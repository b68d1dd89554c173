"""Groups of families a town hall writes to and follows: all, a quartier, what plugins know."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from ribambelle import tenants
from ribambelle.identity import schools
from ribambelle.identity.tables import Address, Household, Quartier

log = structlog.get_logger(__name__)
EVERYBODY = "tous"


@dataclass(frozen=True, slots=True)
class FamilyGroup:
    """Some households of the commune, under a name agents know."""

    key: str
    label: str
    households: frozenset[int]


async def groups() -> list[FamilyGroup]:
    """Return every group of families: all of them, each quartier, then those of the plugins."""
    rows = await Household.select(Household.id)
    everybody = FamilyGroup(EVERYBODY, "Toutes les familles", frozenset(row["id"] for row in rows))
    return [everybody, *await _quartiers(), *await _schools(), *await _of_plugins()]


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
            f"quartier:{one['id']}", f"Quartier {one['name']}", frozenset(living[one["id"]])
        )
        for one in names
        if one["id"] in living
    ]


async def _schools() -> list[FamilyGroup]:
    living = await schools.households(tenants.current().now().date())
    return [
        FamilyGroup(f"school:{one.id}", one.name, frozenset(living[one.id]))
        for one in await schools.every()
        if one.id in living
    ]


async def _of_plugins() -> list[FamilyGroup]:
    found = []
    for plugin, functions in tenants.current().hooks.each("family_groups"):
        for function in functions:
            found += await _asked(plugin, function)
    return found


async def _asked(
    plugin: str, function: Callable[[], Awaitable[list[FamilyGroup]]]
) -> list[FamilyGroup]:
    try:
        told = await function()
    except Exception:  # isolation: the other groups must still be there
        log.exception("family_groups_failed", plugin=plugin)
        return []
    return [FamilyGroup(f"{plugin}:{one.key}", one.label, one.households) for one in told]
