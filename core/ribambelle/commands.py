"""What every command stands on, the core's and the plugins': options, reports, exit codes."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ribambelle.errors import Refused
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant, UnknownTenant

T = TypeVar("T")

TenantName = Annotated[
    str,
    typer.Option(
        "--tenant", "-t", envvar="RIBAMBELLE_TENANT", help="Commune, telle que dans tenants/."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Répondre en JSON, pour un programme.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Dire ce qui serait fait, sans rien changer.")
]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

WIDEST = 10_000
"""Columns enough for any table, to learn what it needs."""


PARTED = re.compile("[\u00a0\u202f]")


def platform(**options: Any) -> Platform:
    """Return the communes that the environment points to; ./tenants and ./data by default."""
    folder = Path(os.environ.get("RIBAMBELLE_TENANTS", "tenants"))
    data = Path(os.environ.get("RIBAMBELLE_DATA", "data"))
    return Platform(folder, data, plugins=Plugins(), **options)


def tenant(communes: Platform, slug: str) -> Tenant:
    """Return a commune by its name, or refuse with the names that exist."""
    try:
        return communes.tenant(slug)
    except UnknownTenant:
        raise Refused("tenant_unknown", slug=slug, known=", ".join(communes.slugs())) from None


def require_plugin(commune: Tenant, plugin: str) -> None:
    """Refuse a plugin's command in a commune that has not enabled it."""
    if plugin not in commune.hooks:
        raise Refused("plugin_disabled", slug=commune.slug, plugin=plugin)


def inside(slug: str, plugin: str, work: Callable[[Tenant], Awaitable[T]]) -> T:
    """Run asynchronous work of a plugin's command in one commune."""
    communes = platform()
    commune = tenant(communes, slug)
    require_plugin(commune, plugin)

    async def run() -> T:
        try:
            with commune.here():
                return await work(commune)
        finally:
            await communes.aclose()

    return asyncio.run(run())


def followed(items: Sequence[T], label: str, *, as_json: bool = False) -> Iterator[T]:
    """Go through long work; how far it is shows to a person, never to a program."""
    if as_json or not err.is_terminal:
        yield from items
        return
    with Progress(console=err, transient=True) as progress:
        yield from progress.track(items, description=label)


@contextmanager
def busy(label: str, *, as_json: bool = False) -> Iterator[None]:
    """Show a person that long work of unknown length goes on."""
    if as_json or not err.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        progress.add_task(label, total=None)
        yield


def say(text: str) -> None:
    """Tell a person what was done; spaces are plain ones, or nobody would find « 12 lignes » again."""
    out.print(PARTED.sub(" ", text), markup=False)


def say_json(data: Any) -> None:
    """Tell a program what was done."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def say_table(headings: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Show rows to a person, or say that there are none."""
    if not rows:
        say(empty)
        return
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        # As Text, « [12] » in somebody's words is shown; as str, rich takes it for a style.
        table.add_row(*(Text(str(cell)) for cell in row))
    if Measurement.get(out, out.options.update(max_width=WIDEST), table).minimum <= out.width:
        out.print(table)
        return
    for row in rows:
        _say_row(headings, row)


def _say_row(headings: Sequence[str], row: Sequence[object]) -> None:
    """Show one row under its first cell: a table too wide would cut the words it shows."""
    say(str(row[0]))
    room = max(len(heading) for heading in headings)
    for heading, cell in zip(headings[1:], row[1:], strict=True):
        if str(cell):
            say(f"  {heading:<{room}}  {cell}")
