"""The crèches a file may still name: those that take the child, the nearest first."""

from typing import Any

from ribambelle_creche.domain.dossier import Dossier, Wishes
from ribambelle_creche.domain.taking import Taking
from ribambelle_creche.queries import facilities
from ribambelle_creche.tables import Facility


async def offers(dossier: Dossier, quartier: int | None) -> dict[str, Any]:
    """Return the crèches chosen, those of the family's quartier, and those one may add."""
    everything = {one.id: one for one in await facilities.every()}
    chosen = (dossier.wishes or Wishes()).facilities
    left = [one for one in everything.values() if one.id not in chosen]
    fit = [one for one in left if fits(one, dossier)]
    asked = [one for one in fit if quartier in (None, one.quartier.id)]
    home = dossier.address.quartier if dossier.address else None
    names = [one.name for one in everything.values()]
    return {
        "quartier": quartier,
        "chosen": [everything[number] for number in chosen if number in everything],
        "near": [one for one in fit if home is not None and one.quartier.id == home][:4],
        "offered": [(one.id, label_of(one, names)) for one in asked],
        "too_young": len(left) - len(fit),
    }


def fits(facility: Facility, dossier: Dossier) -> bool:
    """Tell whether a crèche takes children of this age; while one cannot tell, it does."""
    born_on = dossier.child.reference_on if dossier.child else None
    start_on = dossier.entry.start_on if dossier.entry else None
    if born_on is None or start_on is None:
        return True
    return Taking(facility.name, facility.from_weeks, facility.to_months).takes(born_on, start_on)


def label_of(one: Facility, names: list[str]) -> str:
    """Return how a list calls a crèche: by its street too when another bears its name."""
    street = one.address if names.count(one.name) > 1 else ""
    where = ", ".join(filter(None, (street, one.quartier.name if one.quartier.id else "")))
    return f"{one.name} ({where})" if where else one.name
