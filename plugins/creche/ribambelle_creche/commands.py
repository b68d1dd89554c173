"""The commands of the crèches."""

import typer

app = typer.Typer(no_args_is_help=True, help="Crèches : établissements et demandes.")


@app.callback()
def group() -> None:
    """Crèches : établissements et demandes."""
