"""The program `treasury-sim`; what is heavy is imported when it runs, so that help stays quick."""

import socket
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NoReturn

import typer

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ALLER = "PES_V2/Rev0/PES_Aller.xsd"


def treasury_sim(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port où écouter.")] = 8010,
    address: Annotated[str, typer.Option(help="Adresse où écouter.")] = "127.0.0.1",
    allow_w: Annotated[
        bool, typer.Option("--allow-w", help="Accepter aussi les saisies de production (W, A, M).")
    ] = False,
    seed: Annotated[int, typer.Option(help="Graine des numéros donnés.")] = 2026,
    at: Annotated[
        datetime | None, typer.Option(help="Arrêter l’horloge à ce moment, heure de Paris.")
    ] = None,
    client: Annotated[
        list[str] | None,
        typer.Option(help="Numéro de client de plus, par exemple 123456=Régie des écoles."),
    ] = None,
    pes_xsd: Annotated[
        str, typer.Option(envvar="RIBAMBELLE_PES_XSD", help="Dossier des schémas PES officiels.")
    ] = "",
) -> None:
    """Jouer le Trésor public pour essayer les paiements : aucun argent ne bouge.

    Exemple : ribambelle treasury-sim --port 8010
    """
    if allow_w and address not in LOOPBACK:
        refuse("--allow-w n’est possible que sur l’adresse 127.0.0.1.")
    if pes_xsd and not (Path(pes_xsd, ALLER).is_file() and find_spec("lxml")):
        refuse(f"Les schémas PES demandent le fichier {pes_xsd}/{ALLER} et le paquet lxml.")
    clients = dict(labelled(each) for each in client or [])
    import uvicorn

    from ribambelle_treasury_sim.application import application
    from ribambelle_treasury_sim.clock import PARIS
    from ribambelle_treasury_sim.treasury import Setup

    # refused before the server starts, rather than by the server itself
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        refuse(f"On ne peut pas écouter {address}, port {port} : {error.strerror}")
    setup = Setup(
        seed=seed,
        allow_w=allow_w,
        at=at.replace(tzinfo=PARIS) if at else None,
        clients=clients,
        pes_xsd=pes_xsd,
    )
    host = f"[{address}]" if ":" in address else address
    typer.echo(f"SIMULATEUR – aucun argent. http://{host}:{port}/ (Ctrl+C pour arrêter)")
    uvicorn.run(
        application(setup),
        host=address,
        port=port,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


def labelled(text: str) -> tuple[str, tuple[str, str, str]]:
    """Read a number and its label.

    >>> labelled("123456=Régie des écoles")
    ('123456', ('SIM', 'Régie des écoles', 'SIM'))
    """
    numcli, _, label = text.partition("=")
    if not (len(numcli) == 6 and numcli.isascii() and numcli.isdigit()):
        refuse(f"« {numcli} » n’est pas un numéro de client à 6 chiffres.")
    return numcli, ("SIM", label or "SIM", "SIM")


def refuse(told: str) -> NoReturn:
    """Say why the simulator does not start, and leave."""
    typer.echo(told, err=True)
    raise typer.Exit(1)
