"""Proposing and checking without a commune: ``ribambelle creche propose`` and ``audit``.

For audits, integrators and whoever doubts: files in, files out, no database and no setting.
"""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ribambelle.commands import AsJson, busy, err, say, say_json
from ribambelle.errors import Refused
from ribambelle.web import formats
from ribambelle_creche.advisory import most_served
from ribambelle_creche.domain.admission import faults
from ribambelle_creche.domain.admission import propose as propose_places
from ribambelle_creche.domain.admission.reading import (
    read_lot,
    read_proposal,
    read_snapshot,
    written,
)

MALFORMED = 2
Lot = Annotated[
    Path, typer.Argument(help="Le lot : places et dossiers, JSON de docs/admission.md.")
]


def propose(
    file: Lot,
    out: Annotated[Path, typer.Option("--out", "-o", help="Fichier où écrire la proposition.")],
    advisory: Annotated[
        bool,
        typer.Option(
            "--advisory",
            help="Dire aussi le maximum théorique, sans ordre de passage (demande highspy).",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Proposer les places d’un lot, avec les raisons de chaque refus.

    Exemple : ribambelle creche propose lot.json --out proposition.json
    """
    try:
        snapshot = read_lot(_bytes(file))
        most = most_served(snapshot) if advisory else None
        with busy("Calcul de la proposition", as_json=as_json):
            proposal = propose_places(snapshot)
    except Refused as refused:
        _refuse(refused, as_json)
    _write(out, written(proposal))
    asked = sum(one.count for one in snapshot.applications)
    stable = proposal.certificate.slot_stable
    if as_json:
        facts = {"served": proposal.served, "asked": asked, "digest": proposal.digest}
        say_json({**facts, "slot_stable": stable, **({"theoretical": most} if advisory else {})})
        return
    have = "ont" if proposal.served > 1 else "a"
    served = formats.pluriel(proposal.served, "enfant")
    say(f"{served} sur {asked} {have} une place. Écrit dans {out}.")
    if most is not None:
        say(f"Maximum théorique, sans ordre de passage : {most}.")
    if not stable:
        say("Des places restent tenues : le certificat dit lesquelles, et pour qui.")
    say(proposal.digest)


def audit(
    file: Lot,
    result: Annotated[Path, typer.Argument(help="La proposition à vérifier.")],
    as_json: AsJson = False,
) -> None:
    """Vérifier une proposition : chaque nombre est recompté par un autre chemin.

    Exemple : ribambelle creche audit lot.json proposition.json
    """
    try:
        snapshot, proposal = read_snapshot(_bytes(file)), read_proposal(_bytes(result))
    except Refused as refused:
        _refuse(refused, as_json)
    with busy("Vérification", as_json=as_json):
        found = faults(snapshot, proposal)
    if as_json:
        told = [{"code": one.code, "about": one.about, "words": one.words} for one in found]
        say_json({"ok": not found, "faults": told})
    elif found:
        for one in found:
            say(one.words)
        say("1 point ne tient pas." if len(found) == 1 else f"{len(found)} points ne tiennent pas.")
    else:
        files = formats.pluriel(len(snapshot.applications), "dossier")
        served = formats.pluriel(proposal.served, "enfant placé", "enfants placés")
        say(f"Tout tient : {files}, {served}.")
    if found:
        raise typer.Exit(1)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = "ce fichier n’existe pas" if not file.exists() else "la lecture est refusée"
        words = f"{file} ne peut pas être lu : {why}."
        raise Refused("file_unreadable", file=str(file), why=why, words=words) from error


def _write(out: Path, content: bytes) -> None:
    """Write whole or not at all: an interrupted run leaves the file of before."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _refuse(refused: Refused, as_json: bool) -> NoReturn:
    """Leave with 2: what was given cannot be read, and nothing was written."""
    if as_json:
        say_json({"error": refused.reason, **refused.facts})
    else:
        err.print(str(refused.facts.get("words", refused)), markup=False)
        err.print("Rien n’a été écrit.", markup=False)
    raise typer.Exit(MALFORMED)
