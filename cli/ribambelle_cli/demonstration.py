"""The communes of demonstration: made once, filled with invented families."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ribambelle.commands import busy, err
from ribambelle.database import template
from ribambelle.errors import Misconfigured
from ribambelle.populating import AGENT, fill
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.registry import make_key

# Published on purpose: these accounts exist only in communes of demonstration.
PASSWORD = "ribambelle de papier"  # noqa: S105 - shown on the screen of every demonstration
SHIPPED = Path(__file__).parents[2] / "tenants"
"""The communes this workspace comes with."""
FAMILY, TILL = "famille@demo.example", "regisseur@demo.example"


def slugs(communes: Platform) -> list[str]:
    """Return the communes of demonstration; one whose file cannot be read is left out, aloud."""
    found = []
    for slug in communes.slugs():
        try:
            if communes.tenant(slug).settings.demo:
                found.append(slug)
        except Misconfigured as error:
            err.print(error.message, markup=False)
    return found


def forget(communes: Platform) -> list[str]:
    """Remove the data of the communes of demonstration, and of no other; return their names."""
    gone = [slug for slug in slugs(communes) if (communes.data / slug).is_dir()]
    for slug in gone:
        shutil.rmtree(communes.data / slug)
    shutil.rmtree(communes.data / ".templates", ignore_errors=True)
    with suppress(OSError):
        communes.data.rmdir()  # when nobody else's data is there
    return gone


def provide(communes: Platform) -> None:
    """Write the communes of demonstration into a folder that has none, beside what is there."""
    if slugs(communes):
        return
    communes.folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(SHIPPED.glob("*.toml")):
        if not (communes.folder / file.name).exists():
            shutil.copyfile(file, communes.folder / file.name)
        if (beside := file.with_suffix("")).is_dir():
            # an outline, a list of streets: what the file names
            shutil.copytree(beside, communes.folder / file.stem, dirs_exist_ok=True)
    if not slugs(communes):
        raise Misconfigured(
            f"aucune commune de démonstration dans {communes.folder}",
            cure="écrivez « demo = true » dans le fichier d’une commune d’essai, ou ouvrez-en une pour"
            " un module : ribambelle demo --plugin MODULE",
        )


def opened(
    communes: Platform, seed: int, port: int, *, as_json: bool = False
) -> tuple[dict[str, Any], str]:
    """Make what is not there yet; return what a program is told of it, and what a person is."""
    asyncio.run(prepare(communes, seed, as_json=as_json))
    found = slugs(communes)
    return facts(communes, found), welcome(communes, found, port)


async def prepare(communes: Platform, seed: int, *, as_json: bool = False) -> None:
    """Make and fill the communes of demonstration that are not there yet."""
    try:
        provide(communes)
        for slug in slugs(communes):
            commune = communes.tenant(slug)
            if not (commune.folder / "portal.sqlite").exists():
                with busy(f"{commune.settings.name} : invention des familles", as_json=as_json):
                    await make(commune, lambda made: fill(made, seed, PASSWORD))
    finally:
        await communes.aclose()


async def make(commune: Tenant, filling: Callable[[Tenant], Awaitable[None]]) -> None:
    """Make the base of a commune of demonstration and fill it; half filled, it is not kept."""
    try:
        make_key(commune.folder)
        templates = commune.platform.data / ".templates"
        await template.create(commune.folder / "portal.sqlite", commune.hooks.packages(), templates)
        await filling(commune)
    except BaseException:
        await commune.platform.aclose()
        shutil.rmtree(commune.folder, ignore_errors=True)
        raise


@contextmanager
def programs(communes: Platform) -> Iterator[None]:
    """Run beside the portals what their plugins ask for; one that stops leaves them open."""
    wanted = {
        told
        for slug in slugs(communes)
        for told in communes.tenant(slug).hooks.all("demo_programs")
    }
    quiet = subprocess.DEVNULL
    started = [
        subprocess.Popen([sys.executable, "-m", *told], stdout=quiet)  # noqa: S603 - this interpreter, a plugin's own module
        for told in sorted(wanted)
    ]
    # the server gives the signal back once it has stopped: the programs are then stopped too
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        for program in started:
            program.terminate()
        for program in started:
            program.wait()


def welcome(communes: Platform, slugs: Sequence[str], port: int) -> str:
    """Return what to open, as whom, and how to stop."""
    lines = ["", "Ribambelle, démonstration : ouvrez", ""]
    for slug in slugs:
        commune = communes.tenant(slug)
        lines.append(f"  {commune.url('/'):40} {commune.settings.name}")
    lines += [
        "",
        f"Famille    {FAMILY} : connexion par lien, à suivre dans la boîte aux lettres (/_boite)",
        f"Mairie     {AGENT}    mot de passe : {PASSWORD}",
        "Crèche     creche_manager@demo.example, même mot de passe",
        "Guichet    creche_desk@demo.example, même mot de passe",
        "Régie      regisseur@demo.example, même mot de passe",
        "Annuaire   pmi@demo.example, childminder@demo.example, mairie@demo.example, rpe@demo.example",
        "           puis le code à six chiffres que montre la boîte aux lettres (/_boite)",
        "Identité   les boutons FranceConnect et ProConnect mènent à un service simulé (/connexion)",
        "",
        "Pour arrêter : Ctrl+C. Pour recommencer à neuf : make demo-clean",
        "",
    ]
    return "\n".join(lines)


def facts(communes: Platform, slugs: Sequence[str]) -> dict[str, Any]:
    """Return what a program is told of the demonstration: where, and as whom."""
    return {
        "portals": [{"slug": slug, "url": communes.tenant(slug).url("/")} for slug in slugs],
        "password": PASSWORD,
        "logins": {
            "family": FAMILY,
            "agent": AGENT,
            "manager": "creche_manager@demo.example",
            "desk": "creche_desk@demo.example",
            "till": TILL,
        },
    }
