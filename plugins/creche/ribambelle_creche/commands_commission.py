"""Running a past commission again: ``ribambelle creche replay``."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from ribambelle.commands import AsJson, TenantName, busy, inside, say, say_json
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle_creche.domain.admission import VERSION
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import commissions

CHANGED, OTHER_ENGINE = 1, 3


def replay(
    session: Annotated[int, typer.Argument(help="Numéro de la commission.")],
    tenant: TenantName,
    as_json: AsJson = False,
) -> None:
    """Refaire les calculs d’une commission, et les comparer à ce qui a été gardé.

    Sort avec 0 si tout est retrouvé, 1 si ce qui est gardé a changé, 3 si seul le moteur a changé
    depuis et donne une autre réponse.

    Exemple : ribambelle creche replay 3 --tenant nantes
    """

    async def work(commune: Tenant) -> list[dict[str, object]]:
        return await replayed((await commissions.one(session)).id)

    with busy("Nouveau calcul", as_json=as_json):
        found = inside(tenant, "creche", work)
    wrong = [one for one in found if is_wrong(one)]
    code = code_of(found)
    older = sorted(
        {str(one["engine"]) for one in found if is_intact(one) and not one["same_engine"]}
    )
    by_engine = [one for one in wrong if is_by_engine(one)]
    if as_json:
        told = {"engine": VERSION, "other_engines": older, "proposals": found, "ok": not wrong}
        say_json(told)
    elif not found:
        say("Cette commission n’a gardé aucune proposition : il n’y a rien à refaire.")
    else:
        for one in found:
            verdict = "identique" if one not in wrong else "DIFFÉRENTE"
            if not one["same_journal"]:
                verdict = "MODIFIÉE : le journal a une autre empreinte"
            engine = "" if one["same_engine"] else f" (moteur {one['engine']})"
            say(f"{_named(one)} : {verdict}, {one['digest']}{engine}")
        say(_concluded(len(found), len(wrong), len(by_engine)))
        if older:
            say(_by_another(older, is_same=not by_engine))
    if code:
        raise typer.Exit(code)


def code_of(found: Sequence[Mapping[str, object]]) -> int:
    """Return how the command leaves: 0, or the worst that was found."""
    wrong = [one for one in found if is_wrong(one)]
    if not wrong:
        return 0
    return OTHER_ENGINE if all(map(is_by_engine, wrong)) else CHANGED


def is_wrong(one: Mapping[str, object]) -> bool:
    """Tell whether what was kept is not what its seal says, or is not found again."""
    return not (one["same"] and is_intact(one))


def is_intact(one: Mapping[str, object]) -> bool:
    """Tell whether the lot and the answer that were kept are those that were sealed, by the seal
    that the journal holds.
    """
    return bool(one["same_inputs"] and one["same_outputs"] and one["same_journal"])


def is_by_engine(one: Mapping[str, object]) -> bool:
    """Tell whether the engine alone explains a difference: what is kept is what was sealed, and
    another engine answered.

    >>> told = dict.fromkeys(("same_inputs", "same_outputs", "same_journal"), True)
    >>> told["same_engine"] = False
    >>> is_by_engine(told), is_by_engine(told | {"same_journal": False})
    (True, False)
    """
    return is_intact(one) and not one["same_engine"]


def _concluded(many: int, wrong: int, by_engine: int) -> str:
    """Return what to think of the whole.

    >>> _concluded(2, 0, 0).endswith("toutes identiques."), _concluded(2, 1, 0)
    (True, '1 sur 2 ne se retrouve pas : ce qui est gardé a changé.')
    >>> _concluded(2, 1, 1)
    '1 sur 2 ne se retrouve pas : un autre moteur les fit.'
    """
    if not wrong:
        every = "toutes identiques" if many > 1 else "identique"
        return f"{formats.pluriel(many, 'refaite')} avec le moteur {VERSION} : {every}."
    why = "un autre moteur les fit" if wrong == by_engine else "ce qui est gardé a changé"
    verb = "retrouvent" if wrong > 1 else "retrouve"
    return f"{wrong} sur {many} ne se {verb} pas : {why}."


def _by_another(versions: list[str], *, is_same: bool) -> str:
    """Return what to do where the engine changed since.

    >>> _by_another(["1.0"], is_same=True).endswith("il donne la même réponse.")
    True
    """
    told = f"Le moteur a changé depuis ({', '.join(versions)}, puis {VERSION})"
    if is_same:
        return f"{told} : il donne la même réponse."
    return (
        f"{told} : il donne une autre réponse. Ce qui est gardé n’est pas en cause ; refaites le calcul "
        f"avec la version de Ribambelle de ce jour-là."
    )


def _named(one: dict[str, object]) -> str:
    """Return what was run again, in words.

    >>> _named({"kind": "proposal", "number": 2, "is_kept": True})
    'Proposition n° 2, retenue'
    >>> _named({"kind": "call", "number": 1, "is_kept": True})
    'Appel des suivants n° 1'
    """
    if one["kind"] == "call":
        return f"Appel des suivants n° {one['number']}"
    return f"Proposition n° {one['number']}{', retenue' if one['is_kept'] else ''}"
