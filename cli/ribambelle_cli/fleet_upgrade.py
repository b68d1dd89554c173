"""The fleet brought to the version installed: one commune first, then waves, each with a way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ribambelle.commands import AsJson, DryRun, platform, say, say_json, say_table
from ribambelle.commands import err as screen
from ribambelle.tenants import Platform
from ribambelle.upgrading import commune as upgrading
from ribambelle.upgrading import waves
from ribambelle.upgrading.waves import Ahead, Outcome
from ribambelle_cli.refusals import sentence
from ribambelle_cli.tenant import once

WORDS = {
    "done": "mise à niveau",
    "returned": "revenue à sa copie",
    "stuck": "arrêtée en chemin",
    "refused": "non mise à niveau",
    "not_tried": "pas essayée",
}


def join(app: typer.Typer) -> None:
    """Add this command to those of the fleet; added twice, it is there once."""
    if "upgrade" not in {command.name for command in app.registered_commands}:
        app.command("upgrade")(upgrade)


def upgrade(
    canary: Annotated[
        str, typer.Option(help="Commune qui passe la première ; une démonstration sinon.")
    ] = "",
    wave: Annotated[int, typer.Option(min=1, help="Communes par vague, ensuite.")] = 10,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Continuer quand une commune d’une vague est revenue.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Mettre toutes les bases à niveau : une commune d’abord, puis par vagues, chacune copiée avant.

    Une commune se lit pendant qu’elle est mise à niveau ; les autres sont servies. Si une étape
    échoue, ou si le portail ne répond plus ensuite, sa base redevient ce que dit sa copie et les
    vagues suivantes attendent. Coupée, la même commande reprend.

    Exemple : ribambelle fleet upgrade --dry-run
    """
    communes = platform()
    found = once(communes, lambda: waves.ahead(communes))
    slugs = list(found.steps)
    if not slugs:
        _tell(_Told(found, [], [*found.refused]), dry_run, as_json)
        return
    order = waves.ordered(slugs, waves.canary(communes, slugs, canary), wave)
    if not as_json:
        _show(found, order)
    done = [] if dry_run else once(communes, lambda: _run(communes, order, go_on, as_json))
    _tell(_Told(found, order, [*found.refused, *done]), dry_run, as_json)


async def _run(
    communes: Platform, order: list[list[str]], go_on: bool, as_json: bool
) -> list[Outcome]:
    from ribambelle.web import first_page
    from ribambelle.web.portal import portal

    app = portal(communes)

    async def one(slug: str) -> Outcome:
        commune = communes.tenant(slug)
        return await upgrading.upgrade(commune, lambda it: first_page.problem(app, it))

    done = []
    async for outcome in waves.run(order, one, go_on=go_on):
        done.append(outcome)
        if not as_json:  # told at once: the whole may last an hour
            screen.print(_line(outcome), markup=False)
    return done


def _line(one: Outcome) -> str:
    why = [f"{one.problem}."] if one.problem else []
    if one.error is not None:
        why.append(sentence(one.error))
    if one.became == "returned":
        why.append(f"Copie : {one.copy}.")
    if one.became == "stuck":
        why.append("Elle peut rester en lecture seule jusque-là : corrigez, puis relancez la même")
        why.append("commande, elle reprend où elle en est.")
    return " ".join([f"{one.slug} : {WORDS[one.became]}.", *why])


def _show(found: Ahead, order: Sequence[Sequence[str]]) -> None:
    rows = [
        ("d’abord" if number == 0 else f"vague {number}", slug, _steps(found.steps[slug]))
        for number, wave in enumerate(order)
        for slug in wave
    ]
    say_table(("Quand", "Commune", "Étapes"), rows, "")


def _steps(steps: list[str]) -> str:
    return ", ".join(steps) or "à finir : coupée la dernière fois"


@dataclass(frozen=True)
class _Told:
    found: Ahead
    order: list[list[str]]
    outcomes: list[Outcome]


def _tell(told: _Told, dry_run: bool, as_json: bool) -> None:
    good = sum(one.became == "done" for one in told.outcomes)
    todo = len(told.found.steps)
    if as_json:
        say_json(
            {
                "dry_run": dry_run,
                "waves": told.order,
                "steps": told.found.steps,
                "current": told.found.current,
                "outcomes": [_facts(one) for one in told.outcomes],
            }
        )
    else:
        for one in told.found.refused:
            say(_line(one))
        _say_sum(told, good, todo, dry_run)
    if any(one.became != "done" for one in told.outcomes):
        raise typer.Exit(1)


def _say_sum(told: _Told, good: int, todo: int, dry_run: bool) -> None:
    if told.found.current:
        say(f"Déjà à jour : {len(told.found.current)}.")
    if dry_run:
        say("Rien n’a été changé.")
        return
    if todo:
        say(f"Mises à niveau : {good} sur {todo}.")
    for became in ("returned", "stuck", "refused", "not_tried"):
        if slugs := [one.slug for one in told.outcomes if one.became == became]:
            say(f"{WORDS[became].capitalize()} : {', '.join(sorted(slugs))}.")
    if good < todo:
        say("Corrigez la cause, puis relancez la même commande : elle reprend où elle en est.")


def _facts(one: Outcome) -> dict[str, Any]:
    error = sentence(one.error) if one.error is not None else ""
    return {
        **{"slug": one.slug, "became": one.became, "steps": one.steps, "copy": one.copy},
        **{"problem": one.problem or None, "error": error or None},
    }
