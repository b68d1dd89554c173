"""The families that ask for each crèche, or have a child there, as groups an agent may write to."""

from ribambelle import tenants
from ribambelle.families import FamilyGroup
from ribambelle_creche.queries import facilities
from ribambelle_creche.queries.wishes import LIVES, SHOWN
from ribambelle_creche.tables import Application, Contract, Wish


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


async def by_completeness() -> list[FamilyGroup]:
    """Return the households of which a file is complete: every proof was seen."""
    rows = await Application.select(Application.household).where(
        SHOWN & Application.household.is_not_null()
    )
    homes = frozenset(row["household"] for row in rows)
    label = "Dossier de crèche complet"
    group = FamilyGroup("dossiers", label, homes, "Dossiers complets", is_complete=True)
    return [group] if homes else []


async def by_admission() -> list[FamilyGroup]:
    """Return, for each crèche, the households whose child was admitted there and has not left."""
    day = tenants.current().now().date()
    rows = await Contract.select(
        Contract.facility, Contract.application.household.as_alias("household")
    ).where(
        Contract.application.household.is_not_null()
        & (Contract.last.is_null() | (Contract.last >= day))
    )
    welcomed: dict[int, set[int]] = {}
    for row in rows:
        welcomed.setdefault(row["facility"], set()).add(row["household"])
    return [
        FamilyGroup(
            f"accueil-{number}",
            f"Enfants accueillis, {name}",
            frozenset(welcomed[number]),
            "Par crèche qui accueille",
        )
        for number, name in (await facilities.names()).items()
        if number in welcomed
    ]
