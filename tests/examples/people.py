"""Signs people in to a commune that is served elsewhere: ``python -m tests.examples.people SLUG``."""

import asyncio
import json
import sys
from datetime import date

from ribambelle.commands import platform
from ribambelle.identity import Grant
from ribambelle.testing import Town
from ribambelle.web.portal import portal


async def signed_in(slug: str) -> dict[str, str | int]:
    """Return the sessions of a parent and of two members of staff, and the number of a child."""
    app = portal(platform())
    town = Town(app, slug)
    parent, numbers = await town.parent(
        "camille@example.test", "Camille Hoarau", Léa=date(2021, 5, 3)
    )
    librarian = await town.staff(Grant("librarian"), email="livres@example.test")
    agent = await town.staff(Grant("agent"), Grant("admin"), email="agent@example.test")
    found = {
        name: str(client.cookies.get("session", domain=town.host))
        for name, client in (("parent", parent), ("librarian", librarian), ("agent", agent))
    }
    await app.platform.aclose()
    return {**found, "child": numbers["Léa"]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(signed_in(sys.argv[1]))))
