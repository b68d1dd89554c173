"""A commune of trial for a plugin: families, children, papers, and what the plugin itself invents."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ribambelle import demonstration_families, populating
from ribambelle.commands import busy
from ribambelle.database import migrations
from ribambelle.demonstration_families import FAMILIES, email_of
from ribambelle.errors import Refused
from ribambelle.identity import accounts, links, team
from ribambelle.populating import AGENT
from ribambelle.tenants import Platform, Tenant, creation
from ribambelle.tenants.creation import NewTenant
from ribambelle_cli import demonstration
from ribambelle_cli.demonstration import FAMILY, PASSWORD

SHOWN = 3
"""How many families have their link printed: one whose parents live apart, two others."""


@dataclass(frozen=True)
class Way:
    """How one invented person signs in: by a link, or by an address and the password of all."""

    who: str
    email: str
    link: str = ""


def slug_for(plugins: Sequence[str]) -> str:
    """Return the name of the commune of trial of these plugins: that of the first.

    >>> slug_for(["ludo_theque", "creche"])
    'essai-ludo-theque'
    """
    return f"essai-{plugins[0].replace('_', '-')}"


def opened(
    communes: Platform, plugins: Sequence[str], seed: int, *, as_json: bool = False
) -> tuple[dict[str, Any], str]:
    """Make the commune when it is not there; return what a program is told, and what a person is."""
    commune, ways = asyncio.run(prepare(communes, plugins, seed, as_json=as_json))
    return facts(commune, ways), welcome(commune, ways)


async def prepare(
    communes: Platform, plugins: Sequence[str], seed: int, *, as_json: bool = False
) -> tuple[Tenant, list[Way]]:
    """Make the commune the first time, bring its tables up to date the others; say who signs in."""
    try:
        commune = _commune(communes, tuple(dict.fromkeys(plugins)))
        if (commune.folder / "portal.sqlite").exists():
            with commune.here():
                await migrations.forward(commune.hooks.packages())
        else:
            with busy(f"{commune.slug} : invention des familles", as_json=as_json):
                await demonstration.make(commune, lambda made: _filled(made, seed))
        with commune.here():
            return commune, [*await _families(commune), *await _staff(commune)]
    finally:
        await communes.aclose()


def _commune(communes: Platform, plugins: tuple[str, ...]) -> Tenant:
    """Return the commune of these plugins, its file written when there is none."""
    require_working(communes, plugins)
    slug = slug_for(plugins)
    file = communes.folder / f"{slug}.toml"
    if not file.exists():
        host = f"{slug}.localhost"
        new = NewTenant(slug, (host,), name="Commune d’essai", plugins=plugins, demo=True)
        creation.require_possible(communes, new)
        creation.put(file, creation.text_of(new))
        communes.learn(slug)
        return communes.tenant(slug)
    commune = communes.tenant(slug)
    if not commune.settings.demo:
        raise Refused("not_a_demo", slug=slug)
    missing = [one for one in plugins if one not in commune.settings.plugins]
    if missing:
        raise Refused("kit_without", slug=slug, plugin=missing[0])
    return commune


def require_working(communes: Platform, plugins: Sequence[str]) -> None:
    """Refuse a plugin that is not installed, or that is put aside: the cause is told."""
    from ribambelle.web.portal import portal

    portal(communes)  # as when serving: what cannot be served is found here
    for name in plugins:
        if name in communes.plugins.broken:
            raise Refused("plugin_broken", plugin=name, why=communes.plugins.told(name))
    creation.require_plugins(communes, tuple(plugins))


async def _filled(commune: Tenant, seed: int) -> None:
    await populating.fill(commune, seed, PASSWORD)
    with commune.here():
        await demonstration_families.settle(seed)


async def _families(commune: Tenant) -> list[Way]:
    emails = [FAMILY, *(email_of(adults[0], name) for name, adults, _ in FAMILIES)][:SHOWN]
    now = commune.now()
    return [Way("Famille", one, await links.make("sign_in", one, now)) for one in emails]


async def _staff(commune: Tenant) -> list[Way]:
    """Return the invented staff, and nobody that a person added since."""
    known = accounts.known_roles()
    wanted = {AGENT, *(f"{code}@demo.example" for code in known)}
    return [
        Way(", ".join(choice.role.label for choice in one.held), one.account.email)
        for one in await team.members(commune.now())
        if one.account.email in wanted
    ]


def welcome(commune: Tenant, ways: Sequence[Way]) -> str:
    """Return what to open, and as whom."""
    lines = ["", f"{commune.settings.name} : {commune.url('/')}", ""]
    lines += ["Familles, par un lien valable une fois, trente minutes :"]
    lines += [f"  {way.email:32} {way.link}" for way in ways if way.link]
    lines += ["", f"Agents, à {commune.url('/connexion/mot-de-passe')}, mot de passe : {PASSWORD}"]
    lines += [f"  {way.email:32} {way.who}" for way in ways if not way.link]
    lines += [
        f"puis le code à six chiffres que montre {commune.url('/_boite')}",
        "",
        "Pour arrêter : Ctrl+C. Pour recommencer à neuf : ribambelle demo --forget",
        "",
    ]
    return "\n".join(lines)


def facts(commune: Tenant, ways: Sequence[Way]) -> dict[str, Any]:
    """Return what a program is told: where, and how each signs in."""
    return {
        "slug": commune.slug,
        "url": commune.url("/"),
        "plugins": list(commune.settings.plugins),
        "password": PASSWORD,
        "people": [{"who": way.who, "email": way.email, "link": way.link} for way in ways],
    }
