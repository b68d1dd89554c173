"""What tests of the crèches start from; each builder sets only what its test does not care about."""

from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle_creche.tables import Facility


async def a_quartier(name: str = "Centre") -> int:
    """Write a quartier, or return the one of this name."""
    row = Quartier(name=name, folded=fold(name))
    await Quartier.insert(row).on_conflict(target=Quartier.folded, action="DO NOTHING")
    found = await Quartier.select(Quartier.id).where(Quartier.folded == fold(name)).first()
    assert found is not None
    return int(found["id"])


async def a_facility(
    name: str = "Les Lilas",
    quartier: str = "Centre",
    places: int = 30,
    kind: str = "municipal",
    at: tuple[int, int] | None = (47_200_000, -1_550_000),
    is_open: bool = True,
) -> int:
    """Write a crèche in a quartier, and return its id."""
    latitude, longitude = at or (None, None)
    row = Facility(
        name=name,
        folded=fold(name),
        kind=kind,
        quartier=await a_quartier(quartier),
        places=places,
        latitude=latitude,
        longitude=longitude,
        is_open=is_open,
        import_key=fold(name),
    )
    return int((await Facility.insert(row).returning(Facility.id))[0]["id"])
