"""Plugins: which are installed, and which of them work; a new one, and whether it keeps the rules."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ribambelle.commands import AsJson, platform, say, say_json, say_table
from ribambelle.web.formats import pluriel

if TYPE_CHECKING:
    from ribambelle.testing.conformance import Verdict

app = typer.Typer(no_args_is_help=True, help="Les modules installés.")


@app.callback()
def group() -> None:
    """Les modules installés."""


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """Lister les modules installés, et la cause quand l’un ne démarre pas."""
    from ribambelle.web.portal import portal

    communes = platform()
    portal(communes)  # as when serving: what cannot be served is found here
    plugins = communes.plugins
    found = [
        {"name": name, "package": plugins.package(name), "problem": None} for name in plugins.names
    ]
    found += [
        {"name": name, "package": None, "problem": plugins.told(name)}
        for name in plugins.broken
        if name not in plugins.names
    ]
    if as_json:
        say_json(found)
        return
    say_table(
        ("Module", "Paquet", "État"),
        [
            (
                f["name"],
                f["package"] or "—",
                f"en panne : {f['problem']}" if f["problem"] else "prêt",
            )
            for f in found
        ],
        "Aucun module installé.",
    )


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Son nom : ludotheque.", metavar="NOM")],
    title: Annotated[str, typer.Option(help="Ce que les familles lisent au menu.")] = "",
    into: Annotated[Path, typer.Option(help="Le dossier où l’écrire.", metavar="DOSSIER")] = Path(),
) -> None:
    """Écrire un module complet, avec ses essais, dans un dossier à lui."""
    from ribambelle.plugins import Plugins
    from ribambelle_cli import scaffolding

    scaffolding.require_name(name, Plugins().names)
    title = title or name.replace("_", " ").capitalize()
    scaffolding.require_title(title)
    root = scaffolding.write(name, title, into)
    say(f"Module écrit : {root}")
    say("Ensuite :")
    for line in (
        f"  pip install -e '{root}[test]'",
        f"  cd {root} && pytest",
        "  ribambelle plugin check .",
        f"  ribambelle tenant enable COMMUNE {name}",
    ):
        say(line)


@app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="Le dossier du module.", metavar="DOSSIER")],
    as_json: AsJson = False,
) -> None:
    """Vérifier qu’un module suit les règles de la maison ; code 1 s’il n’est pas au niveau qu’il dit."""
    from ribambelle.testing.conformance import RULES, examine

    report, told = examine(path.resolve()), {rule.code: rule.told for rule in RULES}
    if as_json:
        say_json(
            {
                **{"name": report.name, "claimed": report.claimed, "reached": report.reached},
                "rules": [
                    {
                        **{"rule": one.rule, "level": one.level, "faults": list(one.faults)},
                        "excuse": one.excuse,
                    }
                    for one in report.verdicts
                ],
            }
        )
    else:
        say_table(
            ("Règle", "Niveau", "Ce qu’elle demande", "Verdict"),
            [(one.rule, one.level, told[one.rule], _verdict(one)) for one in report.verdicts],
            "",
        )
        for one in report.verdicts:
            for fault in one.faults if not one.excuse else ():
                say(f"{one.rule} : {fault}")
        say(f"Niveau dit : {report.claimed}. Niveau atteint : {report.reached or 'aucun'}.")
        if report.left:
            say("Chaque règle a sa page : docs/quality.md.")
    if report.left:
        raise typer.Exit(1)


def _verdict(one: "Verdict") -> str:
    if one.excuse:
        return f"mise de côté : {one.excuse}"
    if not one.faults:
        return "tenue"
    return pluriel(len(one.faults), "faute")


@app.command("templates")
def templates() -> None:
    """Écrire ce sur quoi un gabarit peut compter, en anglais, comme docs/templates.md."""
    from ribambelle.plugins import Plugins
    from ribambelle_cli.template_reference import reference

    sys.stdout.write(reference(Plugins()))


@app.command("hooks")
def hooks() -> None:
    """Écrire la référence des hooks, en anglais, comme docs/hooks.md."""
    from ribambelle_cli.hook_reference import reference

    sys.stdout.write(reference())
