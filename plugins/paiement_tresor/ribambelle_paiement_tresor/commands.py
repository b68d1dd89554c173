"""The commands of payments: ``ribambelle paiement …``"""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, inside, say, say_json
from ribambelle.database import transaction
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import checking, commands_titres
from ribambelle_paiement_tresor.domain.accounts import LEDGERS
from ribambelle_paiement_tresor.domain.modes import MODES, STEPS, step_refused
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import books, modes
from ribambelle_paiement_tresor.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Paiements : le Trésor, les comptes.")
app.add_typer(commands_titres.app, name="titres")
WHY = {
    "unknown": "Ce mode n’existe pas. Choisissez parmi : " + ", ".join(MODES) + ".",
    "skipped": "Chaque étape compte : passez d’abord par « {before} ».",
    "open_tests": "{count} paiements d’essai n’ont pas encore de réponse du Trésor. Attendez leur "
    "fin, au plus huit jours, puis recommencez.",
}


@app.command("mode")
def mode(
    wanted: Annotated[
        str, typer.Argument(help="off, test, activation, production ou demo ; rien : le dire.")
    ] = "",
    *,
    tenant: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Dire jusqu’où la commune est allée avec le Trésor, ou passer à l’étape suivante.

    Exemple : ribambelle paiement mode test --tenant chatenoy-le-royal
    """

    async def work(commune: Tenant) -> dict[str, Any]:
        taken, open_tests = await modes.taken(), await modes.open_tests()
        if wanted:
            why = step_refused(wanted, taken, open_tests)
            if why:
                return {"refused": _why(why, wanted, open_tests), "taken": taken}
            if not dry_run and taken[-1:] != [wanted]:
                async with transaction():
                    await modes.write(wanted, commune.now())
                    await journal.record(
                        "paiement.mode", "paiement.mode:1", account=None, side="system", mode=wanted
                    )
                taken = [*taken, wanted]
        return {"refused": "", "taken": taken, "file": commune.of(Settings).mode}

    found = inside(tenant, "paiement", work)
    if as_json:
        say_json(found)
    elif found["refused"]:
        say(found["refused"])
    else:
        _tell(found, wanted, dry_run)
    if found["refused"]:
        raise typer.Exit(1)


def _why(why: str, wanted: str, open_tests: int) -> str:
    before = STEPS[STEPS.index(wanted) - 1] if wanted in STEPS[1:] else ""
    return WHY[why].format(before=before, count=open_tests)


def _tell(found: dict[str, Any], wanted: str, dry_run: bool) -> None:
    now = found["taken"][-1] if found["taken"] else "off"
    if found["file"] == "demo":
        now = "demo"
    if dry_run and wanted:
        say(f"Rien n’a été changé. Le passage à « {wanted} » est possible.")
    say(f"{now} : {MODES[now]}.")
    if found["file"] != now:
        say(
            f"Le fichier de la commune dit encore « {found['file']} » : écrivez "
            f'mode = "{now}" sous [paiement].'
        )


@app.command("check")
def check(tenant: TenantName, as_json: AsJson = False) -> None:
    """Vérifier les comptes et les régies : l’équilibre, les soldes, ce que le Trésor en dit.

    Exemple : ribambelle paiement check --tenant chatenoy-le-royal
    """

    async def work(commune: Tenant) -> dict[str, Any]:
        balances = await books.balances()
        return {
            "unbalanced": await books.faults(),
            "balances": balances,
            "sum": sum(balances.values()),
            "regies": [asdict(one) for one in await checking.regies(commune)],
        }

    found = inside(tenant, "paiement", work)
    if as_json:
        say_json(found)
    else:
        for code, label in LEDGERS.items():
            if code in found["balances"]:
                say(f"{label:45} {euros(found['balances'][code]):>16}")
        for line in found["regies"]:
            say(line["words"])
        for key in found["unbalanced"]:
            say(f"Écriture déséquilibrée : {key}. Gardez cette base, comparez à une sauvegarde.")
        if not found["unbalanced"]:
            say("Les comptes sont équilibrés.")
    if found["unbalanced"] or any(line["is_problem"] for line in found["regies"]):
        raise typer.Exit(1)
