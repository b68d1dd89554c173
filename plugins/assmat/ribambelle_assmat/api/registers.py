"""The register of the département, as its program sends it, and what the last ones changed."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from ribambelle import api
from ribambelle.api.reading import Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.families import table_files
from ribambelle.identity import limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_assmat import registering, renewing
from ribambelle_assmat.renewing import Brought
from ribambelle_assmat.tables import RegisterFile

ROOT = "/api/v1/assmat"
PMI, REGISTER = guards.Scoped("assmat:pmi"), guards.Scoped("assmat:register")
HOUR = timedelta(hours=1)
LARGEST = 8_000_000
"""Bytes of a register: about fifteen thousand childminders, empty columns left out."""
MOST_TOLD = 500
HEADINGS = 2
"""Rank of the first line in what is kept: headings are line 1, as in a file."""
Cell = Annotated[str, Meta(max_length=250)] | int | float | None


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accredited place, as the register of the département says it: the columns of its file."""

    number: Cell = None
    civility: Cell = None
    family_name: Cell = None
    usual_name: Cell = None
    given_name: Cell = None
    born_on: Cell = None
    accredited_since: Cell = None
    first: Cell = None
    last: Cell = None
    status: Cell = None
    activity: Cell = None
    line: Cell = None
    postcode: Cell = None
    city: Cell = None
    insee: Cell = None
    quartier: Cell = None
    micro_quartier: Cell = None
    latitude: Cell = None
    longitude: Cell = None
    where: Cell = None
    children: Cell = None
    from_months: Cell = None
    to_months: Cell = None
    hours: Cell = None


class Register(msgspec.Struct, frozen=True):
    """The whole register: whoever is not in it leaves the directory."""

    rows: Annotated[list[Row], Meta(min_length=1, max_length=table_files.MOST_ROWS)]
    dry_run: bool = False
    """Say what would change, and write nothing."""


class Received(msgspec.Struct, frozen=True):
    """What became of a register: `imported`, `waiting` for somebody of the PMI, or `dry_run`."""

    id: int | None
    """Its number at the desk; nothing after a dry run."""
    outcome: Literal["imported", "waiting", "dry_run"]
    stopped: str
    """Why nobody but a person brings it in: `gone` or `refused`; empty otherwise."""
    detail: str
    counts: dict[str, int]
    refused: list[Wrong]
    """The first five hundred rows refused: `counts` says how many there are."""


class Kept(msgspec.Struct, frozen=True):
    """One register that was sent: how many lines end each way, and the first refused."""

    id: int
    sent_at: datetime
    is_done: bool
    counts: dict[str, int]
    refused: list[tuple[int, str]]
    source: str
    stopped: str


