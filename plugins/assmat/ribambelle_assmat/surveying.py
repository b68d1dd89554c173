"""Where is an address the register gives without a point? Asked once, kept as a cell alone."""

from itertools import groupby
from typing import Any

from ribambelle import geocoding
from ribambelle.database import Prepared, transaction
from ribambelle.jobs import later
from ribambelle_assmat.domain.cells import MILLION, Point, snapped, tile
from ribambelle_assmat.tables import Childminder, Place

AT_ONCE = 200
UNPLACED = Prepared(
    lambda given: Place.raw(
        "SELECT p.id, p.childminder, p.line, p.postcode, p.city, p.quartier, p.micro_quartier"
        " FROM assmat_place p JOIN assmat_childminder c ON c.id = p.childminder"
        " WHERE p.latitude IS NULL AND p.line > '' AND c.gone_at IS NULL AND p.id > {}"
        " ORDER BY p.id LIMIT {}",
        given.after,
        AT_ONCE,
    )
)
NEIGHBOURS = Prepared(
    lambda given: Place.raw(
        "SELECT p.quartier, p.micro_quartier, p.postal FROM assmat_place p"
        " WHERE p.latitude = {} AND p.longitude = {} AND p.city = {}"
        " GROUP BY p.quartier, p.micro_quartier, p.postal"
        " ORDER BY COUNT(*) DESC, p.quartier, p.micro_quartier LIMIT 1",
        given.latitude,
        given.longitude,
        given.city,
    )
)


async def locate(after: int = 0) -> None:
    """Find where some addresses are, then let another job find the next ones; a job, each night.

    What nobody finds stays out of searches by distance, and is asked again the night after.
    """
    rows = await UNPLACED.ask(after=after)
    for (line, postcode, city), same in groupby(
        rows, lambda row: (row["line"], row["postcode"], row["city"])
    ):
        found = await geocoding.find(f"{line}, {postcode} {city}")
        if found is not None:
            await _place(list(same), snapped(Point(*found.spot)))
    if len(rows) == AT_ONCE:
        await later("assmat", "locate", after=rows[-1]["id"])


async def _place(rows: list[dict[str, Any]], cell: Point) -> None:
    """Write the cell of some places at one address, with the quartier those of the cell have."""
    north, east = round(cell.latitude * MILLION), round(cell.longitude * MILLION)
    spot: dict[str, Any] = {"latitude": north, "longitude": east, "tile": tile(cell)}
    near = await NEIGHBOURS.ask(latitude=north, longitude=east, city=rows[0]["city"])
    # told apart from her neighbours of the cell by a quartier, she would be nearer than the cell
    spot |= near[0] if near else {}
    async with transaction():
        for row in rows:
            values: dict[Any, Any] = dict(spot)
            await Place.update(values).where(Place.id == row["id"])
            values.pop("postal", None)
            hers = (Childminder.id == row["childminder"]) & (Childminder.line == row["line"])
            at = (Childminder.postcode == row["postcode"]) & (Childminder.city == row["city"])
            await Childminder.update(values).where(hers & at)
