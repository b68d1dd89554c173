"""Where figures are read: on the standby when it follows, else on the main database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from ribambelle.database import using
from ribambelle.database.standby import Following
from ribambelle.tenants import Tenant


async def following(commune: Tenant) -> Following | None:
    """Return how the standby of a commune follows; nothing when it has none."""
    standby = commune.standby
    if standby is None:
        return None
    return await standby.follows(timedelta(seconds=commune.settings.standby.late_seconds))


@asynccontextmanager
async def reading(commune: Tenant) -> AsyncIterator[str]:
    """Send the questions of the block where figures are read; yield what to tell their reader."""
    found = await following(commune)
    standby = commune.standby
    if found is None or standby is None:
        yield ""
    elif found.is_read:
        with using(standby):
            yield told(found, commune)
    else:
        yield f"{told(found, commune)} Ces chiffres viennent de la base principale."


def told(found: Following, commune: Tenant) -> str:
    """Say how a standby follows; nothing to say of one that has everything."""
    if found.why:
        return f"La base de secours n’est pas lue : {found.why}."
    if found.up_to is None:
        return ""
    up_to = found.up_to.astimezone(commune.zone)
    return f"La base de secours est en retard : elle s’arrête au {up_to:%d/%m/%Y à %H:%M:%S}."
