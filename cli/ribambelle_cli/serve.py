"""Serving the portals, running their jobs, and the demonstration."""

import asyncio
import os
from typing import Annotated

import typer

from ribambelle.commands import AsJson, platform, say, say_json, tenant
from ribambelle_cli import logs

Port = Annotated[int, typer.Option(envvar="PORT", help="Port où écouter.")]


def serve(
    port: Port = 8000,
    address: Annotated[str, typer.Option(help="Adresse où écouter.")] = "127.0.0.1",
    processes: Annotated[int, typer.Option(min=1, help="Nombre de processus.")] = 1,
    work: Annotated[bool, typer.Option(help="Exécuter aussi les travaux en attente.")] = True,
) -> None:
    """Servir les portails de toutes les communes."""
    run_server(port, address, processes, work)


def run_server(port: int, address: str, processes: int, working: bool) -> None:
    """Run the server until it is stopped; settings travel to its processes by the environment."""
    import uvicorn

    logs.structured()
    os.environ["RIBAMBELLE_PORT"] = str(port)
    os.environ["RIBAMBELLE_WORK"] = "1" if working else "0"
    uvicorn.run(
        "ribambelle.web.asgi:served",
        factory=True,
        host=address,
        port=port,
        workers=processes if processes > 1 else None,
        proxy_headers=True,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )


def work(
    once: Annotated[bool, typer.Option("--once", help="S’arrêter quand la file est vide.")] = False,
    as_json: AsJson = False,
) -> None:
    """Exécuter les travaux en attente : messages, rappels, statistiques."""
    from ribambelle.jobs import worker

    communes = platform()
    if not once:
        logs.structured()
        say("Travaux en attente : exécution en continu. Ctrl+C pour arrêter.")
        asyncio.run(worker.work(communes))

    async def drain() -> int:
        try:
            return sum([await worker.drain(communes.tenant(slug)) for slug in communes.slugs()])
        finally:
            await communes.aclose()

    done = asyncio.run(drain())
    if as_json:
        say_json({"jobs": done})
    else:
        say(f"{done} travaux exécutés.")


def demo(
    port: Port = 8000,
    seed: Annotated[int, typer.Option(help="Graine des familles inventées.")] = 2026,
    prepare: Annotated[bool, typer.Option("--prepare", help="Préparer sans servir.")] = False,
) -> None:
    """Ouvrir les portails de démonstration, avec des familles inventées."""
    from ribambelle_cli import demonstration

    communes = platform(port=port)
    asyncio.run(demonstration.prepare(communes, seed))
    slugs = [slug for slug in communes.slugs() if tenant(communes, slug).settings.demo]
    say(demonstration.welcome(communes, slugs, port))
    if not prepare:
        run_server(port, "127.0.0.1", 1, True)
