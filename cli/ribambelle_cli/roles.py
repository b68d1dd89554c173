"""The roles a commune may give, and what each opens."""

import typer

from ribambelle.commands import AsJson, platform, say_json

app = typer.Typer(no_args_is_help=True, help="Les rôles et ce qu’ils ouvrent.")


@app.callback()
def roles() -> None:
    """Les rôles et ce qu’ils ouvrent."""


@app.command()
def matrix(as_json: AsJson = False) -> None:
    """Écrire qui peut ouvrir chaque page, calculé d’après les gardes du portail.

    Exemple : ribambelle roles matrix > docs/roles.md
    """
    from ribambelle.web import access
    from ribambelle.web.portal import portal

    communes = platform()
    app = portal(communes)
    hooks = communes.plugins.only(communes.plugins.names)
    found = access.ways(app, hooks)
    if as_json:
        say_json(
            [
                {"plugin": one.plugin, "method": one.method, "path": one.path}
                | {"told": one.told, "opens": sorted(one.opens)}
                for one in found
            ]
        )
    else:
        typer.echo(access.document(found, hooks.all("roles")), nl=False)
