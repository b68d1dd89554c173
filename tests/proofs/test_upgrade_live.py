"""Fifty communes upgraded while all of them are visited: nobody meets an error."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.cli import upgrades
from tests.cli.upgrades import GOOD, one_of

from ribambelle.database import template
from ribambelle.tenants import Platform
from ribambelle.upgrading import waves
from ribambelle.web.portal import portal

pytestmark = pytest.mark.slow
UPGRADED = [f"ville-{number:02}" for number in range(50)]
OTHERS = ["calme", "douce", "paisible"]


@pytest.fixture
async def fleet(tmp_path: Path, database_server: str) -> AsyncIterator[Platform]:
    """Fifty communes before the new version of a plugin, and three that do not use it."""
    packages = tmp_path / "packages"
    name = upgrades.package(packages)
    communes = upgrades.platform_of(tmp_path, packages, name)
    await upgrades.brought_up(
        communes, dict.fromkeys(UPGRADED, GOOD), tmp_path / "copies", database_server
    )
    await upgrades.brought_up(
        communes, dict.fromkeys(OTHERS, ()), tmp_path / "copies", database_server, plugins=()
    )
    upgrades.new_version(packages, name)
    yield communes
    await communes.aclose()
    for slug in (*UPGRADED, *OTHERS):
        if url := communes.tenant(slug).settings.database.url:
            await template.drop(url)


async def visited(communes: Platform, slugs: list[str], done: asyncio.Event) -> Counter[int]:
    """Ask for the first pages of these communes in turn until told to stop; count the answers."""
    transport = httpx.ASGITransport(app=portal(communes), raise_app_exceptions=False)
    answers: Counter[int] = Counter()
    async with httpx.AsyncClient(transport=transport) as visitor:
        while not done.is_set():
            for slug in slugs:
                for path in ("/", "/connexion"):
                    answer = await visitor.get(f"http://{slug}.localhost{path}")
                    answers[answer.status_code] += 1
    return answers


async def lived_through(communes: Platform) -> tuple[list[str], Counter[int], Counter[int]]:
    """Upgrade all under visitors; return what became of each, and what was answered meanwhile."""
    done = asyncio.Event()
    others = asyncio.create_task(visited(communes, OTHERS, done))
    upgraded = asyncio.create_task(visited(communes, UPGRADED, done))
    found = await waves.ahead(communes)
    order = waves.ordered(list(found.steps), UPGRADED[0], 10)
    became = [one.became async for one in waves.run(order, one_of(communes))]
    done.set()
    return became, await others, await upgraded


async def test_fifty_communes_are_upgraded_and_nobody_meets_an_error(fleet: Platform) -> None:
    became, others, upgraded = await lived_through(fleet)

    assert became == ["done"] * 50
    assert set(others) == {200} and others.total() > 100
    assert set(upgraded) == {200} and upgraded.total() > 100
    for slug in UPGRADED:
        commune = fleet.tenant(slug)
        assert not commune.is_frozen
        assert len(await upgrades.steps(commune)) == 3


async def test_twin_a_commune_taken_away_meanwhile_is_seen(fleet: Platform) -> None:
    done, file = asyncio.Event(), fleet.folder / f"{UPGRADED[0]}.toml"
    visits = asyncio.create_task(visited(fleet, UPGRADED[:3], done))
    kept = file.read_text("utf-8")
    file.write_text("illisible [", "utf-8")
    await asyncio.sleep(0.1)
    file.write_text(kept, "utf-8")
    done.set()

    assert set(await visits) == {200, 503}
