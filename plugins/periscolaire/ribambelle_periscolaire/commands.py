"""The commands of the périscolaire: ``ribambelle periscolaire …``"""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, inside, say, say_json, say_table
from ribambelle.errors import NotYours
from ribambelle.identity import schools
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.queries import devices

app = typer.Typer(no_args_is_help=True, help="Périscolaire : les tablettes des écoles.")
tablet = typer.Typer(no_args_is_help=True, help="Les tablettes qui pointent dans une école.")
app.add_typer(tablet, name="tablet")


@tablet.command("open")
def open_one(
    school: Annotated[str, typer.Argument(help="Nom de l’école, comme au portail.")],
    name: Annotated[str, typer.Argument(help="Nom de la tablette : Réfectoire.")],
    *,
    last: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Dernier jour.")],
    tenant: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Ouvrir une tablette à une école, et donner le code à y taper dans le quart d’heure.

    Exemple : ribambelle periscolaire tablet open "Lilas" Réfectoire --last 2027-07-02 --tenant nantes
    """

    async def work(commune: Tenant) -> dict[str, Any]:
        known = {label: number for number, label in (await schools.names()).items()}
        day, now = last.date(), commune.now()
        if school not in known:
            return {"refused": f"Aucune école « {school} ». Choisissez parmi : {', '.join(known)}."}
        if not 0 <= (day - now.date()).days <= devices.MOST_DAYS:
            return {"refused": "Choisissez un dernier jour à venir, dans l’année."}
        code = "" if dry_run else await devices.make(known[school], name, day, None, now)
        return {"refused": "", "code": code, "last": day}

    found = inside(tenant, "periscolaire", work)
    if as_json:
        say_json(found)
    elif not found["refused"]:
        code = f"{found['code'][:4]} {found['code'][4:]}"
        said = f"Tapez {code} sur la tablette, à /pointage, dans le quart d’heure."
        say("Rien n’est écrit : c’est un essai." if dry_run else said)
    if found["refused"]:
        if not as_json:
            say(found["refused"])
        raise typer.Exit(1)


@tablet.command("list")
def listing(*, tenant: TenantName, as_json: AsJson = False) -> None:
    """Montrer les tablettes, et jusqu’à quand chacune sert.

    Exemple : ribambelle periscolaire tablet list --tenant nantes
    """

    async def work(commune: Tenant) -> list[dict[str, Any]]:
        names = await schools.names()
        return [
            {
                "number": one.id,
                "name": one.name,
                "school": names.get(int(one.school), ""),
                "last": _day(one.expires_at, commune),
                "state": "révoquée"
                if one.revoked_at
                else "reliée"
                if one.paired_at
                else "code à taper",
            }
            for one in await devices.every()
        ]

    found = inside(tenant, "periscolaire", work)
    if as_json:
        say_json(found)
        return
    rows = [
        tuple(str(one[key]) for key in ("number", "name", "school", "last", "state"))
        for one in found
    ]
    say_table(("N°", "Tablette", "École", "Jusqu’au", "État"), rows, "Aucune tablette.")


@tablet.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="Son numéro, lu dans la liste.")],
    *,
    tenant: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Fermer une tablette tout de suite : elle ne montre plus aucun enfant.

    Exemple : ribambelle periscolaire tablet revoke 3 --tenant nantes
    """

    async def work(commune: Tenant) -> bool:
        if number not in {one.id for one in await devices.every()}:
            return False
        if not dry_run:
            try:
                await devices.revoke(number, None, commune.now())
            except NotYours:
                return False
        return True

    known = inside(tenant, "periscolaire", work)
    if as_json:
        say_json({"number": number, "revoked": known and not dry_run})
    elif known:
        say("Rien n’est écrit : c’est un essai." if dry_run else "Tablette révoquée.")
    if not known:
        if not as_json:
            say("Aucune tablette de ce numéro : regardez la liste.")
        raise typer.Exit(1)


def _day(at: datetime, commune: Tenant) -> date:
    return at.astimezone(commune.zone).date()
