"""The plugins of a commune: enabled, disabled, put away with what they kept, taken out again."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, tenant
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant, creation
from ribambelle.web.formats import pluriel
from ribambelle.workflow import journal
from ribambelle_cli.tenant import Slug, forward, once, pending

Plugin = Annotated[str, typer.Argument(help="Module, par exemple creche.")]
Told = tuple[dict[str, Any], list[str]]


def join(app: typer.Typer) -> None:
    """Add these commands to those of communes; added twice, they are there once."""
    known = {command.name for command in app.registered_commands}
    for name, command in (("enable", enable), ("disable", disable)):
        if name not in known:
            app.command(name)(command)


def enable(
    slug: Slug,
    plugin: Plugin,
    archive: Annotated[
        Path | None,
        typer.Option(help="Dossier écrit par « tenant disable --archive », à reprendre."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Activer un module pour une commune et créer ses tables, ou reprendre ce qui en était archivé.

    Exemple : ribambelle tenant enable saint-denis creche
    """
    communes = platform()
    commune = tenant(communes, slug)
    creation.require_plugins(communes, (plugin,))
    if plugin in commune.settings.plugins:
        raise Refused("plugin_already", slug=slug, plugin=plugin)
    names = (*commune.settings.plugins, plugin)
    if archive:
        told = _brought_back(commune, plugin, archive, dry_run, as_json)
    else:
        told = _enabled(commune, plugin, names, dry_run)
    _tell(told, {"slug": slug, "plugins": list(names), "dry_run": dry_run}, as_json)


def _enabled(commune: Tenant, plugin: str, names: tuple[str, ...], dry_run: bool) -> Told:
    packages = commune.platform.plugins.only(names).packages()
    if dry_run:
        steps = once(commune.platform, lambda: pending(commune, packages))
        told = [f"{commune.slug} : module {plugin} serait activé."]
        if steps:
            told.append(f"Étapes à faire : {', '.join(steps)}. Rien n’a été changé.")
        return {"migrations": steps}, told

    async def work() -> list[str]:
        # The tables first: a plugin is never reachable before it can answer.
        taken = await forward(commune, packages)
        await _set_plugins(commune, "tenant.plugin_enabled", plugin, names)
        return taken

    taken = once(commune.platform, work)
    return {"migrations": taken}, [f"{commune.slug} : module {plugin} activé."]


def _brought_back(
    commune: Tenant, plugin: str, archive: Path, dry_run: bool, as_json: bool
) -> Told:
    from ribambelle.tenants import archiving

    if dry_run:
        made = once(commune.platform, lambda: archiving.looked_at(commune, plugin, archive))
        many = pluriel(made.rows, "ligne")
        told = f"{commune.slug} : {many} de {plugin}, du {made.at:%d/%m/%Y}, à reprendre."
        return {"rows": made.rows}, [told, "Rien n’a été changé."]
    with busy(f"Reprise de {plugin}", as_json=as_json):
        made, lost = once(commune.platform, lambda: archiving.bring_back(commune, plugin, archive))
    back = pluriel(made.rows - lost, "ligne reprise", "lignes reprises")
    told = f"{commune.slug} : module {plugin} activé, {back}."
    more = f"Laissées de côté : {pluriel(lost, 'ligne')} de personnes que la commune a oubliées."
    return {"rows": made.rows - lost, "left_out": lost}, [told, *([more] if lost else [])]


def disable(
    slug: Slug,
    plugin: Plugin,
    archive: Annotated[
        Path | None,
        typer.Option(help="Dossier à créer : ses données y sont écrites et quittent la base."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Désactiver un module : ses pages disparaissent, ses données restent, ou sont archivées.

    Une archive est écrite, puis seulement alors retirée de la base ; le journal en garde l’empreinte,
    et « tenant enable --archive » la reprend.

    Exemple : ribambelle tenant disable saint-denis creche --archive /archives/creche-2026
    """
    communes = platform()
    commune = tenant(communes, slug)
    if plugin not in commune.settings.plugins and not archive:
        raise Refused("plugin_disabled", slug=slug, plugin=plugin)
    names = tuple(name for name in commune.settings.plugins if name != plugin)
    if archive:
        told = _put_away(commune, plugin, archive, dry_run, as_json)
    else:
        told = _disabled(commune, plugin, names, dry_run)
    _tell(told, {"slug": slug, "plugins": list(names), "dry_run": dry_run}, as_json)


def _disabled(commune: Tenant, plugin: str, names: tuple[str, ...], dry_run: bool) -> Told:
    if not dry_run:
        once(
            commune.platform,
            lambda: _set_plugins(commune, "tenant.plugin_disabled", plugin, names),
        )
    verb = "serait désactivé" if dry_run else "désactivé"
    return {}, [f"{commune.slug} : module {plugin} {verb}. Ses données sont gardées."]


def _put_away(commune: Tenant, plugin: str, archive: Path, dry_run: bool, as_json: bool) -> Told:
    from ribambelle.tenants import archiving

    if dry_run:
        many = once(commune.platform, lambda: archiving.counted(commune, plugin, archive))
        told = f"{commune.slug} : {pluriel(many, 'ligne')} de {plugin} à archiver."
        return {"rows": many}, [told, "Rien n’a été changé."]
    with busy(f"Archive de {plugin}", as_json=as_json):
        made = once(commune.platform, lambda: archiving.put_away(commune, plugin, archive))
    away = pluriel(made.rows, "ligne archivée", "lignes archivées")
    return {"rows": made.rows, "digest": made.digest, "folder": str(archive)}, [
        f"{commune.slug} : module {plugin} désactivé, {away} dans {archive}.",
        "Il n’en reste rien dans la base : gardez ce dossier, et comme les données elles-mêmes.",
    ]


async def _set_plugins(commune: Tenant, act: str, plugin: str, names: tuple[str, ...]) -> None:
    """Change the commune's file and say so in its journal: both, or neither."""
    with commune.here():
        async with transaction():
            await journal.record(act, f"plugin:{plugin}", side="command")
            creation.set_plugins(commune.platform, commune.slug, names)


def _tell(told: Told, facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(facts | told[0])
    else:
        say("\n".join(told[1]))
