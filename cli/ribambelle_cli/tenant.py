"""Communes: bring one up, look at it, change what it uses."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar

import structlog
import typer

from ribambelle import openid
from ribambelle.commands import (
    AsJson,
    DryRun,
    busy,
    followed,
    platform,
    say,
    say_json,
    say_table,
    tenant,
)
from ribambelle.database import migrations, template
from ribambelle.errors import Misconfigured, Refused, RibambelleError, Unavailable
from ribambelle.identity import Grant, accounts, links
from ribambelle.tenants import Platform, Tenant, brand, checking, creation
from ribambelle.tenants.registry import make_key
from ribambelle.web.formats import pluriel
from ribambelle_cli.refusals import report, sentence

log = structlog.get_logger(__name__)
T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Les communes : créer, vérifier, activer un module.")
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/, par exemple nantes.")]
Name = Annotated[str, typer.Option(help="Nom affiché ; celui de la liste officielle sinon.")]
Insee = Annotated[str, typer.Option(help="Code INSEE, par exemple 97411.")]
Departement = Annotated[
    str, typer.Option(help="Code d’un département entier, par exemple 44 ; sans --insee.")
]
Hosts = Annotated[
    list[str] | None, typer.Option(help="Adresse du portail ; répéter pour plusieurs.")
]
Modules = Annotated[
    list[str] | None, typer.Option(help="Module à activer ; répéter pour plusieurs.")
]
Colour = Annotated[str, typer.Option(help="Couleur de la commune, par exemple #0B5FA5.")]
Base = Annotated[str, typer.Option(help="Adresse PostgreSQL ; SQLite sinon.")]
FirstAgent = Annotated[str, typer.Option(help="E-mail du premier agent à inviter.")]
ADMIN = [Grant("admin"), Grant("agent")]


def once(communes: Platform, work: Callable[[], Awaitable[T]]) -> T:
    """Run asynchronous work, then close what it opened."""

    async def run() -> T:
        try:
            return await work()
        finally:
            await communes.aclose()

    return asyncio.run(run())


def facts(commune: Tenant) -> dict[str, Any]:
    """Return what a report says of a commune."""
    settings = commune.settings
    return {
        "slug": commune.slug,
        "name": settings.name,
        "hosts": list(settings.hosts),
        "plugins": list(settings.plugins),
        "insee": settings.insee,
        "departement": settings.departement,
        "postcodes": list(settings.postcodes),
        "population": settings.population,
        "timezone": settings.timezone,
        "database": "postgresql" if settings.database.url else "sqlite",
        "url": commune.url("/"),
        "frozen_since": commune.frozen_since,
    }


LABELS = {
    "slug": "Commune",
    "name": "Nom",
    "hosts": "Adresses",
    "plugins": "Modules",
    "insee": "Code INSEE",
    "departement": "Département",
    "postcodes": "Codes postaux",
    "population": "Habitants",
    "timezone": "Fuseau",
    "database": "Base",
    "url": "Portail",
    "frozen_since": "État",
}
"""What `facts` says, for a person."""


def read_only(since: datetime | None) -> str:
    """Say since when a commune is only read, or that it is ready."""
    return f"lecture seule depuis le {since:%d/%m/%Y à %H:%M}" if since else "prête"


@app.command()
def create(
    slug: Slug,
    name: Name = "",
    insee: Insee = "",
    departement: Departement = "",
    host: Hosts = None,
    plugin: Modules = None,
    colour: Colour = "",
    database: Base = "",
    agent: FirstAgent = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Créer une commune : son fichier, sa base, et l’accès du premier agent.

    Exemple : ribambelle tenant create saint-denis --insee 97411 --host famille.saint-denis.re
    --plugin creche --agent prenom.nom@saint-denis.re

    Un département entier : ribambelle tenant create loire-atlantique --departement 44 --plugin assmat
    """
    new = creation.NewTenant(
        slug=slug,
        hosts=tuple(dict.fromkeys(host or [f"{slug}.localhost"])),
        insee=insee.upper(),
        departement=departement.upper(),
        name=name,
        plugins=tuple(dict.fromkeys(plugin or [])),
        colour=colour,
        database=database,
    )
    communes = platform()
    email = accounts.email_of(agent) if agent else ""
    creation.require_possible(communes, new)
    resumed = once(communes, lambda: creation.unfinished(communes, new))
    if dry_run:
        _tell_planned(new, as_json)
        return
    commune, link = once(communes, lambda: bring_up(communes, new, email))
    if as_json:
        said = {"activation_link": None if email else link, "invited": email or None}
        say_json({**facts(commune), **said, "resumed": resumed})
    else:
        _tell_created(commune, email, link, resumed=resumed)


