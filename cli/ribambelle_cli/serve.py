"""Serving the portals, running their jobs, and the demonstration."""

import asyncio
import os
from contextlib import suppress
from typing import Annotated, Any

import structlog
import typer

from ribambelle.commands import AsJson, DryRun, followed, platform, say, say_json
from ribambelle.web.formats import pluriel
from ribambelle_cli import logs
from ribambelle_cli.refusals import sentence

STARTUP_FAILURE = 3
Port = Annotated[int, typer.Option(min=1, max=65535, envvar="PORT", help="Port où écouter.")]


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
    from uvicorn.supervisors import Multiprocess

    from ribambelle import traces
    from ribambelle.web import handover, metrics

    # refused here too, in French, before the server starts
    metrics.setting()
    traces.wanted()
    # so is a port already taken
    with handover.listening(address, port) as door:
        logs.structured()
        _say_what_is_wrong()
        os.environ["RIBAMBELLE_PORT"] = str(port)
        os.environ["RIBAMBELLE_WORK"] = "1" if working else "0"
        config = uvicorn.Config(
            "ribambelle.web.asgi:served",
            factory=True,
            http=handover.Patient,
            workers=processes,
            proxy_headers=True,
            server_header=False,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=10,
        )
        if processes > 1:
            Multiprocess(config, sockets=[door]).run()
            return
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[door])
        if not server.started:
            raise typer.Exit(STARTUP_FAILURE)


def _say_what_is_wrong() -> None:
    """Log what the machine itself lacks; the communes are served all the same."""
    from ribambelle.tenants import doctor

    for one in doctor.of_machine(platform()):
        log = structlog.get_logger()
        (log.error if one.level == "fault" else log.warning)(
            "doctor", where=one.where, told=one.told, cure=one.cure
        )


def work(
    once: Annotated[bool, typer.Option("--once", help="S’arrêter quand la file est vide.")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Reprendre aussi les travaux abandonnés.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Exécuter les travaux en attente : messages, rappels, statistiques."""
    from ribambelle import traces
    from ribambelle.jobs import queue, worker

    communes = platform()
    if not (once or dry_run or retry):
        logs.structured()
        communes.plugins.ask_all()
        traces.start()
        say("Travaux et copies : exécution en continu. Ctrl+C pour arrêter.")
        try:
            asyncio.run(worker.work_and_copy(communes))
        finally:
            traces.stop()

    async def one(slug: str) -> dict[str, int]:
        commune = communes.tenant(slug)
        with commune.here():
            if dry_run:
                return {"waiting": await queue.waiting(), "given_up": await queue.given_up()}
            if retry:
                await queue.try_again(commune.now())
        return {"jobs": await worker.drain(commune)}

    async def every() -> list[dict[str, Any]]:
        report: list[dict[str, Any]] = []
        try:
            for slug in followed(communes.slugs(), "Travaux", as_json=as_json):
                try:
                    report.append({"slug": slug, **await one(slug), "problem": None})
                except Exception as error:  # one commune must not keep the others waiting
                    report.append({"slug": slug, "problem": sentence(error)})
        finally:
            await communes.aclose()
        return report

    report = asyncio.run(every())
    _tell_work(report, dry_run, as_json)
    if any(line["problem"] for line in report):
        raise typer.Exit(1)


def _tell_work(report: list[dict[str, Any]], dry_run: bool, as_json: bool) -> None:
    done = sum(line.get("jobs", 0) for line in report)
    if as_json:
        say_json({"jobs": done, "dry_run": dry_run, "tenants": report})
        return
    for line in report:
        if line["problem"]:
            say(f"{line['slug']} : {line['problem']}")
        elif dry_run:
            given_up = (line["given_up"] and f", {pluriel(line['given_up'], 'abandonné')}") or ""
            waiting = pluriel(line["waiting"], "travail", "travaux")
            say(f"{line['slug']} : {waiting} en attente{given_up}")
    many = pluriel(done, "travail exécuté", "travaux exécutés")
    say("Rien n’a été changé." if dry_run else f"{many}.")


def demo(
    port: Port = 8000,
    plugin: Annotated[
        list[str] | None,
        typer.Option(
            help="Ouvrir une commune d’essai pour ce module, avec des familles, des enfants et des"
            " papiers inventés ; répéter pour plusieurs."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Graine des familles inventées.")] = 2026,
    prepare: Annotated[bool, typer.Option("--prepare", help="Préparer sans servir.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Supprimer les données de démonstration.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ouvrir les portails de démonstration, avec des familles inventées.

    Exemple : ribambelle demo --plugin ludotheque
    """
    from ribambelle_cli import demonstration, demonstration_kit

    communes = platform(port=port)
    if forget:
        gone = demonstration.forget(communes)
        if as_json:
            say_json({"forgotten": gone})
        else:
            say(f"Données de démonstration supprimées : {', '.join(gone) or 'aucune'}.")
        return
    told, words = (
        demonstration_kit.opened(communes, plugin, seed, as_json=as_json)
        if plugin
        else demonstration.opened(communes, seed, port, as_json=as_json)
    )
    if as_json:
        say_json(told)
    else:
        say(words)
    if not prepare:
        with demonstration.programs(communes):
            run_server(port, "127.0.0.1", 1, True)
