"""What a family's telephone receives the first time it opens a page of the directory."""

import json
import re
from math import cos, pi, sin
from random import Random

from httpx import AsyncClient
from tests.assmat.builders import an_alert

from ribambelle.testing import Town
from ribambelle.testing.communes import Communes
from ribambelle_assmat import demo
from ribambelle_assmat.demo import Somewhere
from ribambelle_assmat.tables import Declared

MOST = 30_000
CITY = [
    Somewhere(f"Quartier {rank}", "", (47.2 + 0.012 * (rank % 4), -1.6 + 0.02 * rank), 0.008, 1)
    for rank in range(11)
]
QUERY = (
    "pres=Quartier+3&rayon=10000&age=18&jours=mon&jours=tue&jours=thu&arrivee=07:30&depart=18:00"
)


async def weight(browser: AsyncClient, path: str) -> dict[str, int]:
    """Return the bytes that come over the wire, by address: the page and all that it calls."""
    page = await browser.get(path)
    assert page.status_code == 200, path
    found, called = {path: page.num_bytes_downloaded}, [page]
    while called:
        text = called.pop().text
        for address in re.findall(r'(?:href="|src="|url\(["\']?)(/static[^"\'#)]+)', text):
            if address not in found:
                called.append(await browser.get(address))
                assert called[-1].status_code == 200, address
                found[address] = called[-1].num_bytes_downloaded
    return found


def with_an_outline(town: Town) -> None:
    """Give a commune as long an outline as a drawing keeps."""
    ring = [
        [-1.5 + 0.15 * cos(2 * pi * rank / 400), 47.22 + 0.04 * sin(2 * pi * rank / 400)]
        for rank in range(401)
    ]
    folder = town.app.platform.folder
    (folder / town.slug).mkdir(exist_ok=True)
    told = {"type": "Polygon", "coordinates": [ring]}
    (folder / town.slug / "outline.geojson").write_text(json.dumps(told))
    file = folder / f"{town.slug}.toml"
    setting = '[assmat]\noutline = "outline.geojson"\n\n[contact]'
    file.write_text(file.read_text().replace("[contact]", setting, 1))


async def test_a_first_visit_of_the_directory_comes_under_thirty_kilobytes(
    communes: Communes,
) -> None:
    """Four hundred in a city of eleven quartiers: a full page of results, all the points drawn."""
    town = communes.alpha
    with_an_outline(town)
    with town.here():
        await demo.spread(CITY, 400, Random(7))
        row = await Declared.objects().order_by(Declared.id).first()
        assert row is not None
        await Declared.update({Declared.email: "nadia@example.test"}).where(Declared.id == row.id)
        number, alert = int(row.childminder), await an_alert()
    here = f"/assmat/fiches/{number}"
    paths = ("/assmat", f"/assmat?{QUERY}", here, f"{here}/ecrire", "/assmat/activation")
    visitor = town.visitor()
    kept = [int(one) for one in re.findall(r"/fiches/(\d+)", (await visitor.get("/assmat")).text)]
    for one in [*dict.fromkeys(kept)][:12]:
        await visitor.post("/assmat/selection", data={"childminder": str(one)})

    told = {path: await weight(town.visitor(), path) for path in (*paths, alert)}
    told |= {path: await weight(visitor, path) for path in ("/assmat/selection", "/cout-de-garde")}

    page = (await town.visitor().get("/assmat")).text
    assert page.count("<circle") > 200 and page.count("<article") == 20 and "<polygon" in page
    assert all(len(found) >= 6 for found in told.values())  # the sheets, the script, the drawings
    assert {
        path: sum(found.values()) for path, found in told.items() if sum(found.values()) > MOST
    } == {}