@post(
    f"{ROOT}/registers",
    name="api.assmat.send_register",
    told="Envoyer le registre des agréments",
    guards=[REGISTER],
    status_code=200,
    request_max_body_size=2 * LARGEST,
    api=api.Operation(
        "Le registre entier, une ligne par place agréée, par le même import que le fichier du bureau : "
        "qui n’y est plus sort de l’annuaire, ce que chacune a dit d’elle est gardé, une suspension ou "
        "un retrait vaut aussitôt. 8 000 000 octets et 20 000 lignes au plus, vingt envois par heure. "
        "`dry_run` dit ce qui changerait, sans rien écrire. Les lignes refusées sont dans `refused`, et "
        "rien de ce qu’elles disent n’est changé. Si plus d’une assistante maternelle sur cinq sortait, "
        "ou si plus d’une ligne sur vingt est refusée, rien n’est importé : `waiting`, une personne "
        "de la PMI le relit au bureau. Les valeurs s’écrivent comme dans le fichier (`status` : actif, "
        "suspendu, retiré, expiré ; `where` : domicile ou MAM).",
        Received,
        {
            **{"id": 4, "outcome": "imported", "stopped": "", "detail": "Le registre est importé."},
            "counts": {"new": 2, "changed": 5, "same": 1490, "gone": 1, "refused": 1},
            "refused": [
                {
                    "detail": "Fin de l’agrément : « hier » n’est pas une date",
                    "pointer": "/rows/15",
                }
            ],
        },
        body=Register,
        asked={
            "dry_run": False,
            "rows": [
                {
                    **{"number": "4401", "civility": "Mme", "family_name": "Benali"},
                    **{"given_name": "Nadia", "born_on": "1984-02-29", "first": "2024-05-01"},
                    **{"last": "2029-04-30", "status": "actif", "line": "3 rue du Lavoir"},
                    **{"postcode": "44400", "city": "Rezé", "where": "domicile", "children": 4},
                }
            ],
        },
    ),
)
async def send_register(
    request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Bring a whole register in, or say what it would change."""
    told = await api.body(request, Register, largest=LARGEST)
    rows = [
        {code: _text(cell) for code, cell in msgspec.structs.asdict(row).items()}
        for row in told.rows
    ]

    async def work(keep: Keep[Received]) -> Received:
        await limits.require("assmat-register-by-program", now, at_most=20, per=HOUR)
        if told.dry_run:
            return _received(await renewing.bring_rows(rows, now, dry_run=True), dry_run=True)
        async with transaction():
            answer = _received(await renewing.bring_rows(rows, now), dry_run=False)
            await keep(answer)
        return answer

    return await api.once(request, work)


def _text(cell: Any) -> str:
    return "" if cell is None else table_files.told(cell)


def _received(brought: Brought, *, dry_run: bool) -> Received:
    why = registering.STOPPED.get(brought.stopped, "")
    if dry_run:
        outcome: Literal["imported", "waiting", "dry_run"] = "dry_run"
        stops = f"Envoyé pour de bon, il attendrait la PMI. {why}" if why else ""
        detail = stops or "Rien n’est écrit. Renvoyez-le sans « dry_run » pour l’importer."
    elif why:
        outcome = "waiting"
        detail = f"{why} Une personne de la PMI le relit au bureau, ou renvoyez-le corrigé."
    else:
        outcome, detail = (
            "imported",
            "Le registre est importé. Ce qu’elles ont dit d’elles est gardé.",
        )
    refused = [
        Wrong(words, f"/rows/{rank - HEADINGS}") for rank, words in brought.refused[:MOST_TOLD]
    ]
    number = None if dry_run else brought.number
    return Received(number, outcome, brought.stopped, detail, dict(brought.counts), refused)


@get(
    f"{ROOT}/registers",
    name="api.assmat.registers",
    told="Lire ce que les derniers registres ont changé",
    guards=[PMI],
    api=api.Operation(
        "Les derniers registres des agréments reçus, le plus récent d’abord : d’où chacun vient "
        "(`desk`, `night`, `command`, `api`), ce qu’il a changé, les lignes refusées (la ligne 1 est "
        "celle des titres), et pourquoi il est arrêté. Celui qui n’a pas été importé à temps est "
        "effacé : ses nombres sont vides.",
        api.Listed[Kept],
        {
            "data": [
                {
                    **{"id": 4, "sent_at": "2026-11-25T03:00:00+01:00", "is_done": True},
                    "counts": {"new": 2, "changed": 5, "same": 1490, "gone": 1, "refused": 1},
                    "refused": [[17, "Date de fin illisible."]],
                    **{"source": "night", "stopped": ""},
                }
            ],
            "next": None,
        },
    ),
)
async def registers(tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Answer the registers that were sent, and what they changed."""
    return api.said(api.Listed([await _kept(one, tenant) for one in await registering.last()]))


async def _kept(row: RegisterFile, tenant: Tenant) -> Kept:
    counts: dict[str, int] = {}
    refused: list[tuple[int, str]] = []
    if row.content or row.done_at is not None:
        seen = await registering.seen(int(row.id))
        counts, refused = dict(seen.counts), list(seen.refused[:100])
    return Kept(
        int(row.id),
        row.created_at.astimezone(tenant.zone),
        row.done_at is not None,
        counts,
        refused,
        row.source,
        row.stopped,
    )


ROUTES = [send_register, registers]
