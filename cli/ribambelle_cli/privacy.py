"""Personal data: the register, a family's copy, forgetting one, removing what is past its term."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, say_table, tenant
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_cli.tenant import once

if TYPE_CHECKING:
    from ribambelle.privacy.retention import Entry

app = typer.Typer(no_args_is_help=True, help="Les données personnelles d’une commune.")
Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]
Household = Annotated[int, typer.Argument(help="Numéro de la famille, celui de sa fiche.")]


@app.callback()
def privacy() -> None:
    """Les données personnelles d’une commune."""


@app.command("register")
def register(slug: Slug, as_json: AsJson = False) -> None:
    """Écrire le registre des traitements (RGPD, art. 30) de cette commune.

    Exemple : ribambelle privacy register nantes --json
    """
    communes = platform()
    lines = once(communes, lambda: _register(tenant(communes, slug)))
    if as_json:
        say_json(lines)
        return
    rows = [(one["purpose"], one["kept"], one["forgotten"]) for one in lines]
    say_table(("Traitement", "Durée", "Effacement"), rows, "Aucun traitement.")


@app.command("export")
def export(
    slug: Slug,
    household: Household,
    to: Annotated[Path, typer.Option(help="Fichier zip à écrire.")],
    as_json: AsJson = False,
) -> None:
    """Écrire tout ce que la commune garde d’une famille, en un fichier.

    Exemple : ribambelle privacy export nantes 12 --to famille-12.zip
    """
    if to.exists():
        raise Refused("file_exists", file=str(to))
    communes = platform()
    with busy(f"Copie de la famille {household}", as_json=as_json):
        rows = once(communes, lambda: _export(tenant(communes, slug), household, to))
    if as_json:
        say_json({"slug": slug, "household": household, "file": str(to), "rows": rows})
    else:
        many = pluriel(sum(rows.values()), "ligne écrite", "lignes écrites")
        say(f"{slug} : {many} dans {to}. Gardez ce fichier en lieu sûr.")


@app.command("forget")
def forget(
    slug: Slug, household: Household, dry_run: DryRun = False, as_json: AsJson = False
) -> None:
    """Effacer une famille tout de suite ; les pièces comptables restent, sans nom.

    Le portail laisse une semaine à la famille : cette commande, non.

    Exemple : ribambelle privacy forget nantes 12 --dry-run
    """
    communes = platform()
    told = once(communes, lambda: _forget(tenant(communes, slug), household, dry_run))
    if as_json:
        say_json({"slug": slug, "household": household, "dry_run": dry_run, **told})
        return
    gone, kept = sum(told["removed"].values()), sum(told["kept"].values())
    if dry_run:
        left = pluriel(gone, "ligne partirait", "lignes partiraient")
        stays = pluriel(kept, "resterait", "resteraient")
    else:
        left = pluriel(gone, "ligne est partie", "lignes sont parties")
        stays = pluriel(kept, "reste", "restent")
    say(f"{slug} : {left} ; {stays}, que la loi garde dix ans.")


@app.command("eliminate")
def eliminate(
    slug: Slug,
    visa: Annotated[str, typer.Option(help="Date et numéro du visa des archives.")] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Éliminer ce qui a dépassé sa durée, et en garder le bordereau.

    Exemple : ribambelle privacy eliminate nantes --visa "AD 44, 12/2030"
    """
    communes = platform()
    commune = tenant(communes, slug)
    automatic = commune.settings.privacy.elimination == "automatic"
    if not dry_run and not visa.strip() and not automatic:
        raise Refused("visa_needed", slug=slug)
    entries = once(communes, lambda: _eliminate(commune, visa.strip(), dry_run))
    if as_json:
        rows = [{"purpose": one.purpose, "kept": one.kept, "rows": one.rows} for one in entries]
        say_json({"slug": slug, "dry_run": dry_run, "visa": visa, "slip": rows})
        return
    say_table(
        ("Données", "Durée", "Lignes"),
        [(one.purpose, one.kept, one.rows) for one in entries],
        f"{slug} : rien n’a dépassé sa durée.",
    )
    if entries:
        say("Rien n’a été changé." if dry_run else "C’est éliminé ; le bordereau est au portail.")


async def _register(commune: Tenant) -> list[dict[str, Any]]:
    from ribambelle.privacy.register import kept, rules, source

    with commune.here():
        known, said = await rules(), commune.settings.privacy
        return [
            {
                "table": rule.name,
                "columns": list(rule.columns),
                **{"purpose": rule.purpose, "basis": rule.basis, "recipients": rule.recipients},
                "kept": kept(rule, known, said),
                "source": source(rule, known, said),
                "forgotten": rule.because if rule.forgotten == "kept" else "Effacé",
            }
            for rule in known
        ]


async def _export(commune: Tenant, household: int, to: Path) -> dict[str, int]:
    from ribambelle.privacy import exporting

    to.touch(mode=0o600)
    try:
        with commune.here():
            return await exporting.household(household, to)
    except BaseException:
        to.unlink()
        raise


async def _forget(commune: Tenant, household: int, dry_run: bool) -> dict[str, dict[str, int]]:
    from ribambelle.privacy import asking, forgetting

    with commune.here():
        if dry_run:
            return (await forgetting.planned(household)).counts()
        if bound := await asking.bound(household):
            raise Refused("forget_bound", told=" ".join(bound))
        return (await forgetting.household(household)).counts()


async def _eliminate(commune: Tenant, visa: str, dry_run: bool) -> "list[Entry]":
    import msgspec

    from ribambelle.privacy import retention

    with commune.here():
        if dry_run:
            return (await retention.due(commune.now(), archives=True)).entries
        done = await retention.run(visa=visa)
        return msgspec.json.decode(done.slip, type=list[retention.Entry]) if done else []
