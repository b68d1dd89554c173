"""Titres from the command line: ``ribambelle paiement titres …``"""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ribambelle.commands import AsJson, DryRun, TenantName, inside, say, say_json, say_table
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.web.formats import pluriel
from ribambelle_paiement_tresor import bordereau_file, transferring, treasury_files
from ribambelle_paiement_tresor.domain.accounts import KINDS
from ribambelle_paiement_tresor.domain.titres import REASONS, STATES
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pes import reading
from ribambelle_paiement_tresor.queries import titres
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.titre_refusals import words
from ribambelle_paiement_tresor.treasury_files import Effects

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Impayés transmis au comptable, fichiers du Trésor.")
Number = Annotated[int, typer.Argument(help="Numéro du bordereau dans la base (« list »).")]


def _inside(tenant: str, work: Callable[[Tenant], Awaitable[T]]) -> T:
    """Run work in a commune; a refusal is told, and the command fails."""
    try:
        return inside(tenant, "paiement", work)
    except Refused as refusal:
        say(words(refusal))
        raise typer.Exit(1) from None


@app.command("list")
def listed(tenant: TenantName, as_json: AsJson = False) -> None:
    """Dire ce qui peut être transmis, ce qui attend, et les bordereaux partis.

    Exemple : ribambelle paiement titres list --tenant chatenoy-le-royal
    """

    async def work(commune: Tenant) -> dict[str, Any]:
        found = await transferring.waiting(commune, commune.now().date())
        floor = euros(commune.of(Settings).smallest_titre_cents)
        return {
            "ready": [
                {"payer": one.payer, "cents": one.cents, "invoices": len(one.lates)}
                for one in found.ready
            ],
            "waiting": [
                {
                    **{"payer": one.payer, "cents": one.cents, "reason": one.reason},
                    "words": REASONS[one.reason].format(floor=floor),
                }
                for one in found.held
            ],
            "bordereaux": [
                {
                    **{"id": row.id, "exercise": row.exercise, "type": row.type},
                    **{"number": row.number, "titres": row.pieces, "cents": int(row.cents)},
                    **{"state": row.state, "told": row.told},
                }
                for row in await titres.every(0, 1000)
            ],
        }

    found = inside(tenant, "paiement", work)
    if as_json:
        say_json(found)
        return
    cents = sum(one["cents"] for one in found["ready"])
    say(f"À transmettre : {pluriel(len(found['ready']), 'famille')}, {euros(cents)}.")
    say_table(
        ("Compte", "Montant", "Pourquoi elle attend"),
        [(one["payer"], euros(one["cents"]), one["words"]) for one in found["waiting"]],
        "Aucune dette n’attend.",
    )
    say_table(
        ("Bordereau", "Exercice", "Numéro", "Titres", "Montant", "Où il en est"),
        [
            (
                *(row["id"], row["exercise"], row["number"], row["titres"]),
                *(euros(row["cents"]), STATES[row["state"]]),
            )
            for row in found["bordereaux"]
        ],
        "Aucun bordereau.",
    )


@app.command("hand-over")
def hand_over(
    tenant: TenantName,
    payers: Annotated[
        list[int] | None, typer.Option("--payer", help="Un compte ; sans réponse, tous.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Transmettre au comptable ce qui n’est pas payé. Relancé, il ne transmet rien deux fois.

    Exemple : ribambelle paiement titres hand-over --tenant chatenoy-le-royal --dry-run
    """

    async def work(commune: Tenant) -> dict[str, Any]:
        if dry_run:
            transferring.require_open(commune, commune.now().date())
            found = (await transferring.waiting(commune, commune.now().date())).ready
            chosen = [one for one in found if not payers or one.payer in payers]
            return {"titres": len(chosen), "cents": sum(one.cents for one in chosen)}
        number = await transferring.hand_over(commune, None, payers or None)
        row = await titres.one(number)
        file = await bordereau_file.written(commune, row)
        told = {"bordereau": number, "number": row.number, "file": str(file)}
        return {**told, "titres": row.pieces, "cents": int(row.cents)}

    found = _inside(tenant, work)
    if as_json:
        say_json(found)
        return
    done = "Rien n’a été changé. Seraient transmis" if dry_run else "Transmis"
    say(f"{done} : {pluriel(found['titres'], 'titre')}, {euros(found['cents'])}.")
    if not dry_run:
        say(f"Bordereau {found['number']}, fichier : {found['file']}")


@app.command("file")
def file(
    number: Number,
    tenant: TenantName,
    out: Annotated[Path | None, typer.Option(help="Où copier le fichier.")] = None,
) -> None:
    """Écrire le fichier d’un bordereau, ou dire où il est.

    Exemple : ribambelle paiement titres file 3 --tenant chatenoy-le-royal --out .
    """

    async def work(commune: Tenant) -> Path:
        return await bordereau_file.written(commune, await titres.one(number))

    found = _inside(tenant, work)
    if out is None:
        say(str(found))
        return
    place = out / found.name if out.is_dir() else out
    shutil.copyfile(found, place)
    say(str(place))


@app.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="PES ACQUIT ou PES Retour.", exists=True)],
    tenant: TenantName,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Compter un fichier du Trésor. Relancé, il ne compte rien deux fois.

    Exemple : ribambelle paiement titres import retour.xml --tenant chatenoy-le-royal --dry-run
    """

    async def work(commune: Tenant) -> Effects:
        if dry_run:
            return await treasury_files.effects_of(commune, reading.read(file))
        number = await treasury_files.receive(commune, None, file)
        return await treasury_files.count(commune, None, number)

    found = _inside(tenant, work)
    if as_json:
        say_json(
            {
                **{"kind": found.kind, "name": found.name, "acks": len(found.acks)},
                **{"moves": len(found.moves), "known": found.known, "others": found.others},
                **{"cents": found.cents, "unlike": found.unlike, "dry_run": dry_run},
            }
        )
        return
    for one in found.acks:
        say(f"Bordereau {one.bordereau.number} : {STATES[one.state]}. {one.words}".strip())
    for kind, cents in found.cents.items():
        say(f"{KINDS.get(kind, 'Sans écriture')} : {euros(cents)}")
    for line in found.unlike:
        say(line)
    fresh = pluriel(len(found.moves), "mouvement nouveau", "mouvements nouveaux")
    said = f"{fresh}, {pluriel(found.known, 'déjà compté', 'déjà comptés')}"
    say(f"{said}.{' Rien n’a été changé.' if dry_run else ''}")
