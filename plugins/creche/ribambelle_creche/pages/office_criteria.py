"""The versions of the points: read, tried, kept by the town hall."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.documents import shelf
from ribambelle.errors import Refused
from ribambelle.forms.files import sent
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import agent
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import counting
from ribambelle_creche.domain.grid import Reading, read
from ribambelle_creche.domain.grid.effect import MOVES, PLACES, Effect
from ribambelle_creche.domain.grid.reading import LONGEST
from ribambelle_creche.pages import effect_paper
from ribambelle_creche.pages.criteria import Readable, readable
from ribambelle_creche.queries import grids
from ribambelle_creche.regrading import Regraded, last_commission
from ribambelle_creche.tables import Grid

CRITERIA = "/bureau/creche/criteres"
DONE = {
    grids.ADDED: "est enregistrée",
    grids.CORRECTED: "est corrigée",
    grids.SAME: "était déjà enregistrée, à l’identique",
}


class GridForm(msgspec.Struct, frozen=True):
    """A version, as it is pasted, with the reference of its vote."""

    text: Annotated[str, Meta(max_length=LONGEST)]
    deliberation: Annotated[str, Meta(max_length=200)] = ""
    act: Annotated[str, Meta(max_length=10)] = "see"


@dataclass(frozen=True)
class VersionsPage:
    """The versions, the one in force, and one being tried."""

    rows: list[Grid]
    version: Readable | None
    form: forms.Bound[GridForm] | None = None
    text: str = ""
    deliberation: str = ""
    tried: Reading | None = None
    effect: Effect | None = None
    places: Regraded | None = None
    """What it would have changed at the last commission."""

    @property
    def place_heads(self) -> list[tuple[str, str]]:
        """The columns of that."""
        return [("Profil", ""), *((move.capitalize(), "n") for move in PLACES), ("En tout", "n")]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of the effect."""
        return [("Profil", ""), *((move.capitalize(), "n") for move in MOVES), ("En tout", "n")]

    @property
    def comes_too_early(self) -> bool:
        """Tell whether the version tried would stand behind the one in force, and never count."""
        if not (self.tried and self.tried.grid and self.version):
            return False
        tried, standing = self.tried.grid, self.version.grid
        return tried.version != standing.version and tried.valid_from < standing.valid_from

    def is_in_force(self, row: Grid) -> bool:
        """Tell whether a version is the one that counts today."""
        return self.version is not None and self.version.row.id == row.id


async def versions_page(
    tenant: Tenant,
    form: forms.Bound[GridForm] | None = None,
    text: str = "",
    deliberation: str = "",
    status: int = 200,
) -> Page:
    """Return the page, with what keeping a text would find and change."""
    today = tenant.now().date()
    kept, tried = await grids.in_force(today), read(text) if text else None
    page = VersionsPage(
        rows=await grids.every(),
        version=readable(kept, today) if kept else None,
        form=form,
        text=text,
        deliberation=deliberation,
        tried=tried,
        effect=await counting.effect_of(tenant, tried.grid) if tried and tried.grid else None,
        places=await last_commission(tried.grid) if tried and tried.grid else None,
    )
    return Page("creche/office/criteria.html", page, status=status)


@get(
    CRITERIA,
    name="creche.office.criteria",
    told="Voir les critères d’attribution et leurs versions",
    guards=[agent],
)
async def versions(tenant: NamedDependency[Tenant]) -> Page:
    """Show the versions of the points, and the one in force."""
    return await versions_page(tenant)


@post(
    CRITERIA,
    name="creche.office.keep_criteria",
    told="Essayer une version des critères, imprimer son effet, l’enregistrer",
    guards=[agent],
)
async def keep(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Show what a version would change, print it for the council, or keep it."""
    form = await forms.read(request, GridForm)
    if form.struct is None:
        raw = {name: str(form.raw.get(name, "")) for name in ("text", "deliberation")}
        return await versions_page(tenant, form, **raw, status=422)
    told = form.struct
    text = unix(told.text)
    found = read(text)
    if found.grid is None or told.act != "keep":
        if found.grid and told.act == "print":
            return await effect_paper.paper(tenant, text, found.grid, told.deliberation)
        status = 422 if found.grid is None and told.act != "see" else 200
        return await versions_page(tenant, None, text, told.deliberation, status)
    try:
        _, done = await counting.adopt(text, told.deliberation, person.account)
    except Refused as refusal:
        if refusal.reason != "grid_used":
            raise
        form = form.wrong(text=str(refusal.facts["words"]))
        return await versions_page(tenant, form, text, told.deliberation, 422)
    seen.tell("ok", f"La version « {found.grid.version} » {DONE[done]}.")
    return Redirect(CRITERIA, status_code=303)


def unix(text: str) -> str:
    """Return a text with the line ends of a file, and a last one: a browser sends its own.

    >>> unix("a = 1\\r\\nb = 2 ")
    'a = 1\\nb = 2\\n'
    """
    return text.replace("\r\n", "\n").strip() + "\n"


@post(
    f"{CRITERIA}/fichier",
    name="creche.office.send_criteria",
    told="Essayer une version des critères à partir d’un fichier",
    guards=[agent],
)
async def send(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Response[Any]:
    """Show what a file would change, before anything is kept."""
    wrong = ""
    text = ""
    try:
        async with sent(request, shelf.reception(), largest=LONGEST) as form:
            text = unix(form.require_file().read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        wrong = "Ce fichier n’est pas un texte en UTF-8. Enregistrez-le ainsi, puis renvoyez-le."
    except Refused as refusal:
        wrong = FILE.get(refusal.reason, "")
        if not wrong:
            raise
    if wrong:
        bound: forms.Bound[GridForm] = forms.Bound(None, {"file": wrong})
        return await versions_page(tenant, bound, status=422)
    return await versions_page(tenant, None, text)


FILE = {
    "empty": "Choisissez le fichier de la grille.",
    "too_big": "Ce fichier est trop grand pour une grille.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
}


@dataclass(frozen=True)
class VersionPage:
    """One version, read whole."""

    version: Readable
    today: date
    rows: list[Grid] = field(default_factory=list)


@get(
    f"{CRITERIA}/{{grid:int}}",
    name="creche.office.one_version",
    told="Lire une version des critères",
    guards=[agent],
)
async def one_version(grid: FromPath[int], tenant: NamedDependency[Tenant]) -> Page:
    """Show one version in words, and its text."""
    today = tenant.now().date()
    page = VersionPage(readable(await grids.one(grid), today), today)
    return Page("creche/office/version.html", page)


ROUTES = [versions, keep, send, one_version]
