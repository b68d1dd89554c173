"""The communes of demonstration: made once, filled with invented families."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ribambelle.commands import busy, err
from ribambelle.database import migrations, template
from ribambelle.errors import Misconfigured, Refused
from ribambelle.identity import Grant, accounts, passwords, team
from ribambelle.identity.second_factor import DEMONSTRATION
from ribambelle.identity.tables import Account
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.registry import make_key

# Published on purpose: these accounts exist only in communes of demonstration.
PASSWORD = "ribambelle de papier"  # noqa: S105 - shown on the screen of every demonstration
SHIPPED = Path(__file__).parents[2] / "tenants"
"""The communes this workspace comes with."""
AGENT, FAMILY = "agent@demo.example", "famille@demo.example"
TILL, PMI = "regisseur@demo.example", "pmi@demo.example"


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
            cure="écrivez « demo = true » dans le fichier d’une commune d’essai",
        )


async def prepare(communes: Platform, seed: int, *, as_json: bool = False) -> None:
    """Make and fill the communes of demonstration that are not there yet."""
    try:
        provide(communes)
        for slug in slugs(communes):
            commune = communes.tenant(slug)
            if not (commune.folder / "portal.sqlite").exists():
                with busy(f"{commune.settings.name} : invention des familles", as_json=as_json):
                    make_key(commune.folder)
                    file = commune.folder / "portal.sqlite"
                    templates = commune.platform.data / ".templates"
                    await template.create(file, commune.hooks.packages(), templates)
                    await fill(commune, seed, PASSWORD)
    finally:
        await communes.aclose()


async def fill(commune: Tenant, seed: int, password: str) -> None:
    """Write invented people in the empty base of a commune, and an account for each kind of staff."""
    with commune.here():
        await migrations.forward(commune.hooks.packages())
        kept = await passwords.hashed(password)
        await staff(commune, AGENT, "Sophie Laurent", [Grant("admin"), Grant("agent")], kept)
        fills = dict(commune.hooks.each("demo"))
        for name in ("core", *commune.settings.plugins):
            if fills.get(name) is not None:
                await fills[name](seed)
        for grant, label in await _limited():
            await staff(commune, f"{grant.role}@demo.example", label, [grant], kept)
        known = accounts.known_roles()
        for email, name, role in (
            (TILL, "Brigitte Aubry", "regisseur"),
            (PMI, "Hélène Faure", "pmi"),
        ):
            if role in known:
                await staff(commune, email, name, [Grant(role)], kept)


async def _limited() -> list[tuple[Grant, str]]:
    """Return each role that is limited to something, limited to the first thing there is."""
    found: dict[str, tuple[int, Grant, str]] = {}
    for one in await team.choices():
        if not one.role.scope:
            continue
        number = one.grant.number(one.role.scope) or 0
        if one.role.code not in found or number < found[one.role.code][0]:
            found[one.role.code] = number, one.grant, one.role.label
    return [(grant, label) for _, grant, label in found.values()]


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


async def staff(commune: Tenant, email: str, name: str, grants: list[Grant], kept: str) -> None:
    """Open an account of demonstration, with the password and the code that are shown.

    :param kept: the password, hashed.
    """
    if not commune.settings.demo:
        raise Refused("not_a_demo", slug=commune.slug)
    account = await accounts.create_staff(email, name, grants, commune.now())
    await Account.update({Account.password: kept, Account.totp: DEMONSTRATION}).where(
        Account.id == account.id
    )


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