def _tell_created(commune: Tenant, email: str, link: str, *, resumed: bool) -> None:
    slug = commune.slug
    if resumed:
        say(f"Une création interrompue de {slug} a été trouvée : elle est maintenant achevée.")
    say(f"{commune.settings.name} : portail créé à l’adresse {commune.url('/')}")
    if email:
        say(f"Invitation écrite à {email} : elle part dès que le portail est servi.")
    else:
        say(f"Lien d’activation du premier agent, valable 7 jours, à usage unique :\n{link}")
    if commune.mail_goes_nowhere:
        say(f"Avant d’ouvrir aux familles : réglez l’envoi des messages, [mail] dans {slug}.toml.")
    say("Pour le servir : ribambelle serve")


def _tell_planned(new: creation.NewTenant, as_json: bool) -> None:
    text = creation.text_of(new)
    if as_json:
        say_json({"slug": new.slug, "dry_run": True, "file": text})
    else:
        say(f"Serait écrit dans {new.slug}.toml :\n\n{text}\nRien n’a été changé.")


async def bring_up(communes: Platform, new: creation.NewTenant, email: str) -> tuple[Tenant, str]:
    links_made: list[str] = []

    async def first_agent(commune: Tenant) -> None:
        now = commune.now()
        if email:
            account = await accounts.create_staff(email, "", ADMIN, now)
            links_made.append(await accounts.invite(account, now))
        else:
            links_made.append(await links.make("invitation", "", now))

    commune = await creation.create(communes, new, first_agent)
    return commune, links_made[0]


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Lister les communes."""
    communes = platform()
    found: list[dict[str, Any]] = []
    for slug in communes.slugs():
        try:
            found.append({**facts(communes.tenant(slug)), "problem": None})
        except Misconfigured as error:
            hosts = sorted(host for host, owner in communes.hosts.items() if owner == slug)
            found.append(
                {
                    "slug": slug,
                    "name": slug,
                    "hosts": hosts,
                    "plugins": [],
                    "problem": error.message,
                }
            )
    if as_json:
        say_json(found)
        return
    say_table(
        ("Commune", "Nom", "Adresses", "Modules", "État"),
        [
            (
                f["slug"],
                f["name"],
                ", ".join(f["hosts"]),
                ", ".join(f["plugins"]),
                f"en panne : {f['problem']}" if f["problem"] else read_only(f["frozen_since"]),
            )
            for f in found
        ],
        "Aucune commune. Créez la première : ribambelle tenant create",
    )


@app.command()
def show(slug: Slug, as_json: AsJson = False) -> None:
    """Montrer ce qui est connu d’une commune."""
    found = facts(tenant(platform(), slug))
    if as_json:
        say_json(found)
        return
    told = {**found, "frozen_since": read_only(found["frozen_since"])}
    for key, value in told.items():
        words = ", ".join(value) if isinstance(value, list) else value
        say(f"{LABELS[key]:14} {'' if words is None else words}".rstrip())
    if found["frozen_since"]:
        say(f"Pour rouvrir l’écriture : ribambelle tenant freeze {slug} --off")


@app.command()
def identities(slug: Slug, as_json: AsJson = False) -> None:
    """Montrer ce qu’une commune déclare à FranceConnect et à ProConnect.

    Exemple : ribambelle tenant identities nantes
    """
    commune = tenant(platform(), slug)
    told: list[dict[str, Any]] = [
        {
            "provider": one.name,
            "on": openid.of(commune, code) is not None,
            "issuer": one.issuer,
            "client": one.client,
            "redirect_url": one.back,
            "logout_url": one.farewell,
            "algorithm": one.algorithm,
            "scopes": list(one.scopes),
        }
        for code in (openid.FRANCECONNECT, openid.PROCONNECT)
        for one in [openid.registered(commune, code)]
    ]
    if as_json:
        say_json(told)
        return
    for one in told:
        say(f"{one['provider']} : {'activé' if one['on'] else 'non activé'}")
        say(f"  Fournisseur                   {one['issuer'] or 'à écrire dans issuer'}")
        say(f"  Identifiant de la commune     {one['client'] or 'à écrire dans client'}")
        say(f"  Adresse de retour             {one['redirect_url']}")
        say(f"  Adresse après déconnexion     {one['logout_url']}")
        say(f"  Signature à déclarer          {one['algorithm']}")
        say(f"  Données demandées             {' '.join(one['scopes'])}")


@app.command()
def check(slug: Slug, as_json: AsJson = False) -> None:
    """Vérifier une commune : son fichier, son blason, sa clé, sa base, son journal."""
    from ribambelle.web.portal import portal

    communes = platform()
    portal(communes)  # as when serving: a plugin that cannot be served is found here
    told: list[dict[str, str]] = [
        {"error": words, "cure": ""} for words in communes.addresses.disputed(slug)
    ]
    remarks: list[str] = []
    try:
        commune = tenant(communes, slug)
        found, known = once(communes, lambda: checking.examined(commune))
        remarks = [*brand.warnings(commune.settings.brand.colour), *known]
        told += [{"error": words, "cure": ""} for words in found]
    except (Misconfigured, Unavailable, OSError) as error:
        told.append(report(error))
    problems = list(dict.fromkeys(f"{one['error']} {one['cure']}".rstrip() for one in told))
    if as_json:
        said = {"slug": slug, "ok": not problems, "problems": problems, "remarks": remarks}
        say_json({**said, **told[0]} if told else said)
    else:
        for line in [*problems, *remarks]:
            say(f"{slug} : {line}")
        if not problems:
            say(f"{slug} : tout est en ordre.")
    if problems:
        raise typer.Exit(1)


async def pending(commune: Tenant, packages: dict[str, str]) -> list[str]:
    with commune.here():
        return await migrations.pending(packages)


@app.command()
def upgrade(
    slug: Annotated[str | None, typer.Argument(help="Commune ; toutes si absente.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Mettre à niveau la base d’une commune, ou de toutes."""
    communes = platform()
    if slug:
        tenant(communes, slug)  # refused at once when it is unknown or its file cannot be read
    done: list[dict[str, Any]] = []
    for one in followed([slug] if slug else communes.slugs(), "Mise à niveau", as_json=as_json):
        steps: list[str] = []
        problem = None
        try:
            steps = once(communes, partial(_upgrade, communes, one, dry_run))
        except Exception as error:  # one commune must not keep the others from going on
            if not isinstance(error, RibambelleError | OSError):
                log.exception("upgrade_failed", tenant=one)
            problem = sentence(error)
        done.append({"slug": one, "migrations": steps, "dry_run": dry_run, "problem": problem})
    if as_json:
        say_json(done)
    else:
        for line in done:
            say(_told(line))
    if any(line["problem"] for line in done):
        raise typer.Exit(1)


