"""Children a commission examines who are in a crèche already."""

from typing import Any

from ribambelle_creche.domain.transfers import Held
from ribambelle_creche.queries import contracts
from ribambelle_creche.tables import Application, Commission, Contract, Examined


async def held(row: Commission) -> dict[str, Held]:
    """Return the lasting place each examined child has on the first day, by number of file.

    A child is the same one in the register, whichever file its place came from; one its crèche wrote
    without a file is known by the file that was opened from its place.
    """
    mine = Examined.select(Examined.application).where(
        (Examined.commission == row.id) & (Examined.refusal == "")
    )
    files = await Application.select(Application.id, Application.number, Application.child).where(
        Application.id.is_in(mine) & Application.child.is_not_null()
    )
    by_child = {file["child"]: file for file in files}
    found: dict[str, Held] = {}
    children = list(by_child)
    for start in range(0, len(children), 500):
        for one in await contracts.running(children[start : start + 500], row.first_start):
            file = by_child[int(one.application.child)]
            lasts = one.last is None or one.last > row.last_start
            if lasts and one.application.id != file["id"]:
                found[file["number"]] = (int(one.facility), one.slots)
    numbers = {file["id"]: file["number"] for file in await _opened_here(row)}
    opened = list(numbers)
    for start in range(0, len(opened), 500):
        for one in await contracts.leaving_by(opened[start : start + 500], row.first_start):
            if one.last is None or one.last > row.last_start:
                found[numbers[int(one.transfer)]] = (int(one.facility), one.slots)
    return found


async def _opened_here(row: Commission) -> list[dict[str, Any]]:
    """Return the files a commission examines that were opened from the place of a child."""
    opened = Contract.select(Contract.transfer).where(Contract.transfer.is_not_null())
    mine = Examined.select(Examined.application).where(
        (Examined.commission == row.id) & (Examined.refusal == "")
    )
    return await Application.select(Application.id, Application.number).where(
        Application.id.is_in(opened) & Application.id.is_in(mine)
    )
