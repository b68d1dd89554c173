"""Plugins: which are installed, and which of them work."""

import typer

from ribambelle.commands import AsJson, platform, say_json, say_table

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
        {"name": name, "package": None, "problem": str(error)}
        for name, error in plugins.broken.items()
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