def _told(line: dict[str, Any]) -> str:
    if line["problem"]:
        return f"{line['slug']} : {line['problem']}"
    steps = ", ".join(line["migrations"])
    later = " (à faire)" if line["dry_run"] and steps else ""
    return f"{line['slug']} : {steps or 'déjà à jour'}{later}"


async def _upgrade(communes: Platform, slug: str, dry_run: bool) -> list[str]:
    commune = tenant(communes, slug)
    packages = commune.hooks.packages()
    if dry_run:
        return await pending(commune, packages)
    make_key(commune.folder)
    file = commune.folder / "portal.sqlite"
    if not commune.settings.database.url and not file.exists():
        await template.create(file, packages, commune.platform.data / ".templates")
        return [str(step) for step in migrations.all_steps(packages, "sqlite")]
    return await forward(commune, packages)


async def forward(commune: Tenant, packages: dict[str, str]) -> list[str]:
    with commune.here():
        return await migrations.forward(packages, commune.platform.clock)


@app.command()
def move(
    slug: Slug,
    to: Annotated[
        str, typer.Option(help="Adresse PostgreSQL, ou sqlite pour le fichier de la commune.")
    ],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Déplacer la base d’une commune, service ouvert ; chaque ligne est comparée à l’arrivée.

    Elle est copiée pendant que les familles écrivent ; elles ne font que lire le temps, deux ou trois
    secondes, d’apporter ce qu’elles ont changé. L’ancienne base reste où elle était.

    Exemple : ribambelle tenant move nantes --to postgresql://ribambelle@bases/nantes
    """
    from ribambelle.tenants import moving

    communes = platform()
    commune = tenant(communes, slug)
    if dry_run:
        once(communes, lambda: moving.require_possible(commune, to))
        say(f"{slug} serait déplacée. Rien n’a été changé.")
        return
    with busy(f"Déplacement de {slug}", as_json=as_json):
        moved = once(communes, lambda: moving.move(commune, to))
    if as_json:
        say_json(
            {"slug": slug, "rows": moved.rows, "tables": moved.tables}
            | {"frozen_seconds": round(moved.frozen, 2), "kept": moved.kept}
        )
        return
    say(
        f"{slug}, déplacée et comparée : {pluriel(moved.rows, 'ligne')} de "
        f"{pluriel(moved.tables, 'table')} ; {moved.frozen:.1f} s en lecture seule".replace(
            ".", ","
        )
        + "."
    )
    say(f"L’ancienne base est gardée : {moved.kept}. Supprimez-la quand vous aurez une copie.")


@app.command()
def freeze(
    slug: Slug,
    off: Annotated[bool, typer.Option("--off", help="Rouvrir l’écriture.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mettre une commune en lecture seule, ou la rouvrir avec --off.

    Les pages se lisent ; ce qui s’écrirait répond « indisponible » ; les travaux attendent.

    Exemple : ribambelle tenant freeze nantes
    """
    from ribambelle.backups import state
    from ribambelle.tenants.tenant import FREEZE

    commune = tenant(platform(), slug)
    mark = commune.folder / FREEZE
    if off:
        known = state.upgrade(commune)
        if known is not None and known.is_unfinished:
            raise Refused("upgrade_unfinished", slug=slug)
        mark.unlink(missing_ok=True)
    elif not mark.exists():  # asked again, since when stays told
        mark.touch(mode=0o600)
    if as_json:
        say_json({"slug": slug, "frozen": not off})
    else:
        say(f"{slug} : {'l’écriture est rouverte' if off else 'lecture seule'}.")
