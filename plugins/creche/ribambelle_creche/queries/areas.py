"""The parts of the town that figures are counted in: its quartiers, or its IRIS."""

from ribambelle import tenants
from ribambelle.identity.tables import Quartier
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.queries import streets
from ribambelle_creche.queries.statistics import Cut
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import FrozenCount

NOWHERE = {"": "Sans quartier", "iris": "Sans IRIS connu"}
"""Who lives in no part that is known, by the way the town is cut."""


async def areas(cut: str) -> tuple[dict[int, str], Cut | None]:
    """Return the parts of the town by number, and the number of each IRIS when it is cut so."""
    if not cut:
        return await quartier_names(), None
    irises = dict(enumerate(await streets.irises(), start=1))
    names = {**irises, rules.NOWHERE: NOWHERE["iris"]}
    return names, {iris: number for number, iris in irises.items()}


async def quartier_names() -> dict[int, str]:
    """Return the quartiers by id, in order of name, and the place of those in none."""
    rows = (
        await Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.folded)
    )
    return {**{row["id"]: row["name"] for row in rows}, rules.NOWHERE: NOWHERE[""]}


async def published_cut() -> str:
    """Return the one way the town is cut in all that leaves the town hall: `iris`, or nothing.

    Two ways give away by subtraction what each hides, so the first that was published stays,
    whatever the commune has set since.
    """
    first = await FrozenCount.select(FrozenCount.cut).order_by(FrozenCount.month).first()
    if first is not None:
        return "iris" if first["cut"] == "iris" else ""
    wants_iris = tenants.current().of(Settings).published_by == "iris"
    return "iris" if wants_iris and await streets.irises() else ""
