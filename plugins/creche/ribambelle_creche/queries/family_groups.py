"""The families that ask for each crèche, as groups an agent may write to."""

from ribambelle.families import FamilyGroup
from ribambelle_creche.queries import facilities
from ribambelle_creche.queries.wishes import LIVES
from ribambelle_creche.tables import Application, Wish


async def by_facility() -> list[FamilyGroup]:
    """Return, for each crèche asked for today, the households that name it among their wishes."""
    rows = await Application.select(Application.id, Application.household).where(
        LIVES & Application.household.is_not_null()
    )
    living = {row["id"]: row["household"] for row in rows}
    asking: dict[int, set[int]] = {}
    for wish in await Wish.select(Wish.application, Wish.facility):
        if wish["application"] in living:
            asking.setdefault(wish["facility"], set()).add(living[wish["application"]])
    return [
        FamilyGroup(str(number), f"Crèche {name}", frozenset(asking[number]), "Par crèche demandée")
        for number, name in (await facilities.names()).items()
        if number in asking
    ]
