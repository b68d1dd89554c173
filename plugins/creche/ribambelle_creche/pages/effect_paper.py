"""What new points would change, on paper: joined to the deliberation that votes them."""

from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from litestar import Response

from ribambelle.documents import pdf
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_creche import counting
from ribambelle_creche.domain.grid import Grid
from ribambelle_creche.domain.grid.effect import MOVES, PLACES, Effect, Row
from ribambelle_creche.domain.grid.words import told
from ribambelle_creche.queries import grids
from ribambelle_creche.regrading import Regraded, last_commission

TEMPLATE = Path(str(files("ribambelle_creche").joinpath("templates/creche/pdf/effect.typ")))
NOTE = (
    "Chaque dossier complet est compté deux fois, avec la version d’aujourd’hui et avec celle-ci. "
    "Un nombre de moins de 5 est masqué, et d’autres avec lui : personne ne s’y retrouve."
)


async def paper(tenant: Tenant, text: str, grid: Grid, deliberation: str) -> Response[bytes]:
    """Print who gains and who loses with a version that is being tried; nothing is kept."""
    found = await counting.effect_of(tenant, grid)
    told = await data(tenant, text, grid, deliberation, found, await last_commission(grid))
    content = await pdf.render(TEMPLATE, told)
    headers = {"content-disposition": 'attachment; filename="effet-des-criteres.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers, status_code=200)


async def data(
    tenant: Tenant,
    text: str,
    grid: Grid,
    deliberation: str,
    found: Effect,
    places: Regraded | None,
) -> dict[str, Any]:
    """Return what the paper says, every value ready to print."""
    now, sign = tenant.now(), crest(tenant)
    standing = await grids.in_force(now.date())
    before = standing.grid.version if standing else ""
    facts = [
        ["Délibération", deliberation],
        ["Version", f"{grid.version}, à partir du {formats.jour(grid.valid_from, year=True)}"],
        ["Comparée à", f"{before}, en vigueur" if before else "rien : aucune version en vigueur"],
        ["Dossiers complets comparés", formats.nombre(found.files)],
        ["Calculé", formats.moment(now, year=True)],
        ["Empreinte du texte voté (SHA-256)", sha256(text.encode()).hexdigest()],
    ]
    return {
        "title": f"Effet de la version « {grid.version} » des critères",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if sign.media_type.startswith("image/svg") else list(sign.body),
        "facts": [[name, value] for name, value in facts if value],
        "heads": ["Profil", *(move.capitalize() for move in MOVES), "En tout"],
        "parts": _parts(found.rows),
        "commission": f"{places.label}, commission du {formats.jour(places.held_on, year=True)} : "
        "ce que le calcul aurait proposé, familles, places et épingles inchangées."
        if places
        else "Aucune commission décidée à refaire : les places ne sont pas comparées.",
        "place_heads": ["Profil", *(move.capitalize() for move in PLACES), "En tout"],
        "places": _parts(places.rows) if places else [],
        "note": NOTE,
        "criteria": [
            [f"{one.label} : {what}" if what else one.label, points]
            for one in told(grid, grid.in_force(grid.valid_from))
            for what, points in one.lines
        ],
    }


def _parts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "rows": [[row.label, *(_shown(count) for count in row.counts)] for row in same],
        }
        for name, same in groupby(rows, key=lambda row: row.dimension)
    ]


def _shown(count: int | None) -> str:
    return "masqué" if count is None else formats.nombre(count)
